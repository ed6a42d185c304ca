# SPDX-License-Identifier: GPL-3.0-or-later
"""One Myna a session; and what becomes of the work when its window is closed."""

import e2e
import steps

LONG = "This is one of very many sentences. " * 3000


def test_second_start(case):
    app = case.start()
    app.find("button", "Add Voice…")
    case.run()
    if len(app.all("frame")) != 1:
        raise e2e.Failure(f"a second start shows {app.all('frame')}")
    app.quit()


def close(app, answer):
    app.press("ctrl+q")
    question = app.find("alert", "Work Is Still Running")
    app.picture("asks")
    question.find("button", answer).click()


def test_close_while_a_job_runs(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    steps.generate(app, LONG)
    close(app, "Cancel")
    app.gone("alert")
    app.find("list", "Takes")
    close(app, "Stop and Quit")
    app.left()
    # As it was said: the next start goes on with it.
    app = case.start()
    app.show("Queue")
    app.find("list", "Jobs").find("button", "Cancel").click()
    app.quit()


def test_work_without_the_window(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    steps.generate(app, LONG)
    close(app, "Keep Running")
    e2e.wait_for("the window to hide", lambda: not app.all("frame"))
    case.run()
    app.find("frame")
    app.show("Queue")
    app.find("list", "Jobs").find("button", "Cancel").click()
    app.quit()


e2e.main(test_second_start, test_close_while_a_job_runs, test_work_without_the_window)
