# The tasks of ./dev, one function each; sourced by it, run inside the build environment.

where=${MYNA_DEV_INSIDE:-host}          # "root" and "host" keep their builds apart
builds=$MYNA_TOP/_build/$where
prefix=$builds/prefix
example=$prefix/share/myna/example

# configure NAME [MESON-ARG…]: sets up the build folder once, or again after the arguments changed.
configure() {
  local name=$1; shift
  local dir=$builds/$name stamp
  stamp=$(printf '%s\n' "$@" "${CC:-cc}" | sha256sum | cut -c1-16)
  if [ ! -e "$dir/.configured-$stamp" ]; then
    rm -rf "$dir"
    meson setup --werror --prefix "$prefix" "$@" "$dir" "$MYNA_TOP" >&2
    touch "$dir/.configured-$stamp"
  fi
  # Not part of the stamp: models that come later need no build from scratch.
  if [ -d "$models/face" ] && [ ! -e "$dir/.models-${models##*-}" ]; then
    meson configure "$dir" -Dmodels="$models" >&2
    touch "$dir/.models-${models##*-}"
  fi
}

compile() { ninja -C "$builds/$1" --quiet; }

task_build() {
  configure dev -Dprofile=development
  compile dev
}

# Installs into a private prefix, so that the program finds its schema, translations and data as when installed.
install_prefix() {
  task_build
  meson install -C "$builds/dev" --no-rebuild --quiet >/dev/null
  install_example
}

