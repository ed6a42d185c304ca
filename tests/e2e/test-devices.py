# SPDX-License-Identifier: GPL-3.0-or-later
"""The Devices page, with the numbers of machines that were recorded."""

import os
import re

import e2e

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui", "data")


def start(case, recording):
    app = case.start(MYNA_TELEMETRY_REPLAY=os.path.join(DATA, recording))
    app.show("Devices")
    return app


def test_cards(case):
    app = start(case, "two-cards.jsonl")
    app.says("NVIDIA GeForce RTX 4070 Laptop GPU")
    app.says("AMD Radeon RX 7900 XTX")
    app.find("level bar", "Utilisation")
    app.find("level bar", "Memory in use")
    app.says(re.compile(r"^\d+ °C$"))
    app.says(re.compile("by Myna$"))
    app.picture("cards")
    app.find("button", "Copy Diagnostics").click()
    app.says("Diagnostics copied")
    app.find("combo box", "GPT-SoVITS")
    app.quit()


def test_no_card(case):
    app = start(case, "no-card.jsonl")
    app.says("No Graphics Card")
    app.says(re.compile("oneDNN"))
    app.says("Takes the processor, because there is no graphics card.")
    app.picture("no-card")
    app.quit()


e2e.main(test_cards, test_no_card)
