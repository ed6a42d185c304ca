#!/usr/bin/env bash
# update-po.sh: lists the files with translatable text anew, extracts their text and merges it into every translation.
# update-po.sh --pot FILE only extracts. po/myna.pot itself is not kept: it can be made at any time.
set -euo pipefail
top=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$top"

# Blueprint is not known to xgettext, but its _("…") and C_("…", "…") read like C; what it says about the rest is noise.
extract() { # extract FILE
  local list keywords
  list=$(mktemp -d)
  # Keep in step with the "glib" preset of meson's i18n module, which makes the target myna-pot.
  keywords=(--keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3
    --flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format --flag=g_dngettext:2:pass-c-format
    --flag=g_strdup_printf:1:c-format --flag=g_string_printf:2:c-format --flag=g_string_append_printf:2:c-format
    --flag=g_error_new:3:c-format --flag=g_set_error:4:c-format --flag=g_printerr:1:c-format --flag=g_print:1:c-format)
  grep -v '\.blp$' po/POTFILES > "$list/known"
  grep '\.blp$' po/POTFILES > "$list/blueprint"
  options=(--from-code=UTF-8 --add-comments=Translators: --package-name=Myna "--copyright-holder=the Myna contributors"
    --no-wrap --sort-by-file "${keywords[@]}" -o "$list/pot")
  xgettext "${options[@]}" -f "$list/known"
  xgettext "${options[@]}" --join-existing --language=C -f "$list/blueprint" 2> /dev/null
  mv "$list/pot" "$1"
  rm -r "$list"
}

if [ "${1:-}" = --pot ]; then
  extract "$2"
  exit 0
fi

tests/static/potfiles.sh --fix
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
extract "$pot"
for language in $(grep -v '^#' po/LINGUAS); do
  msgmerge --update --backup=none --no-fuzzy-matching --no-wrap --sort-by-file "po/$language.po" "$pot"
  msgattrib --no-obsolete --no-wrap --sort-by-file -o "po/$language.po" "po/$language.po"
  msgfmt -c --check-format --statistics -o /dev/null "po/$language.po"
done
