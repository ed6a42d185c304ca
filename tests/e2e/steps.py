# SPDX-License-Identifier: GPL-3.0-or-later
"""What many tests do first."""

import re

import media


def add_voice(case, name):
    """A voice, ready to speak with, through the command line."""
    recording = media.make_speech(case.path(name + ".wav"))
    case.run("voices", "add", name, "--audio", recording, "--text", media.SENTENCES, "--consent")


def generate(app, text):
    """Has a text spoken on the Studio page; returns the take's row."""
    app.find("text", "Text to speak").set_text(text)
    app.find("button", "Generate").click()
    return app.find("list", "Takes").find("list item", re.compile("^" + re.escape(text[:12])))