# The example voice: sentences of a public-domain LibriVox reading, with transcript, from a Debian package.
install_example() {
  local source=/usr/share/pocketsphinx/test/data/librivox wav
  install_portrait
  [ -d "$source" ] || return 0
  mkdir -p "$example"
  for wav in "$source"/*.wav; do
    cp -u "$wav" "${wav%.wav}.txt" "$example/"
  done
}

# The example face: a public-domain portrait (NASA) out of a Debian package that is unpacked, not installed.
# Without it `myna demo` leaves lip-sync out and says so.
install_portrait() {
  local portrait=$cache/portrait.png work
  local inside=./usr/lib/python3/dist-packages/skimage/data/astronaut.png
  if [ ! -s "$portrait" ] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    [ -z "$(find "$portrait.failed" -mmin -30 2>/dev/null)" ] || return 0
    say "getting the example portrait (once)"
    work=$(mktemp -d)
    if (cd "$work" && { apt-get download -q python3-skimage || { as_root apt-get -o Acquire::Check-Valid-Until=false update -q &&
        apt-get download -q python3-skimage; }; } >/dev/null 2>&1 &&
        dpkg-deb --fsys-tarfile python3-skimage_*.deb | tar -x "$inside"); then
      mkdir -p "$cache"
      cp "$work/$inside" "$portrait.partial.$$" && mv "$portrait.partial.$$" "$portrait"
    else
      mkdir -p "$cache" && touch "$portrait.failed"
      say "the example portrait could not be had; myna demo will leave lip-sync out"
    fi
    rm -rf "$work"
  fi
  [ ! -s "$portrait" ] || { mkdir -p "$example" && cp -u "$portrait" "$example/"; }
}

program_environment() {
  export PATH=$prefix/bin:$PATH
  export XDG_DATA_DIRS=$prefix/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
  export GSETTINGS_SCHEMA_DIR=$prefix/share/glib-2.0/schemas
}

task_myna() {
  install_prefix
  program_environment
  exec "$prefix/bin/myna" "$@"
}

task_run() {
  install_prefix
  program_environment
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    # A root without a session bus or a settings daemon still has to open the window.
    [ -n "${DBUS_SESSION_BUS_ADDRESS:-}" ] || exec dbus-run-session -- "$prefix/bin/myna" "$@"
    exec "$prefix/bin/myna" "$@"
  fi
  say "no display: performing 'myna demo'"
  exec "$prefix/bin/myna" demo "$@"
}

# Peers that `myna bench ops` and `bench speak --engine gpt-sovits` measure beside us; PyTorch is about 750 MB and one minute, once.
install_peers() {
  local packages
  mapfile -t packages < <(package_list bench)
  if ! command -v apt-get >/dev/null || dpkg -s "${packages[@]}" >/dev/null 2>&1; then return 0; fi
  say "installing ONNX Runtime and PyTorch to measure beside (once)"
  as_root apt-get update -q >&2 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}" >&2 ||
    say "they could not be installed; measuring without them"
}

task_bench() {
  install_prefix
  case "$*" in ops*|*gpt-sovits*) install_peers ;; esac
  program_environment
  export MYNA_BENCH_PEERS=$MYNA_TOP/tests/bench/peers.py
  export MYNA_BENCH_TORCH=$MYNA_TOP/tests/bench/gptsovits_torch.py
  exec "$prefix/bin/myna" bench "$@"
}

task_shell() { if [ $# -gt 0 ]; then exec "$@"; else exec bash; fi; }

passed=0 failed=0 skipped=0

# run_suites BUILD SUITE…: meson test, its counts added up for the closing line. It builds what these tests need and no
# more, which in the sanitizers' builds is a part of all.
run_suites() {
  local dir=$builds/$1 log suite; shift
  local arguments=()
  for suite in "$@"; do arguments+=(--suite "$suite"); done
  [ -z "${MYNA_SANITIZER:-}" ] || arguments+=(--timeout-multiplier 3)
  log=$(mktemp)
  meson test -C "$dir" --print-errorlogs "${arguments[@]}" 2>&1 | tee "$log" || true
  count() { awk -v key="$1:" '$1 == key { n += $2 } END { print n + 0 }' "$log"; }
  passed=$((passed + $(count Ok)))
  failed=$((failed + $(count Fail) + $(count Timeout)))
  skipped=$((skipped + $(count Skipped)))
  grep -q '^Ok:' "$log" || { say "meson test printed no result for: $*"; failed=$((failed + 1)); }
  rm -f "$log"
}

test_environment() {
  export MYNA_MEDIA_DIR=${MYNA_MEDIA_DIR:-$(dirname "$MYNA_TOP")/shared/media}
  # The tests themselves fall back from ../shared/golden to the subset in tests/golden.
  [ -z "${MYNA_GOLDEN_DIR:-}" ] || export MYNA_GOLDEN_DIR
  export MYNA_TEST_PREFIX=$prefix
}

task_test() {
  local suites=("$@") suite
  [ ${#suites[@]} -gt 0 ] || suites=(static unit golden ui e2e crash fuzz asan tsan)
  test_environment
  for suite in "${suites[@]}"; do
    say "suite $suite"
    case "$suite" in
      asan) test_asan ;;
      tsan) test_tsan ;;
      fuzz) test_fuzz ;;
      *) install_prefix; run_suites dev "$suite" ;;
    esac
  done
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

test_asan() {
  configure asan -Dprofile=development -Db_sanitize=address,undefined -Db_lundef=false
  compile asan
  MYNA_SANITIZER=asan run_suites asan unit ui
}

test_tsan() {
  configure tsan -Dprofile=development -Dui=false -Db_sanitize=thread -Db_lundef=false
  MYNA_SANITIZER=tsan run_suites tsan tsan
}

test_fuzz() {
  CC=clang configure fuzz -Dui=false -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
  run_suites fuzz fuzz
}

task_asan() { test_environment; test_asan; echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; }
task_tsan() { test_environment; test_tsan; echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; }

c_sources() { git -C "$MYNA_TOP" ls-files --cached --others --exclude-standard "$@" | sed "s|^|$MYNA_TOP/|"; }

task_format() {
  c_sources '*.c' '*.h' | xargs -r clang-format -i
  c_sources '*.blp' | xargs -r blueprint-compiler format --fix
}

task_lint() {
  task_build
  run_suites dev static
  c_sources 'app/*.c' 'ui/*.c' 'engine/*.c' 'gpu/*.c' | xargs -r cppcheck --quiet --enable=warning,performance,portability \
    --inline-suppr --suppress=unknownMacro -D'ADW_CHECK_VERSION(major,minor,micro)=1' --error-exitcode=1 -I "$MYNA_TOP" --std=c17
  [ "$failed" = 0 ]
}

# Pictures show what users get: the default profile, in a build and a prefix of its own.
task_screenshots() {
  prefix=$builds/shots-prefix
  example=$prefix/share/myna/example
  configure shots -Dprofile=default
  compile shots
  meson install -C "$builds/shots" --no-rebuild --quiet >/dev/null
  install_example
  program_environment
  MYNA_SHOT_BUILD=$builds/shots exec "$MYNA_TOP/tests/ui/screenshots.sh" "$@"
}
