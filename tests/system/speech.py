#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recorded speech for tests of the audio path, and how much of it arrived.

  speech.py make OUT.wav NAME...      join recordings that alsa-utils ships
  speech.py tone OUT.wav SECONDS      a tone of 440 Hz
  speech.py compare SAID.wav HEARD.wav
      prints "CORRELATION LAG": the median over windows of 500 ms of active speech
      of the best normalised correlation within 60 ms of the global lag, at 8 kHz,
      and that lag in ms
  speech.py to8k IN.wav OUT.wav       at 8 kHz, as G.711 has it
  speech.py wire CAPTURE SAID.wav...  what a wiretap has that knows the calls are G.711:
      prints "PACKETS PLAIN RECOVERED": RTP packets (SRTP looks the same from outside), how
      many packets of any kind hold a piece of what was said, and the best correlation
      that one stream of them gives
  speech.py lag STEREO.wav            how much later the right channel has what the
      left one has, in ms, and the correlation as above
  speech.py loudness WAV              root mean square in dB of full scale
"""
import os
import sys
import wave

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/report"))
import capture
import g711
import sound

SOUNDS = "/usr/share/sounds/alsa/"


def read(path):
    with wave.open(path) as w:
        assert w.getsampwidth() == 2, path
        data = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float)
        return data.reshape(-1, w.getnchannels()) / 32768, w.getframerate()


def make(out, *names):
    parts = [read(SOUNDS + n + ".wav") for n in names]
    write(out, np.concatenate([p[0][:, 0] for p in parts]), parts[0][1])


def tone(out, seconds):
    write(out, 0.3 * np.sin(2 * np.pi * 440 / 48000 * np.arange(48000 * int(seconds))), 48000)


def write(out, data, rate):
    with wave.open(out, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes((data * 32767).astype("<i2").tobytes())


def compare(said, heard):
    said, heard = (sound.read_wav(path).samples for path in (said, heard))
    lag = sound.global_lag(said, heard)
    print(f"{sound.correlation(said, heard, lag):.3f} {lag * 1000 / sound.RATE:.1f}")


def to8k(said, out):
    write(out, sound.read_wav(said).samples, sound.RATE)


def wire(path, *said):
    packets = capture.read(path)
    print(sum(capture.kind(p) == "rtp" for p in packets), g711.plaintext(packets, said),
          f"{g711.recovered(packets, said):.3f}")


def lag(path):
    samples, rate = read(path)
    left, right = (sound.at_8k(samples[:, n], rate) for n in (0, 1))
    shift = sound.global_lag(left, right)
    print(f"{shift * 1000 / sound.RATE:.1f} {sound.correlation(left, right, shift):.3f}")


def loudness(path):
    rms = np.sqrt(np.mean(read(path)[0] ** 2))
    print(f"{20 * np.log10(max(rms, 1e-9)):.1f}")


if __name__ == "__main__":
    {"make": make, "tone": tone, "compare": compare, "lag": lag, "to8k": to8k, "wire": wire,
     "loudness": loudness}[sys.argv[1]](*sys.argv[2:])
