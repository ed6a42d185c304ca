#!/usr/bin/env bash
# po/POTFILES lists exactly the files with translatable text. --fix writes it anew.
set -euo pipefail
. "$(dirname "$0")/sources.sh"
translatable() {
  sources '*.desktop.in' '*.metainfo.xml.in' '*.gschema.xml.in'
  sources '*.blp' '*.c' | grep -E '^(app|engine|gpu|ui)/' |
    xargs grep -lE '(^|[^a-zA-Z0-9_])(_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2?) ?\(' || true
}
if [ "${1:-}" = --fix ]; then
  translatable | LC_ALL=C sort > po/POTFILES
else
  translatable | LC_ALL=C sort | diff -u po/POTFILES - >&2 || { echo "run tests/static/potfiles.sh --fix" >&2; exit 1; }
fi
