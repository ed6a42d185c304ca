#!/bin/sh
# compile-blueprints.sh STAMP OUT_DIR SOURCE_DIR BLUEPRINT…: compiles all templates in one run, keeping their folders.
set -eu
stamp=$1 out=$2 source=$3
shift 3
blueprint-compiler batch-compile "$out" "$source" "$@"
: > "$stamp"
