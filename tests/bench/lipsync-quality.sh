#!/usr/bin/env bash
# The metrics of lip-sync on all real clips of $MYNA_MEDIA_DIR/face, each speaking a recording that is
# not its own: lipsync-quality.sh PROGRAM [FOLDER], with the program tests/tools/lipsync-quality and a
# folder for tracking and results. Run inside ./dev shell.
set -euo pipefail
program=${1:?the program lipsync-quality}
folder=${2:-$(mktemp -d)}
media=${MYNA_MEDIA_DIR:?the folder of real recordings}
status=0
speech=$media/voice/lj/$(ls "$media/voice/lj" | grep -m1 '\.wav$')
mkdir -p "$folder/cache"
for video in "$media"/face/*.mpg "$media"/face/*.mp4; do
  audio=$speech
  drive=${video%.*}-drive.wav
  [ -e "$drive" ] && audio=$drive
  name=$(basename "$video")
  rm -f "$folder/${name%.*}-out.mp4"
  "$program" --cache "$folder/cache" "$video" "$audio" "$folder/${name%.*}-out.mp4" || status=1
done
exit "$status"
