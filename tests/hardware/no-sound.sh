#!/usr/bin/env bash
# no-sound.sh COMMAND…: runs COMMAND on a machine without any sound device and without a sound server.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/private-home.sh"
: > "$home/asound.conf"
export PULSE_SERVER=unix:$home/run/pulse/native
export MYNA_FAKE_SOUND=0
status=0
"$@" || status=$?
exit "$status"
