#!/usr/bin/env bash
# crash.sh KILLS SEED SPREAD-MS OUTPUT RUN [VERIFY]: kills a long job with SIGKILL at random moments and checks
# that nothing finished is lost and that the result is the same, byte for byte.
#
# RUN      a command that does the job, or goes on with it, in $MYNA_DATA_DIR; exit status 0 when it is done. All of
#          its processes are killed at once.
# VERIFY   a shell command that fails when something finished is missing; $LINES_FILE holds what all RUNs of this
#          folder have written to their standard output
# OUTPUT   the result, relative to $MYNA_DATA_DIR
#
# CRASH_TEMPLATE names a folder that $MYNA_DATA_DIR starts as a copy of; else it starts empty.
# A job that ends before its kill is compared, and another one begun in a new folder, until KILLS is reached.
set -euo pipefail
kills=$1 seed=$2 spread=$3 output=$4 run=$5 verify=${6:-true}
RANDOM=$seed
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "crash: $* (seed $seed)" >&2; exit 1; }

begin() {
  export MYNA_DATA_DIR=$folder/$1 LINES_FILE=$folder/$1.lines
  if [ -n "${CRASH_TEMPLATE:-}" ]; then cp -a "$CRASH_TEMPLATE" "$MYNA_DATA_DIR"; else mkdir "$MYNA_DATA_DIR"; fi
  : > "$LINES_FILE"
}

check_finished() {
  bash -c "$verify" || fail "finished work is missing after the job was done"
  cmp "$folder/reference/$output" "$MYNA_DATA_DIR/$output" || fail "the result differs"
}

begin reference
bash -c "$run" >> "$LINES_FILE" || fail "the job fails even when it is left in peace"
bash -c "$verify" || fail "finished work is missing though nothing was killed"

killed=0 rounds=0
while [ "$killed" -lt "$kills" ]; do
  rounds=$((rounds + 1))
  begin "round-$rounds"
  while :; do
    setsid bash -c "exec $run" >> "$LINES_FILE" &
    pid=$!
    if [ "$killed" -lt "$kills" ]; then
      milliseconds=$((RANDOM % spread))
      sleep "$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))"
      kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    status=0
    wait "$pid" 2>/dev/null || status=$?
    case $status in
      0) break ;;
      137) killed=$((killed + 1)) ;;
      *) fail "the job failed with status $status after $killed kills" ;;
    esac
    bash -c "$verify" || fail "finished work is missing after kill $killed"
  done
  check_finished
  rm -rf "$MYNA_DATA_DIR"
done
echo "killed $killed times over $rounds jobs; nothing finished was lost, every result is the same (seed $seed)"
