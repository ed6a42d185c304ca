#!/usr/bin/env bash
# with-display.sh PROGRAM ARG…: runs a program on a display, session bus and home of its own (Xvfb, openbox).
# MYNA_UI_SCREEN chooses the screen (default 1280x800x24), MYNA_UI_LOCALE the locale.
set -euo pipefail
home=$(mktemp -d "${TMPDIR:-/tmp}/myna-ui.XXXXXX")
mkdir -m 0700 "$home/run"
mkdir -p "$home/.config/gtk-4.0"
cat > "$home/.config/gtk-4.0/settings.ini" <<'INI'
[Settings]
gtk-font-name=Adwaita Sans 11
gtk-enable-animations=false
gtk-decoration-layout=:close
INI

xvfb_pid='' openbox_pid=''
finish() {
  [ -z "$openbox_pid" ] || kill "$openbox_pid" 2>/dev/null || true
  [ -z "$xvfb_pid" ] || { kill "$xvfb_pid" 2>/dev/null && wait "$xvfb_pid" 2>/dev/null; } || true
  rm -rf "$home"
}
trap finish EXIT

# Xvfb itself chooses a free display number and writes it to descriptor 3 when it is ready.
mkfifo "$home/display"
Xvfb -displayfd 3 -screen 0 "${MYNA_UI_SCREEN:-1280x800x24}" -nolisten tcp 3> "$home/display" >/dev/null 2>"$home/xvfb.log" &
xvfb_pid=$!
if ! read -r -t 30 number < "$home/display"; then
  cat "$home/xvfb.log" >&2
  echo "with-display: Xvfb did not start" >&2
  exit 99
fi

export DISPLAY=:$number HOME=$home XDG_RUNTIME_DIR=$home/run
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME
export GDK_BACKEND=x11 GDK_DEBUG=no-portals ADW_DISABLE_PORTAL=1 GIO_USE_VFS=local NO_AT_BRIDGE=1
export GTK_A11Y=${GTK_A11Y:-test} GSK_RENDERER=${GSK_RENDERER:-cairo} GSETTINGS_BACKEND=${GSETTINGS_BACKEND:-memory}
export LC_ALL=${MYNA_UI_LOCALE:-C.UTF-8}
export MYNA_DATA_DIR=${MYNA_DATA_DIR:-$home/data}

# Without a window manager a right-to-left window is placed outside the screen.
openbox --sm-disable >/dev/null 2>&1 &
openbox_pid=$!

status=0
dbus-run-session -- "$@" 2> >(grep -v -e 'Failed to set fd limit' -e '^libEGL warning' >&2) || status=$?
exit "$status"
