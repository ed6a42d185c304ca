# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own media, and ears: what is made to be opened, and what was heard or exported."""

import array
import math
import os
import signal
import struct
import subprocess
import wave

import e2e

RATE = 16000
"""Of what decode () returns."""

SENTENCES = (
    "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. "
    "It is easy to tell the depth of a well. These days a chicken leg is a rare dish. "
    "Rice is often served in round bowls. The juice of lemons makes fine punch. "
    "The box was thrown beside the parked truck. The hogs were fed chopped corn and garbage. "
    "Four hours of steady work faced us. A large size in stockings is hard to sell."
)


def make_speech(path, text=SENTENCES, voice="en-us+m3"):
    """A person: espeak-ng, reading TEXT into a WAV file."""
    command = ["espeak-ng", "-v", voice, "-a", "60", "-s", "150", "-w", path, text]
    subprocess.run(command, check=True)
    return path


def make_tone(path, seconds, amplitude=0.0, rate=16000):
    """A WAV file of a tone of 220 Hz; of silence at amplitude 0."""
    count = int(seconds * rate)
    step = 2 * math.pi * 220 / rate
    samples = (round(32767 * amplitude * math.sin(step * i)) for i in range(count))
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return path


def decode(path):
    """All samples of any audio file, mono at RATE, -1 … 1. Fails where FFmpeg finds a fault in it."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", path]
    command += ["-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode != 0 or result.stderr:
        raise e2e.Failure(f"{path} does not decode: {result.stderr.decode(errors='replace')}")
    return array.array("f", result.stdout)


def rms(samples):
    return math.sqrt(sum(s * s for s in samples) / max(1, len(samples)))


class Listener:
    """Hears what arrives at the fake loudspeaker, from now on."""

    def __enter__(self):
        command = ["parec", "--device=speaker.monitor", "--raw", "--latency-msec=100"]
        command += ["--format=s16le", "--channels=1", f"--rate={RATE}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._read(0.1)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def _read(self, seconds):
        size = int(seconds * RATE) * 2
        data = self.process.stdout.read(size)
        if len(data) < size:
            raise e2e.Failure("the fake loudspeaker went away")
        return array.array("h", data)

    def hear(self, seconds=1.0, deadline=e2e.DEADLINE):
        """Waits until this much sound has been heard, in slices of 50 ms above -46 dBFS."""
        loud = 0.0
        for _ in range(int(deadline / 0.05)):
            if rms(self._read(0.05)) > 32768 * 0.005:
                loud += 0.05
            if loud >= seconds:
                return
        raise e2e.Failure(f"only {loud:.2f} s of sound reached the loudspeaker in {deadline:.0f} s")


class Speaker:
    """Speaks in the room of the fake microphone, over and over."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        command = 'while paplay --device=room "$1"; do :; done'
        command = ["sh", "-c", command, "sh", self.path]
        self.process = subprocess.Popen(command, start_new_session=True)

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
