#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recorded speech for tests of the audio path, and how much of it arrived.

  speech.py make OUT.wav NAME...      join recordings that alsa-utils ships
  speech.py tone OUT.wav SECONDS      a tone of 440 Hz
  speech.py compare SAID.wav HEARD.wav
      prints "CORRELATION LAG": the median over windows of 500 ms of active speech
      of the best normalised correlation within 60 ms of the global lag, at 8 kHz,
      and that lag in ms
  speech.py lag STEREO.wav            how much later the right channel has what the
      left one has: ms and the correlation there
  speech.py loudness WAV              root mean square in dB of full scale
"""
import sys
import wave

import numpy as np

SOUNDS = "/usr/share/sounds/alsa/"
RATE = 8000
WINDOW = RATE // 2
SLACK = RATE * 60 // 1000


def read(path):
    with wave.open(path) as w:
        assert w.getsampwidth() == 2, path
        data = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float)
        return data.reshape(-1, w.getnchannels()) / 32768, w.getframerate()


def at_8k(samples, rate):
    step = rate // RATE
    assert rate == step * RATE, rate
    taps = np.sinc(np.arange(-8 * step, 8 * step + 1) / step) * np.hanning(16 * step + 1)
    return np.convolve(samples, taps / taps.sum(), "same")[::step]


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


def global_lag(said, heard):
    n = 1 << (len(said) + len(heard)).bit_length()
    c = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(said, n)), n)
    lag = int(np.argmax(np.abs(c)))
    return lag if lag < n // 2 else lag - n


def best_in_window(said, heard, start, lag):
    a = said[start:start + WINDOW]
    best = 0.0
    for shift in range(lag - SLACK, lag + SLACK + 1):
        b = heard[max(0, start + shift):max(0, start + shift) + WINDOW]
        if len(b) < WINDOW:
            continue
        power = np.sqrt(np.dot(a, a) * np.dot(b, b))
        if power > 0:
            best = max(best, float(np.dot(a, b)) / power)
    return best


def compare(said, heard):
    said = at_8k(read(said)[0][:, 0], read(said)[1])
    heard = at_8k(read(heard)[0][:, 0], read(heard)[1])
    lag = global_lag(said, heard)
    loud = np.sqrt(np.mean(said ** 2))
    scores = [best_in_window(said, heard, s, lag)
              for s in range(0, len(said) - WINDOW, WINDOW)
              if np.sqrt(np.mean(said[s:s + WINDOW] ** 2)) > 0.3 * loud]
    print(f"{np.median(scores):.3f} {lag * 1000 / RATE:.1f}")


def lag(path):
    samples, rate = read(path)
    left, right = at_8k(samples[:, 0], rate), at_8k(samples[:, 1], rate)
    shift = global_lag(left, right)
    a, b = left[:len(left) - shift], right[shift:]
    c = np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b))
    print(f"{shift * 1000 / RATE:.1f} {c:.3f}")


def loudness(path):
    rms = np.sqrt(np.mean(read(path)[0] ** 2))
    print(f"{20 * np.log10(max(rms, 1e-9)):.1f}")


if __name__ == "__main__":
    {"make": make, "tone": tone, "compare": compare, "lag": lag,
     "loudness": loudness}[sys.argv[1]](*sys.argv[2:])
