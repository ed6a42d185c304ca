# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the installed Myna as a person would: by what the accessibility bus says is on the screen.

A test is a function that gets a fresh Case; main() runs those of a file and prints TAP. Nothing
sleeps to synchronise: every step polls for what it needs until a deadline that only a hang reaches.
Run through e2e.sh, which makes the display, the buses and the sound hardware.

MYNA_E2E_PICTURES names a folder for pictures of the steps (Myna.picture) and of the screen where a
test failed.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

DEADLINE = 60.0
"""Seconds after which something that should appear never will."""

PICTURES = os.environ.get("MYNA_E2E_PICTURES")

COMPLAINT = re.compile(r"(?<!Gdk)-(CRITICAL|WARNING) \*\*")
"""What GLib's libraries print when they are misused; GDK warns of frame timings under Xvfb."""

CONTROLS = {
    *("button", "check box", "combo box", "entry", "link", "list item", "menu item"),
    *("password text", "radio button", "slider", "spin button", "switch", "text", "toggle button"),
}
"""The roles, by their AT-SPI names, of what a person operates."""


class Failure(Exception):
    """The program is not as the test expects; the message says what is missing."""


class Skip(Exception):
    """The test cannot run here; the message says why."""


def wait_for(what, look, deadline=DEADLINE):
    """Calls look () until it returns something true, and returns that; WHAT is what is missing else."""
    end = time.monotonic() + deadline
    while True:
        # A node that vanished while it was looked at is the most ordinary thing.
        with contextlib.suppress(GLib.Error):
            found = look()
            if found:
                return found
        if time.monotonic() > end:
            raise Failure(f"waited in vain for {what}")
        time.sleep(0.02)


def find_window(title):
    """The number of a window of the screen by its title, as xdotool wants it."""
    command = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
    found = subprocess.run(command, check=False, capture_output=True, text=True).stdout.split()
    return found[0] if found else None


