#!/usr/bin/env bash
# Every C file is as .clang-format wants it, every template as Blueprint's formatter does. ./dev format repairs both.
set -euo pipefail
. "$(dirname "$0")/sources.sh"
status=0
sources '*.c' '*.h' | xargs clang-format --dry-run -Werror 2> >(grep -E 'error:' | cut -d: -f1 | sort -u >&2) || status=1
sources '*.blp' | xargs blueprint-compiler format > /dev/null || { sources '*.blp' | xargs blueprint-compiler format >&2; status=1; }
exit "$status"
