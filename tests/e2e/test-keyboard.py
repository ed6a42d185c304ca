# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyboard alone, and a screen reader: every control is reached and named, shortcuts work."""

import re

import e2e
import media
import steps


def controls(node, above=()):
    """What a person operates in NODE, each with what it is in.

    What a combo box shows is not a control of its own.
    """
    if node.role in e2e.CONTROLS and node.has("focusable"):
        yield node, above
    if node.role != "combo box":
        for child in node.children():
            if child.has("showing"):
                yield from controls(child, (*above, node))


def tab_round(app):
    """All that Tab reaches, once around."""
    app.press("Tab")
    reached = [e2e.wait_for("a focus", app.focused)]
    while True:
        before = reached[-1]
        app.press("Tab")
        e2e.wait_for("the focus to move", lambda: app.focused() not in (None, before))
        now = app.focused()
        if now in reached:
            return reached
        reached.append(now)


def is_reached(node, above, reached):
    """By Tab; as part of a row that is reached as a whole; in a row that the arrows lead to."""
    if node in reached or any(a.role == node.role and a in reached for a in above):
        return True
    line = (*above, node)
    for i, row in enumerate(line):
        if row.role == "list item" and row.has("focusable"):
            if any(other in reached for other in line[i - 1].children()):
                return True
    # Escape and Ctrl+W do the same.
    return node.role == "button" and node.name == "Close"


def check(app, what, place=None):
    """Every control of what is shown has a name, and can be reached."""
    app.picture(what)
    place = place or app.root
    reached = tab_round(app)
    found = list(controls(place))
    lost = [n for n, above in found if n.has("sensitive") and not is_reached(n, above, reached)]
    unnamed = [(n, above[-1]) for n, above in found if not n.name]
    if not found or lost or unnamed:
        raise e2e.Failure(f"{what}: unnamed {unnamed}, out of reach {lost}; Tab reaches {reached}")


def test_every_control_of_the_pages(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    take = steps.generate(app, "Hello there. How are you?")
    app.idle()
    check(app, "studio")
    take.click()
    app.find("list", "Sentences")
    check(app, "take")
    app.show("Voices")
    app.find("list", "Voices").find("list item", "Ada").click()
    app.find("button", "Speak With It")
    check(app, "voice")
    app.show("Queue")
    app.find("list", "Jobs").find("list item")
    check(app, "queue")
    app.show("Devices")
    app.says("Where Myna Computes")
    check(app, "devices")
    app.quit()


def test_every_control_of_the_dialogs(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    steps.generate(app, "Hello there. How are you?")
    app.idle()
    app.press("ctrl+comma")
    check(app, "preferences", app.find("dialog", "Preferences"))
    app.press("Escape")
    app.gone("dialog")
    app.press("ctrl+e")
    check(app, "export", app.find("dialog", "Export"))
    app.press("Escape")
    app.gone("dialog")
    app.press("ctrl+shift+n")
    dialog = app.find("dialog", "Add Voice")
    check(app, "add-voice", dialog)
    dialog.find("button", "Record…").click()
    dialog.find("button", "Record (R)")
    check(app, "record", dialog)
    app.press("Escape")
    dialog.find("button", "Record…")
    app.press("Escape")
    app.gone("dialog")
    app.quit()


def test_voice_from_a_chosen_file(case):
    recording = media.make_speech(case.path("Ben.wav"))
    app = case.start()
    app.find("button", "Add Voice…")
    app.press("ctrl+o")
    app.choose_file("Choose Recordings", recording)
    dialog = app.find("dialog", "Add Voice")
    dialog.says("Confirm that you may use this voice.")
    check(app, "details", dialog)
    dialog.find("check box").click()
    dialog.find("text", "Name").focus()
    app.press("Return")
    app.gone("dialog")
    app.find("list", "Voices").find("list item", "Ben")
    app.quit()


def check_dialog(app, keys, name):
    app.press(keys)
    app.find("dialog", name)
    app.press("Escape")
    app.gone("dialog")


def test_shortcuts(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    editor = app.find("text", "Text to speak")
    editor.type("One word more.")
    app.press("ctrl+Return")
    app.find("list", "Takes").find("list item", re.compile("^One word more"))
    app.press("ctrl+n")
    e2e.wait_for("an empty text", lambda: editor.text == "")
    pages = app.find("list", "Pages")
    # The Lip-sync page is there only with its models: the numbers count what is shown.
    items = [item for item in pages.children() if item.role == "list item"]
    for number, item in enumerate(items, 1):
        app.press(f"alt+{number}")
        item.wait("selected")
    app.press("alt+1")
    items[0].wait("selected")
    app.press("ctrl+j")
    pages.find("list item", re.compile("^Queue")).wait("selected")
    check_dialog(app, "ctrl+comma", "Preferences")
    check_dialog(app, "ctrl+question", None)
    check_dialog(app, "ctrl+shift+n", "Add Voice")
    check_dialog(app, "ctrl+shift+o", "Open Text File")
    app.press("F10")
    # GTK 4 does not name the items of its menus; About is the last.
    app.find("menu", "Main Menu")
    app.press("Up", "Return")
    app.find("dialog", "About")
    app.press("Escape")
    app.gone("dialog")
    app.idle()
    app.press("ctrl+w")
    app.left()


e2e.main(
    test_every_control_of_the_pages,
    test_every_control_of_the_dialogs,
    test_voice_from_a_chosen_file,
    test_shortcuts,
)