def mounts(commands):
    """What to wrap Myna in, so that COMMANDS mount things for its eyes only.

    $MYNA_DATA_DIR is the data folder for them.
    """
    unshare = ["unshare", "--mount"]
    if os.geteuid() != 0:
        unshare += ["--map-current-user", "--keep-caps"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skip("nothing may be mounted here")
    return [*unshare, "sh", "-ec", commands + '\nexec "$@"', "sh"]


def matches(pattern, text):
    if isinstance(pattern, re.Pattern):
        return pattern.search(text) is not None
    return pattern is None or pattern == text


class Node:
    """One thing on the screen."""

    def __init__(self, app, accessible):
        self.app = app
        self.accessible = accessible

    def __repr__(self):
        return f"{self.role} “{self.name}”"

    def __eq__(self, other):
        return isinstance(other, Node) and self.accessible == other.accessible

    def __hash__(self):
        return hash(self.accessible)

    @property
    def parent(self):
        return Node(self.app, self.accessible.get_parent())

    @property
    def index(self):
        return self.accessible.get_index_in_parent()

    @property
    def role(self):
        return self.accessible.get_role_name()

    @property
    def name(self):
        return self.accessible.get_name() or ""

    @property
    def text(self):
        """What is written in it."""
        interface = self.accessible.get_text_iface()
        return Atspi.Text.get_text(interface, 0, -1) if interface else ""

    def has(self, state):
        """Whether it is in a state, such as "showing", "sensitive", "focused" or "checked"."""
        return self.accessible.get_state_set().contains(getattr(Atspi.StateType, state.upper()))

    def children(self):
        for i in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(i)
            if child is not None:
                yield Node(self.app, child)

    def walk(self):
        """It and all that is visible in it, outer before inner."""
        yield self
        for child in self.children():
            with contextlib.suppress(GLib.Error):
                if child.has("showing"):
                    yield from child.walk()

    def all(self, role, name=None):
        found = []
        for node in self.walk():
            with contextlib.suppress(GLib.Error):
                if node.role == role and matches(name, node.name):
                    found.append(node)
        return found

    def find(self, role, name=None, deadline=DEADLINE):
        """The first thing of this role and name, as soon as it is visible.

        NAME is a string, or a compiled pattern.
        """
        what = name.pattern if isinstance(name, re.Pattern) else name
        return wait_for(f"{role} “{what}” in {self!r}", lambda: self.all(role, name), deadline)[0]

    def says(self, text, deadline=DEADLINE):
        """Waits until a visible label says TEXT."""
        return self.find("label", text, deadline)

    def gone(self, role, name=None):
        """Waits until there is no such thing."""
        wait_for(f"{role} “{name}” to go", lambda: not self.all(role, name))

    def wait(self, state, value=True):
        what = state if value else "not " + state
        wait_for(f"{self!r} to be {what}", lambda: self.has(state) == value)
        return self

    def click(self):
        """What activating it does, once it can be; by the keyboard where GTK tells of no action."""
        self.wait("sensitive")
        interface = self.accessible.get_action_iface()
        for i in range(Atspi.Action.get_n_actions(interface) if interface else 0):
            if Atspi.Action.get_action_name(interface, i) == "click":
                Atspi.Action.do_action(interface, i)
                return self
        self.focus()
        self.app.press("Return" if self.role == "list item" else "space")
        return self

    def focus(self):
        """Moves the keyboard focus to it, by keys: GTK does not let others move it."""
        self.wait("sensitive")
        seen = []
        while not self.has("focused"):
            now = self.app.focused()
            if now is not None and seen.count(now) > 1:
                raise Failure(f"{self!r} cannot be reached by Tab; what can: {seen}")
            seen.append(now)
            self.app.press(self._towards(now))
            wait_for("the focus to move", lambda: self.app.focused() != now)
        return self

    def _towards(self, now):
        """The key from NOW: Tab goes from list to list, the arrows from row to row."""
        if now is None or self.role != "list item" or now.parent != self.parent:
            return "Tab"
        return "Down" if now.index < self.index else "Up"

    def type(self, text):
        """Replaces what is written in it by typing."""
        self.focus()
        self.app.press("ctrl+a")
        self.app.type(text)

    def set_text(self, text):
        """Replaces what is written in it, as an assistive tool does."""
        self.wait("sensitive")
        Atspi.EditableText.set_text_contents(self.accessible.get_editable_text_iface(), text)
        wait_for(f"{self!r} to hold the text", lambda: self.text == text)
        return self


class Focus:
    """Hears where the keyboard focus goes, in all programs of the session."""

    accessible = None
    listener = None

    @classmethod
    def listen(cls):
        def on_event(event):
            if event.detail1:
                cls.accessible = event.source

        cls.listener = Atspi.EventListener.new(on_event)
        cls.listener.register("object:state-changed:focused")


class Myna:
    """The running program, on the case's data; what it prints is kept."""

    def __init__(self, case, *arguments, wrapper=(), **environment):
        self.case = case
        self.log_path = os.path.join(case.folder, f"log-{len(case.apps)}")
        variables = dict(os.environ, MYNA_DATA_DIR=case.data, **environment)
        # A pointer over a control would show its tooltip.
        subprocess.run(["xdotool", "mousemove", "0", "0"], check=True)
        with open(self.log_path, "wb") as log:
            command = [*wrapper, "myna", *arguments]
            self.process = subprocess.Popen(
                command, cwd=case.folder, env=variables, stdout=log, stderr=log
            )
        self.root = Node(self, wait_for("Myna on the accessibility bus", self._look))
        case.apps.append(self)

    def _look(self):
        if self.process.poll() is not None:
            raise Failure(f"Myna ended with status {self.process.returncode}: {self.log}")
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            accessible = desktop.get_child_at_index(i)
            if accessible is not None and accessible.get_process_id() == self.process.pid:
                # A cache would tell of the past.
                accessible.set_cache_mask(Atspi.Cache.NONE)
                return accessible
        return None

    def __repr__(self):
        return "Myna"

    def __getattr__(self, name):
        """find, says, gone, all and walk are those of the whole program."""
        return getattr(self.root, name)

    @property
    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def show(self, page):
        """Goes to a page of the sidebar."""
        row = self.find("list", "Pages").find("list item", page)
        self.press(f"alt+{row.index + 1}")
        row.wait("selected")

    def idle(self):
        """Waits until no job runs or waits: the queue has no badge in the sidebar."""
        row = self.find("list", "Pages").find("list item", re.compile("^Queue"))
        wait_for("the work to be done", lambda: len(row.all("label")) == 1)

    def choose_file(self, title, path):
        """Enters a path in the file chooser of this title, and accepts it."""
        chooser = self.find("dialog", title).wait("active")
        if not chooser.all("text", "Name:"):
            self.press("ctrl+l")
        chooser.find("text").set_text(path)
        self.press("Return")
        self.gone("dialog", title)

    def drop(self, *paths):
        """Drags files out of another program's window into the middle of this one, with the pointer."""

        def xdotool(*words):
            return subprocess.run(["xdotool", *words], check=True, capture_output=True)

        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drag-source.py")
        own = xdotool("search", "--onlyvisible", "--pid", str(self.process.pid)).stdout.split()[-1]
        source = subprocess.Popen([sys.executable, script, *paths])
        try:
            window = wait_for("the files' window", lambda: find_window("Files to drag"))
            xdotool("windowmove", "--sync", window, "0", "0")
            xdotool("windowraise", window)
            xdotool("mousemove", "--sync", "40", "30", "mousedown", "1")
            # A drag begins some pixels on; then it is seen on its way.
            for step in range(1, 6):
                xdotool("mousemove", "--sync", str(40 + 8 * step), str(30 + 4 * step))
            for step in range(5, 0, -1):
                xdotool("mousemove", "--window", own, str(500 - 5 * step), str(400 - 5 * step))
                time.sleep(0.05)
            xdotool("mouseup", "1")
            source.wait(timeout=DEADLINE)
        finally:
            source.kill()
            source.wait()

    def focused(self):
        """What has the keyboard focus, as far as the program has told."""
        while GLib.MainContext.default().iteration(False):
            pass
        return Node(self, Focus.accessible) if Focus.accessible is not None else None

    def press(self, *keys):
        """Presses keys of the real keyboard, named as xdotool names them."""
        self._wait_for_keyboard()
        # By its name, xdotool presses Alt with it: it finds the key on that level first.
        codes = [{"F10": "76"}.get(key, key) for key in keys]
        subprocess.run(["xdotool", "key", "--clearmodifiers", *codes], check=True)

    def _wait_for_keyboard(self):
        """One of the windows gets the keys: between two of them, nobody does."""
        wait_for("an active window", lambda: any(w.has("active") for w in self.children()))

    def type(self, text):
        self._wait_for_keyboard()
        subprocess.run(["xdotool", "type", "--clearmodifiers", "--delay", "1", text], check=True)

    def dismiss(self):
        """Closes the dialogs that are open, and the pages in them, with Escape."""
        for _ in range(5):
            if not self.all("dialog"):
                return
            before = self.outline()
            self.press("Escape")
            wait_for("Escape to do something", lambda: self.outline() != before)
        raise Failure("Escape does not close the dialog")

    def picture(self, name):
        """Keeps a picture of the screen, where a person wants to look at it."""
        if PICTURES:
            os.makedirs(PICTURES, exist_ok=True)
            path = os.path.join(PICTURES, f"{self.case.name}-{name}.png")
            subprocess.run(["import", "-window", "root", path], check=False)

    def outline(self):
        """All that is visible, for the report of a failure."""
        lines = []
        for node in self.walk():
            with contextlib.suppress(GLib.Error):
                if node.name or node.role in CONTROLS:
                    lines.append(repr(node) + ("" if node.has("sensitive") else " (insensitive)"))
        return "\n".join(lines)

    def alive(self):
        if self.process.poll() is not None:
            raise Failure(f"Myna ended with status {self.process.returncode}: {self.log}")

    def quit(self):
        """Closes it as a person does when the work is done, and checks that it left well."""
        self.alive()
        self.idle()
        self.press("ctrl+q")
        self.left()

    def left(self):
        """Waits until it has ended, well and without a complaint of its libraries."""
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise Failure("Myna does not quit") from None
        if status != 0:
            raise Failure(f"Myna ended with status {status}: {self.log}")
        complaints = [line for line in self.log.splitlines() if COMPLAINT.search(line)]
        if complaints:
            raise Failure("Myna complained: " + "; ".join(complaints))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Case:
    """What a test has for itself: a folder, with the program's data in it, gone at the end."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="myna-e2e.")
        self.data = os.path.join(self.folder, "data")
        self.apps = []

    def start(self, *arguments, wrapper=(), **environment):
        return Myna(self, *arguments, wrapper=wrapper, **environment)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments):
        """The command line on the same data; returns what it prints."""
        environment = dict(os.environ, MYNA_DATA_DIR=self.data)
        command = ["myna", *arguments]
        result = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, check=False
        )
        if result.returncode != 0:
            raise Failure(f"myna {' '.join(arguments)}: {result.stderr.decode(errors='replace')}")
        return result.stdout.decode()

    def report(self):
        """After a failure: what is on the screen, and what the program said."""
        lines = []
        for app in self.apps:
            with contextlib.suppress(Exception):
                app.picture("failed")
                lines += ["on the screen:", *app.outline().splitlines()]
            lines += ["the program's messages:", *app.log.splitlines()[-20:]]
        return lines

    def close(self):
        for app in self.apps:
            app.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_test(test, number):
    name = test.__name__.removeprefix("test_").replace("_", "-")
    case = Case(name)
    begin = time.monotonic()
    try:
        test(case)
    except Skip as reason:
        print(f"ok {number} {name} # SKIP {reason}", flush=True)
    except Exception as error:  # pylint: disable=broad-except
        print(f"not ok {number} {name}")
        lines = [str(error)] if isinstance(error, Failure) else []
        for line in [*lines, *traceback.format_exc().splitlines(), *case.report()]:
            print("# " + line)
        sys.stdout.flush()
        return False
    else:
        print(f"ok {number} {name} # {time.monotonic() - begin:.1f} s", flush=True)
    finally:
        case.close()
    return True


def main(*tests):
    """Runs the tests, or those whose function is named on the command line."""
    wanted = sys.argv[1:]
    tests = [test for test in tests if not wanted or test.__name__ in wanted]
    print(f"1..{len(tests)}", flush=True)
    Focus.listen()
    results = [run_test(test, number) for number, test in enumerate(tests, 1)]
    sys.exit(0 if all(results) else 1)
