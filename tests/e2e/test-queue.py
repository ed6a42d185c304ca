# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue: cancel, try again, the log, remove; the word that a job is done when nobody looks."""

import re
import subprocess

import e2e
import steps

from gi.repository import Gio, GLib

LONG = "This is one of very many sentences. " * 3000

NOTIFICATIONS = """
<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="out"/>
  </method>
</interface></node>
"""


class Notifications:
    """The session's notification service; keeps what it is told as (summary, body)."""

    def __init__(self):
        self.told = []
        bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        interface = Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS).interfaces[0]
        bus.register_object("/org/freedesktop/Notifications", interface, self._on_call, None, None)
        self.owned = False
        Gio.bus_own_name_on_connection(
            bus, "org.freedesktop.Notifications", Gio.BusNameOwnerFlags.NONE, self._on_owned, None
        )
        self.wait(lambda: self.owned, "the notification service's name")

    def _on_owned(self, *_):
        self.owned = True

    def _on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        answers = {
            "GetCapabilities": GLib.Variant("(as)", (["body", "actions"],)),
            "GetServerInformation": GLib.Variant("(ssss)", ("test", "Myna", "1", "1.2")),
            "Notify": GLib.Variant("(u)", (1,)),
        }
        if method == "Notify":
            self.told.append(tuple(arguments.unpack()[3:5]))
        invocation.return_value(answers.get(method))

    def wait(self, look, what):
        def iterate():
            GLib.MainContext.default().iteration(False)
            return look()

        return e2e.wait_for(what, iterate)


def test_cancel_and_retry(case):
    steps.add_voice(case, "Ada")
    app = case.start()
    steps.generate(app, LONG)
    app.show("Queue")
    jobs = app.find("list", "Jobs")
    app.picture("1-running")
    for button in ("Cancel", "Try Again", "Cancel"):
        jobs.find("button", button).click()
    jobs.says(re.compile("^Cancelled"))
    jobs.find("button", "Log").click()
    app.picture("2-log")
    jobs.find("button", "Copy Log").click()
    app.says("Log copied")
    jobs.find("button", "Remove From the List").click()
    app.says("Nothing to Do")
    app.quit()


def test_notification(case):
    steps.add_voice(case, "Ada")
    notifications = Notifications()
    app = case.start()
    steps.generate(app, "This is not so long. " * 200)
    window = subprocess.check_output(["xdotool", "getactivewindow"], text=True).strip()
    subprocess.run(["xdotool", "windowminimize", window], check=True)
    notifications.wait(lambda: notifications.told, "a notification")
    summary, body = notifications.told[0]
    if "This is not so long." not in summary or body != "Finished":
        raise e2e.Failure(f"the notification says “{summary}”, “{body}”")
    subprocess.run(["xdotool", "windowactivate", window], check=True)
    app.quit()


e2e.main(test_cancel_and_retry, test_notification)
