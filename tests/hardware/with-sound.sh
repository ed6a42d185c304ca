#!/usr/bin/env bash
# with-sound.sh COMMAND…: runs COMMAND on a machine that has a fake loudspeaker and a fake microphone, paced like real
# ones: a private PulseAudio daemon with two null sinks, "speaker" (hear it by recording speaker.monitor) and "room",
# whose monitor is the default microphone (speak into it with paplay --device=room). ALSA's default is that daemon.
# norewinds: else a null sink renders its first two seconds in advance, and every start takes that long.
# Nothing of the user's own sound is touched. COMMAND finds:
#   MYNA_FAKE_SOUND=1      there is fake hardware
#   MYNA_FAKE_PULSE_PID    the daemon: kill it to unplug everything
#   MYNA_FAKE_MICROPHONE   a sound file when the caller set it: it is played into the room in a loop
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/private-home.sh"

# Sound is paced by the clock: on a machine that other work keeps busy, the fake hardware would stutter as no sound card does.
# Where it may (root), it gets the processor first; so does COMMAND when MYNA_SOUND_FIRST is set.
first=()
if chrt -r 5 true 2>/dev/null; then first=(chrt -r 5); fi

log=$home/pulseaudio.log
"${first[@]}" pulseaudio --daemonize=no --exit-idle-time=-1 --disable-shm=yes --use-pid-file=no --realtime=no \
  --high-priority=no --log-target="file:$log" -n \
  -L "module-native-protocol-unix socket=$home/run/pulse/native auth-anonymous=1" \
  -L "module-null-sink sink_name=speaker rate=48000 channels=2 norewinds=1 sink_properties=device.description=Speaker" \
  -L "module-null-sink sink_name=room rate=48000 channels=1 norewinds=1 sink_properties=device.description=Room" \
  -L "module-remap-source source_name=microphone master=room.monitor source_properties=device.description=Microphone" \
  >/dev/null 2>&1 &
started+=($!)
export MYNA_FAKE_PULSE_PID=$!
export PULSE_SERVER=unix:$home/run/pulse/native
for _ in $(seq 100); do
  pactl info >/dev/null 2>&1 && break
  kill -0 "$MYNA_FAKE_PULSE_PID" 2>/dev/null || { cat "$log" >&2; echo "with-sound.sh: PulseAudio did not start" >&2; exit 1; }
  read -rt 0.05 <> <(:) || true
done
pactl set-default-sink speaker
pactl set-default-source microphone
export MYNA_FAKE_SOUND=1

if [ -n "${MYNA_FAKE_MICROPHONE:-}" ]; then
  (while "${first[@]}" paplay --device=room "$MYNA_FAKE_MICROPHONE" 2>/dev/null; do :; done) &
  started+=($!)
fi

[ -n "${MYNA_SOUND_FIRST:-}" ] || first=()
status=0
"${first[@]}" "$@" || status=$?
exit "$status"
