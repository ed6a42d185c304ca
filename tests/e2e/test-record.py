# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice from the microphone."""

import os
import re
import signal

import e2e
import media


def record(app):
    """Sees the level, records until it is enough, pausing once, and stops."""
    dialog = app.find("dialog", "Add Voice")
    dialog.find("button", "Record…").click()
    dialog.find("combo box", "Microphone")
    dialog.find("level bar", "Microphone level")
    dialog.says("Good level")
    app.picture("2-level")
    dialog.find("button", "Record (R)").click()
    dialog.says(re.compile("^0:0[2-9]$"))
    app.picture("3-recording")
    dialog.find("button", "Pause").click()
    app.picture("4-paused")
    dialog.find("button", "Continue Recording").click()
    dialog.says(re.compile("^0:1[1-9]$"))
    dialog.find("button", "Stop (R)").click()
    return dialog


def test_record(case):
    speech = media.make_speech(case.path("speech.wav"))
    app = case.start()
    app.find("button", "Add Voice…").click()
    app.picture("1-source")
    with media.Speaker(speech):
        dialog = record(app)
    dialog.find("list", "Samples").find("list item", "Recording 1")
    dialog.says(re.compile("^Short: .* seconds of speech"))
    app.picture("5-details")
    dialog.says("Give the voice a name.")
    dialog.find("text", "Name").set_text("Myself")
    dialog.find("check box").click().wait("checked")
    dialog.find("button", "Add Voice").click()
    app.gone("dialog")
    app.find("list", "Voices").find("list item", "Myself")
    app.picture("6-added")
    app.quit()


def test_unplugged(case):
    """The last one: there is no sound hardware after it."""
    speech = media.make_speech(case.path("speech.wav"))
    app = case.start()
    app.find("button", "Add Voice…").click()
    with media.Speaker(speech):
        dialog = app.find("dialog", "Add Voice")
        dialog.find("button", "Record…").click()
        dialog.find("button", "Record (R)").click()
        dialog.says(re.compile("^0:1[0-9]$"))
        os.kill(int(os.environ["MYNA_FAKE_PULSE_PID"]), signal.SIGKILL)
    dialog.says(re.compile("^The microphone went away"))
    app.picture("gone")
    dialog.find("button", "Use It").click()
    dialog.find("list", "Samples").find("list item", "Recording 1")
    dialog.says(re.compile("seconds of speech"))
    app.picture("kept")
    app.alive()


e2e.main(test_record, test_unplugged)
