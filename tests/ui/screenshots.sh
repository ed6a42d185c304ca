#!/usr/bin/env bash
# screenshots.sh [FOLDER]: pictures of the real program with a prepared data folder, in every variant that must look
# right. FOLDER is docs/screenshots unless given. Called by ./dev screenshots, which builds and installs the
# program first and names its build folder in $MYNA_SHOT_BUILD.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
tools=${MYNA_SHOT_BUILD:?call ./dev screenshots}/tests/ui
app=$(sed -n 's/^#define MYNA_APP_ID "\(.*\)"/\1/p' "$tools/../../config.h")

# One picture, inside a display of its own: shoot NAME ACTION [ARGUMENT]
if [ "${1:-}" = --inside ]; then
  name=$2 size=$3
  shift 3
  wait_for_window() { xdotool search --sync --onlyvisible --class myna | tail -1; }
  mkdir -p "$HOME/.config/glib-2.0/settings"
  printf '[%s]\npage=%s\nwindow-width=%s\nwindow-height=%s\nvoice=%s\nautoplay=false\n' "${app//.//}" "'${MYNA_SHOT_PAGE:-studio}'" "${size%x*}" "${size#*x}" "''" \
    > "$HOME/.config/glib-2.0/settings/keyfile"
  myna 2> "$HOME/log" &
  pid=$!
  window=$(wait_for_window)
  # What cannot be seen from outside is given time: this is a picture, not a test.
  sleep "${MYNA_SHOT_WAIT:-1.5}"
  if [ $# -gt 0 ]; then
    gapplication action "$app" "$@"
    sleep 1.5
  fi
  import -window "$window" "$MYNA_SHOT_OUT/$name.png"
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  grep -vE 'libEGL|fd limit|^$' "$HOME/log" >&2 || true
  exit 0
fi

out=${1:-$top/docs/screenshots}
mkdir -p "$out"
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
recordings=()
for wav in "${MYNA_EXAMPLE_DIR:-/usr/share/pocketsphinx/test/data/librivox}"/*.wav; do
  [ -e "$wav" ] || continue
  recordings+=("$wav" "$(cat "${wav%.wav}.txt" 2>/dev/null || echo)")
done
"$tools/make-library" "$data" "${recordings[@]}"
printf '%s\n' 'A myna can repeat every sound it hears. This one learned to speak from a minute of your voice.' '' \
  'Type what you want to hear, choose a voice, and press Generate.' > "$data/studio.txt"

shoot() { # shoot NAME SIZE [ACTION ARGUMENT]
  rm -rf "$data.copy"
  cp -a "$data" "$data.copy"
  MYNA_SHOT_OUT=$out MYNA_DATA_DIR=$data.copy GSETTINGS_BACKEND=keyfile "$here/with-display.sh" "$here/screenshots.sh" --inside "$@"
  rm -rf "$data.copy"
  echo "$out/$1.png"
}

newest=$(ls -t "$data/takes" 2>/dev/null | head -1)
wide=960x680 narrow=360x640
shoot studio-light $wide
[ -z "$newest" ] || shoot take-light $wide open-result "'take:$newest'"
MYNA_SHOT_PAGE=voices shoot voices-light $wide
MYNA_SHOT_PAGE=lipsync shoot lipsync-light $wide
MYNA_SHOT_PAGE=queue shoot queue-light $wide
# Devices as recorded on machines that have them; the curves take their time.
export MYNA_SHOT_PAGE=devices MYNA_SHOT_WAIT=30 MYNA_TELEMETRY_REPLAY=$here/data/two-cards.jsonl
shoot devices-light $wide
ADW_DEBUG_COLOR_SCHEME=prefer-dark shoot devices-dark $wide
ADW_DEBUG_HIGH_CONTRAST=1 shoot devices-high-contrast $wide
shoot devices-narrow $narrow
MYNA_UI_LOCALE=zh_CN.UTF-8 shoot devices-zh_CN $wide
MYNA_TELEMETRY_REPLAY=$here/data/no-card.jsonl shoot devices-no-card $wide
unset MYNA_SHOT_PAGE MYNA_SHOT_WAIT MYNA_TELEMETRY_REPLAY
shoot preferences-light $wide preferences
ADW_DEBUG_COLOR_SCHEME=prefer-dark shoot studio-dark $wide
ADW_DEBUG_HIGH_CONTRAST=1 shoot studio-high-contrast $wide
shoot studio-narrow $narrow
MYNA_SHOT_PAGE=voices shoot voices-narrow $narrow
MYNA_SHOT_PAGE=lipsync shoot lipsync-narrow $narrow
[ -z "$newest" ] || shoot take-narrow $narrow open-result "'take:$newest'"
MYNA_UI_LOCALE=zh_CN.UTF-8 shoot studio-zh_CN $wide
MYNA_UI_LOCALE=ar_EG.UTF-8 shoot studio-rtl $wide
