# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in life: each is said in plain words where one looks, and Myna goes on."""

import errno
import os
import re

import e2e
import media
import steps

NOTHING_TO_SAY = "There is nothing to say: the text has no words."


def test_no_voice_yet(case):
    app = case.start()
    app.says("Add a Voice First")
    app.show("Voices")
    app.says("No Voices Yet")
    app.show("Queue")
    app.says("Nothing to Do")
    app.picture("queue")
    app.quit()


def test_text_without_words(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    text = app.find("text", "Text to speak")
    for nothing in ("", "… !!! — ?", "🙂🎉", " \n\n "):
        text.set_text(nothing)
        app.gone("label", NOTHING_TO_SAY)
        app.find("button", "Generate").click()
        app.says(NOTHING_TO_SAY)
    app.picture("banner")
    # It still speaks what can be spoken.
    steps.generate(app, "Nothing will come of nothing.")
    app.gone("label", NOTHING_TO_SAY)
    app.quit()


def write(case, name, content):
    with open(case.path(name), "w", encoding="utf-8") as file:
        file.write(content)
    return case.path(name)


def test_very_long_text(case):
    """A megabyte, a day of speech: the first of it is heard at once, and it can be given up."""
    steps.add_voice(case, "Ada")
    app = case.start()
    with media.Listener() as listener:
        paragraph = "These are five short words. " * 9 + "These are five short words.\n"
        steps.generate(app, paragraph * 3750)
        listener.hear()
    app.picture("speaking")
    app.show("Queue")
    jobs = app.find("list", "Jobs")
    jobs.says(re.compile("sentence [0-9]+ of 37500"))
    jobs.find("button", "Cancel").click()
    jobs.says(re.compile("^Cancelled"))
    app.quit()


def test_files_that_are_no_voice(case):
    silence = media.make_tone(case.path("silence.wav"), 12.0)
    blip = media.make_tone(case.path("blip.wav"), 0.2, 0.3)
    files = (
        (write(case, "letter.wav", "Dear reader"), "is not an audio or video file. Choose another"),
        (write(case, "empty.wav", ""), "is an empty file. Choose another one.$"),
        (blip, "^The sample is too short. Record at least"),
        (silence, "^No speech found: the sample is silent."),
        (media.make_tone(case.path("tone.wav"), 12.0, 0.3), "^No speech found"),
    )
    app = case.start()
    app.find("button", "Add Voice…")
    for path, message in files:
        case.run(path)  # a second start hands the file over to the first
        dialog = app.find("dialog", "Add Voice")
        dialog.says(re.compile(message))
        app.picture(os.path.basename(path))
        name = dialog.find("text", "Name").text
        if name + ".wav" != os.path.basename(path):
            raise e2e.Failure(f"the name suggested for {path} is “{name}”")
        if dialog.find("button", "Add Voice").has("sensitive"):
            raise e2e.Failure(f"{path} can be made a voice")
        dialog.find("button", re.compile("^Remove “")).click()
        dialog.find("button", "Choose Files…")
    app.dismiss()
    app.quit()


def test_read_only_folder(case):
    steps.add_voice(case, "Ada")
    bind = 'mount --bind "$MYNA_DATA_DIR" "$MYNA_DATA_DIR"\n'
    app = case.start(wrapper=e2e.mounts(bind + 'mount -o remount,ro,bind "$MYNA_DATA_DIR"'))
    app.says("The Library Cannot Be Opened")
    app.says(re.compile(f"“{case.data}”.*change its permissions"))
    app.picture("failure")
    app.find("button", "Try Again").click()
    app.says("The Library Cannot Be Opened")
    app.press("ctrl+q")
    app.left()


def test_damaged_database(case):
    steps.add_voice(case, "Ada")
    with open(os.path.join(case.data, "myna.db"), "wb") as database:
        database.write(b"not a database" * 1000)
    app = case.start()
    app.says(re.compile("^The library’s database was damaged. It was kept as “myna.db.damaged-"))
    app.picture("banner")
    app.show("Voices")
    app.find("list", "Voices").find("list item", "Ada")
    app.quit()


def fill(folder):
    """Writes until nothing more fits; returns the file that has taken it all."""
    path = os.path.join(folder, "fill")
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return path


def test_full_disk(case):
    small = 'mkdir -p "$MYNA_DATA_DIR"\nmount -t tmpfs -o size=4m none "$MYNA_DATA_DIR"'
    app = case.start(media.make_speech(case.path("Ada.wav")), wrapper=e2e.mounts(small))
    dialog = app.find("dialog", "Add Voice")
    dialog.find("check box").click()
    add = dialog.find("button", "Add Voice").wait("sensitive")
    fill_path = fill(f"/proc/{app.process.pid}/root{case.data}")
    add.click()
    dialog.says(re.compile("^The disk is full: .* Free some space and try again."))
    app.picture("full")
    # Nothing that was entered is lost.
    os.unlink(fill_path)
    dialog.find("button", "Add Voice").click()
    app.gone("dialog")
    app.find("list", "Voices").find("list item", "Ada")
    app.quit()


e2e.main(
    test_no_voice_yet,
    test_text_without_words,
    test_very_long_text,
    test_files_that_are_no_voice,
    test_read_only_folder,
    test_damaged_database,
    test_full_disk,
)
