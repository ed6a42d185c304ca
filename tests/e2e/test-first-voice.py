# SPDX-License-Identifier: GPL-3.0-or-later
"""The main path: a recording becomes a voice, a text becomes speech in it, heard and exported."""

import os
import re

import e2e
import media

TEXT = (
    "A myna can repeat every sound it hears. This one learned to speak from you. "
    "What shall it say?"
)


def add_voice(case, app, name):
    """From the first start, with a recording to open, to a voice in the list."""
    dialog = app.find("dialog", "Add Voice")
    dialog.says("Confirm that you may use this voice.")
    app.picture("1-details")
    if dialog.find("button", "Add Voice").has("sensitive"):
        raise e2e.Failure("a voice can be added without consent")
    dialog.find("text", "Name").set_text(name)
    dialog.find("check box").click().wait("checked")
    app.picture("2-consent")
    dialog.find("button", "Add Voice").click()
    app.gone("dialog")
    app.find("list", "Voices").find("list item", name)
    app.picture("3-added")


def speak(app):
    """Types, generates, and listens: the first sentence is heard."""
    app.find("button", "Speak With It").click()
    app.find("text", "Text to speak").type(TEXT)
    app.says(re.compile("^94 characters"))
    app.picture("4-text")
    with media.Listener() as listener:
        app.find("button", "Generate").click()
        app.find("list", "Takes").find("list item", re.compile("^A myna can repeat"))
        app.picture("5-generating")
        listener.hear(1.5)
    app.picture("6-playing")
    facts = app.find("list", "Takes").says(re.compile("3 sentences"))
    app.find("list", "Takes").gone("progress bar")
    app.picture("7-done")
    minutes, seconds = re.search(r"(\d+):(\d\d) · 3 sentences", facts.name).groups()
    return 60 * int(minutes) + int(seconds)


def export(case, app):
    """Through the file chooser, as a WAV file."""
    path = case.path("exported.wav")
    app.press("ctrl+e")
    dialog = app.find("dialog", "Export")
    app.picture("8-export")
    dialog.find("button", "Save As…").click()
    app.choose_file("Export Take", path)
    app.gone("dialog")
    e2e.wait_for("the exported file", lambda: os.path.exists(path))
    app.picture("9-exported")
    return path


def test_main_path(case):
    app = case.start(media.make_speech(case.path("Reading.wav")))
    add_voice(case, app, "Ada")
    seconds = speak(app)
    samples = media.decode(export(case, app))
    length, level = len(samples) / media.RATE, media.rms(samples)
    if abs(length - seconds) > 1.0:
        raise e2e.Failure(f"the file is {length:.1f} s long, the take {seconds} s")
    if not 3.0 < length < 15.0 or level < 0.01:
        raise e2e.Failure(f"{length:.1f} s of level {level:.4f} are not three sentences")
    app.quit()


e2e.main(test_main_path)
