#!/usr/bin/env bash
# Sourced by the checks: the files of the checkout, without build folders. sources PATTERN… prints paths from the top.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
sources() {
  local pattern arguments=()
  for pattern in "$@"; do arguments+=(-o -name "$pattern"); done
  find app data engine gpu ui tests build-aux -type f \( "${arguments[@]:1}" \) | LC_ALL=C sort
}
