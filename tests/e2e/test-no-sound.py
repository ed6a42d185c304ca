# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer without any sound hardware: Myna says so, and what can be done without it is done."""

import re

import e2e
import steps


def test_no_microphone(case):
    app = case.start()
    app.find("button", "Add Voice…").click()
    dialog = app.find("dialog", "Add Voice")
    dialog.find("button", "Record…").click()
    dialog.says("No Microphone Found")
    dialog.find("button", "Choose Files…")
    app.picture("record")
    app.dismiss()
    app.quit()


def test_no_loudspeaker(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    steps.generate(app, "Nobody can hear this. It is made all the same.")
    app.says(re.compile("(playback|output|sound) device|loudspeaker", re.IGNORECASE))
    app.picture("toast")
    app.find("list", "Takes").says(re.compile("2 sentences"))
    app.quit()


e2e.main(test_no_microphone, test_no_loudspeaker)
