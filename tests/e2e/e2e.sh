#!/usr/bin/env bash
# e2e.sh SOUND TEST.py…: runs a test of the installed program ($MYNA_TEST_PREFIX) with a display, session bus, sound
# hardware and accessibility bus of its own. SOUND is with-sound.sh or no-sound.sh of tests/hardware.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
prefix=${MYNA_TEST_PREFIX:-}
if [ ! -x "$prefix/bin/myna" ]; then
  echo "1..0 # SKIP MYNA_TEST_PREFIX names no installed Myna; run ./dev test e2e"
  exit 0
fi
export PATH=$prefix/bin:$PATH
export XDG_DATA_DIRS=$prefix/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
export GSETTINGS_SCHEMA_DIR=$prefix/share/glib-2.0/schemas
export GTK_A11Y=atspi PYTHONDONTWRITEBYTECODE=1
# What the services of the bus print must not get between the lines of the test.
exec 3>&1 >&2
exec "$here/../hardware/$1" "$here/../ui/with-display.sh" sh -c 'exec python3 "$@" >&3 3>&-' sh "${@:2}"
