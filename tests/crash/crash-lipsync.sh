#!/usr/bin/env bash
# crash-lipsync.sh MYNA KILLS SEED SPREAD-MS: kills "myna lipsync" and "myna jobs resume" with SIGKILL at random
# moments; crash.sh says how. The video must be that of a run that was left in peace, and no finished segment may be
# made anew.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# Goes on with the job where there is one, else begins it.
run() {
  local id
  [ ! -e "$MYNA_DATA_DIR/out.mp4" ] || exit 0   # killed between its last deed and its end
  id=$("$CRASH_MYNA" jobs list --json | python3 -c '
import json, sys
print(*(job["id"] for job in json.load(sys.stdin)["jobs"] if job["kind"] == "lipsync"))')
  [ -z "$id" ] || exec "$CRASH_MYNA" jobs resume "$id" --quiet
  exec "$CRASH_MYNA" lipsync --audio "$CRASH_MEDIA/speech.wav" --video "$CRASH_MEDIA/clip.mp4" \
    --output "$MYNA_DATA_DIR/out.mp4" --quiet
}

# What was finished at the last look is finished still; at the end nothing half-written is left.
verify() {
  local before=$LINES_FILE.frames now
  if [ -e "$MYNA_DATA_DIR/out.mp4" ]; then
    now=$(find "$MYNA_DATA_DIR" -maxdepth 1 -name '*.mp4*' | wc -l)
    [ "$now" = 1 ] || { echo "something half-written is left" >&2; return 1; }
    rm -f "$before"
    return 0
  fi
  now=$(find "$MYNA_DATA_DIR/jobs" -name video.packets -exec python3 "$here/crash-segments.py" {} \; 2>/dev/null || true)
  [ "${now:-0}" -ge "$(cat "$before" 2>/dev/null || echo 0)" ] || { echo "finished segments are lost" >&2; return 1; }
  echo "${now:-0}" > "$before"
}

case $1 in
  --run) run ;;
  --verify) verify ;;
  *)
    portrait=${MYNA_TEST_PREFIX:-/nowhere}/share/myna/example/portrait.png
    if [ ! -s "$portrait" ] || [ ! -d "${MYNA_MODELS_DIR:-/nowhere}/face" ]; then
      echo "the example portrait or the face models are not here; ./dev gets them"
      exit 77
    fi
    CRASH_MYNA=$(realpath "$1")
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    export CRASH_MYNA CRASH_TEMPLATE=$folder/template CRASH_MEDIA=$folder LC_ALL=C.UTF-8
    espeak-ng -v en-us -w "$folder/speech.wav" "The birch canoe slid on the smooth planks."
    # 120 frames; a segment has 24.
    ffmpeg -v error -nostdin -loop 1 -framerate 2 -i "$portrait" -t 60 -vf crop=320:240:60+n:0 -c:v libx264 \
      -preset ultrafast -pix_fmt yuv420p "$folder/clip.mp4"
    # The faces are found once.
    mkdir "$CRASH_TEMPLATE"
    MYNA_DATA_DIR=$CRASH_TEMPLATE "$CRASH_MYNA" lipsync --audio "$folder/speech.wav" --video "$folder/clip.mp4" \
      --output "$folder/first.mp4" --quiet > /dev/null
    MYNA_DATA_DIR=$CRASH_TEMPLATE "$CRASH_MYNA" jobs clear > /dev/null
    "$here/crash.sh" "$2" "$3" "$4" out.mp4 "'$0' --run" "'$0' --verify"
    ;;
esac
