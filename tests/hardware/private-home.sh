# Sourced by with-sound.sh and no-sound.sh: a home, runtime folder and ALSA configuration of our own, gone at the end
# together with the processes listed in started (children first).
home=$(mktemp -d "${TMPDIR:-/tmp}/myna-sound.XXXXXX")
started=()
clean_up() {
  local pid
  exec 2>/dev/null   # bash tells of every process that a test has killed
  for pid in "${started[@]}"; do
    pkill -P "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

mkdir -m 700 -p "$home/run/pulse" "$home/config/pulse"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_CONFIG_HOME=$home/config
export PULSE_RUNTIME_PATH=$home/run/pulse PULSE_COOKIE=$home/config/pulse/cookie
printf 'autospawn = no\n' > "$XDG_CONFIG_HOME/pulse/client.conf"
# ALSA: nothing but PulseAudio, as inside Flatpak.
cat > "$home/asound.conf" <<'ALSA'
pcm.!default { type pulse hint { show on description "Default ALSA Output" } }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
ALSA
export ALSA_CONFIG_PATH=$home/asound.conf
export JACK_NO_START_SERVER=1
