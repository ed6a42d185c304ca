#!/usr/bin/env bash
# Every translation is valid, fits the text of this checkout word for word and lacks nothing. build-aux/update-po.sh
# brings the text into them.
set -euo pipefail
. "$(dirname "$0")/sources.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
complain() { printf '%s\n' "$*" >&2; status=1; }

# The entries of a file without its header: where they are in the source, and the English.
list() { sed '1,/^$/d' "$1" | grep -E '^(#[:,]|msgctxt|msgid|")' >&2; }

if grep -nE "\\b_ ?\\('" -r ui --include='*.blp' >&2; then
  complain "above: translatable text takes double quotes; xgettext does not see single ones"
fi
build-aux/update-po.sh --pot "$work/myna.pot"
grep -q '^msgid "_Cancel"' "$work/myna.pot" || complain "no text was extracted: see build-aux/update-po.sh"
for language in $(grep -v '^#' po/LINGUAS); do
  po=po/$language.po
  msgfmt --check --check-format --check-accelerators=_ -o /dev/null "$po" || complain "$po: is not valid"
  # msgcmp finds what the checkout says and the translation does not, and what is fuzzy there.
  msgmerge --quiet --no-fuzzy-matching --no-wrap --sort-by-file -o "$work/$language.po" "$po" "$work/myna.pot"
  msgattrib --untranslated --no-obsolete --no-wrap "$work/$language.po" > "$work/missing"
  if [ -s "$work/missing" ]; then
    list "$work/missing"
    complain "$po: not translated, see above; run build-aux/update-po.sh and fill in what is empty"
  fi
  msgattrib --only-fuzzy --no-obsolete --no-wrap "$po" > "$work/fuzzy"
  if [ -s "$work/fuzzy" ]; then
    list "$work/fuzzy"
    complain "$po: fuzzy, see above; correct these and take the mark away"
  fi
  if grep -q '^#~' "$po" || msgattrib --only-obsolete "$work/$language.po" | grep -q '^#~'; then
    msgattrib --only-obsolete --no-wrap "$work/$language.po" | grep '^#~ msgid' >&2 || true
    complain "$po: text that the program no longer has; run build-aux/update-po.sh"
  fi
done
exit "$status"
