# SPDX-License-Identifier: GPL-3.0-or-later
"""Lip-sync: three videos are dragged onto the page and get a speech, one of the batch is cancelled, two are found and opened."""

import os
import re
import shutil
import subprocess

import e2e
import media


def make_clip(case, name, seconds):
    """The example portrait, panned: a face that moves, and says nothing."""
    portrait = os.path.join(os.environ["MYNA_TEST_PREFIX"], "share/myna/example/portrait.png")
    models = os.path.join(os.environ["MYNA_TEST_PREFIX"], "share/myna/models/face")
    if not os.path.exists(portrait):
        raise e2e.Skip("the example portrait is not here; ./dev gets it")
    if not os.path.isdir(os.environ.get("MYNA_MODELS_DIR", "")) and not os.path.isdir(models):
        raise e2e.Skip("the face models are not here; ./dev gets them")
    shutil.copy(portrait, case.path("portrait.png"))
    command = ["ffmpeg", "-v", "error", "-nostdin", "-loop", "1", "-framerate", "10"]
    command += ["-i", "portrait.png", "-t", str(seconds), "-vf", "crop=320:240:60+mod(n\\,60):0"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", name]
    subprocess.run(command, cwd=case.folder, check=True)
    return case.path(name)


def test_batch(case):
    make_clip(case, "one.mp4", 2)
    make_clip(case, "two.mp4", 2)
    make_clip(case, "long.mp4", 60)
    speech = media.make_speech(case.path("speech.wav"), "Good morning. How are you?")
    app = case.start()
    app.show("Lip-sync")
    names = ("one.mp4", "two.mp4", "long.mp4")
    app.drop(*[case.path(name) for name in names])
    for name in names:
        app.find("list", "Videos and Photos").find("list item", name)
    app.find("button", "Choose Another File…").click()
    app.choose_file("Choose the Speech", speech)
    app.picture("1-three")
    app.find("button", "Make Them Speak").click()
    results = app.find("list", "Results")
    row = results.find("list item", re.compile("long.mp4"))
    row.find("button", "Cancel").click()
    row.says(re.compile("^Cancelled"))
    for name in ("one.mp4", "two.mp4"):
        results.find("list item", re.compile(name)).says("Done")
    app.picture("2-results")
    videos = sorted(os.listdir(os.path.join(case.data, "videos")))
    if videos != ["one - speech.mp4", "two - speech.mp4"]:
        raise e2e.Failure(f"the videos are {videos}")
    for name in videos:
        if media.rms(media.decode(os.path.join(case.data, "videos", name))) < 0.001:
            raise e2e.Failure(f"{name} says nothing")
    results.find("list item", re.compile("one.mp4")).find("button", "Open Result").click()
    app.find("slider", "Position")
    app.picture("3-compare")
    app.quit()


e2e.main(test_batch)
