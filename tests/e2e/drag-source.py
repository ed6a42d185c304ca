# SPDX-License-Identifier: GPL-3.0-or-later
"""drag-source.py FILE…: a small window, as of a file manager, out of which these files can be dragged."""

import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gdk", "4.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


def main():
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
    provider = Gdk.ContentProvider.new_for_value(files)
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    label = Gtk.Label(label=f"{len(sys.argv) - 1} files")
    window = Gtk.Window(title="Files to drag", decorated=False, default_width=120, default_height=60)
    loop = GLib.MainLoop()

    source.connect("prepare", lambda *_: provider)
    source.connect("drag-end", lambda *_: loop.quit())
    label.add_controller(source)
    window.set_child(label)
    window.present()
    loop.run()


main()
