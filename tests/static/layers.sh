#!/usr/bin/env bash
# Includes go down the layers only (design.md section 2), and nothing below ui knows GTK.
set -euo pipefail
. "$(dirname "$0")/sources.sh"
status=0
complain() { printf '%s\n' "$*" >&2; status=1; }

if grep -nE '#include <(gtk|gdk|gsk|adwaita)' -r engine gpu --include='*.[ch]' 2>/dev/null; then
  complain "above: engine and gpu do not include GTK"
fi

if grep -nE '#include "gpu/' -r ui --include='*.[ch]'; then
  complain "above: ui knows gpu/ only through engine/devices"
fi

# A folder may include itself and those to its left.
layers=(gpu engine/core engine/devices engine/audio engine/video engine/text engine/store
  engine/checkpoint engine/models engine/voice engine/lipsync engine/jobs engine/studio ui app)
rank() {
  local i
  for i in "${!layers[@]}"; do
    case "$1" in "${layers[$i]}"/*) echo "$i"; return ;; esac
  done
  echo -1
}
while IFS=: read -r file line include; do
  included=$(sed -E 's/.*"([^"]+)".*/\1/' <<< "$include")
  from=$(rank "$file") to=$(rank "$included")
  if [ "$to" -lt 0 ]; then
    case "$included" in config.h) ;; *) complain "$file:$line: include \"$included\" by its path from the top" ;; esac
  elif [ "$from" -lt "$to" ]; then
    complain "$file:$line: includes upwards: $included"
  fi
done < <(grep -nE '^#include "' -r app engine gpu ui --include='*.[ch]')
exit "$status"
