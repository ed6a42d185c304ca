#!/usr/bin/env bash
# crash-cli.sh MYNA KILLS SEED SPREAD-MS: kills "myna speak" and "myna jobs resume" of a long text with SIGKILL at
# random moments; crash.sh says how. The audio must be that of a speaker who was left in peace.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# Goes on with the job where there is one, else begins it.
run() {
  local id
  [ ! -e "$MYNA_DATA_DIR/out.wav" ] || exit 0   # killed between its last deed and its end
  id=$("$CRASH_MYNA" jobs list --json | python3 -c '
import json, sys
print(*(job["id"] for job in json.load(sys.stdin)["jobs"] if job["kind"] == "speak"))')
  [ -z "$id" ] || exec "$CRASH_MYNA" jobs resume "$id" --quiet
  exec "$CRASH_MYNA" speak --voice Ada --text-file "$CRASH_TEXT" --output "$MYNA_DATA_DIR/out.wav" --quiet
}

# Each sentence that was finished at the last look is there, and the same. A kill may fall between the file and the
# journal, so one may have been spoken anew, with the same bytes. When the job is done its sentences are in the output.
verify() {
  local before=$LINES_FILE.sentences anew=0 name sum time line
  if [ ! -e "$MYNA_DATA_DIR/out.wav" ] && [ -e "$before" ]; then
    while read -r name sum time; do
      [ -e "$MYNA_DATA_DIR/$name" ] || { echo "finished sentence $name is lost" >&2; return 1; }
      line=$(sha256sum < "$MYNA_DATA_DIR/$name")
      [ "$line" = "$sum  -" ] || { echo "finished sentence $name has changed" >&2; return 1; }
      [ "$(stat -c %.Y "$MYNA_DATA_DIR/$name")" = "$time" ] || anew=$((anew + 1))
    done < "$before"
    [ "$anew" -le 1 ] || { echo "$anew finished sentences were spoken again" >&2; return 1; }
  fi
  [ -d "$MYNA_DATA_DIR/takes" ] || return 0
  find "$MYNA_DATA_DIR/takes" -name '*.flac' -printf '%P\n' | while read -r name; do
    sum=$(sha256sum < "$MYNA_DATA_DIR/takes/$name")
    echo "takes/$name ${sum%% *} $(stat -c %.Y "$MYNA_DATA_DIR/takes/$name")"
  done > "$before"
}

case $1 in
  --run) run ;;
  --verify) verify ;;
  *)
    CRASH_MYNA=$(realpath "$1")
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    export CRASH_MYNA CRASH_TEMPLATE=$folder/template CRASH_TEXT=$folder/text LC_ALL=C.UTF-8
    espeak-ng -v en-us -s 150 -w "$folder/ada.wav" "The birch canoe slid on the smooth planks. Glue the sheet to
      the dark blue background. It is easy to tell the depth of a well. These days a chicken leg is a rare dish. Rice
      is often served in round bowls. The juice of lemons makes fine punch. The box was thrown beside the parked truck."
    MYNA_DATA_DIR=$CRASH_TEMPLATE "$CRASH_MYNA" voices add Ada --audio "$folder/ada.wav" --consent --quiet > /dev/null
    for number in $(seq 40); do
      echo "This is sentence number $number of a long text. "
    done > "$CRASH_TEXT"
    "$here/crash.sh" "$2" "$3" "$4" out.wav "'$0' --run" "'$0' --verify"
    ;;
esac
