# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of what one said the other heard, and how much later.

Correlation: at 8 kHz, over windows of 500 ms in which there is speech, the best
normalised correlation of the waveforms within 60 ms of the global lag; the median of
the windows counts. Silence scores 0, so does what was lost.
"""
import os
import subprocess
import wave

import numpy as np

RATE = 8000
WINDOW = RATE // 2
SLACK = RATE * 60 // 1000
FULL_RATE = 48000
TAG_LENGTHS = (0, 10, 16)   # what SRTP may have put behind a payload


class Recording:
    """Mono samples, also at 8 kHz and, if it was recorded by demo-listen, when they came."""

    def __init__(self, samples, rate=FULL_RATE, times=None):
        self.full = samples
        self.rate = rate
        self.samples = at_8k(samples, rate)
        self.times = times

    def origin(self, first, last):
        """CLOCK_MONOTONIC of its beginning, judged by what came between two samples.

        A piece comes when its last sample is there, or later: the earliest is right.
        """
        bytes_there = self.times[:, 1] * RATE / (2 * FULL_RATE)
        during = self.times[(bytes_there >= first) & (bytes_there <= last)]
        if not len(during):
            raise ValueError("nothing was recorded while somebody spoke")
        return float(np.min(during[:, 0] - during[:, 1] / (2 * FULL_RATE)))


def read_wav(path):
    with wave.open(path) as w:
        if w.getsampwidth() != 2:
            raise ValueError(f"{path} does not have 16 bits")
        data = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float) / 32768
        return Recording(data.reshape(-1, w.getnchannels())[:, 0], w.getframerate())


def read_listened(stem):
    samples = np.fromfile(stem + ".s16", "<i2").astype(float) / 32768
    return Recording(samples, times=np.loadtxt(stem + ".times", ndmin=2))


def write_wav(path, recording):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(recording.rate)
        w.writeframes((np.clip(recording.full, -1, 1) * 32767).astype("<i2").tobytes())


def at_8k(samples, rate):
    step = rate // RATE
    if rate != step * RATE:
        raise ValueError(f"{rate} Hz is no multiple of {RATE} Hz")
    taps = np.sinc(np.arange(-8 * step, 8 * step + 1) / step) * np.hanning(16 * step + 1)
    return np.convolve(samples, taps / taps.sum(), "same")[::step] if len(samples) else samples


def global_lag(said, heard):
    """How many samples later the second has what the first has."""
    n = 1 << (len(said) + len(heard)).bit_length()
    c = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(said, n)), n)
    lag = int(np.argmax(c))
    return lag if lag < n // 2 else lag - n


def speech_windows(said):
    """Where windows with speech begin."""
    loud = np.sqrt(np.mean(said ** 2))
    return [s for s in range(0, len(said) - WINDOW + 1, WINDOW)
            if np.sqrt(np.mean(said[s:s + WINDOW] ** 2)) > 0.3 * loud]


def best_in_window(said, heard, start, lag):
    a = said[start:start + WINDOW]
    b = heard[max(0, start + lag - SLACK):max(0, start + lag + SLACK + WINDOW)]
    if len(b) < WINDOW:
        return 0.0
    squares = np.concatenate(([0.0], np.cumsum(b * b)))
    power = np.sqrt(np.dot(a, a) * np.maximum(squares[WINDOW:] - squares[:-WINDOW], 0))
    c = np.correlate(b, a, "valid")
    # What is as quiet as the rounding of sums is silence.
    heard_there = power > 1e-9
    return float(np.max(c[heard_there] / power[heard_there], initial=0.0))


def correlation(said, heard, lag=None, windows=None):
    """Of samples at 8 kHz; the lag and the windows may be given."""
    if lag is None:
        lag = global_lag(said, heard)
    if windows is None:
        windows = speech_windows(said)
    if not windows:
        raise ValueError("nobody speaks there")
    return float(np.median([best_in_window(said, heard, w, lag) for w in windows]))


def spoken_at(said, recording):
    """When a recording has the first sample of what was said: its lag and the time."""
    lag = global_lag(said.samples, recording.samples)
    return lag, recording.origin(lag, lag + len(said.samples)) + lag / RATE


def decode(opusdec, payloads, out):
    """What somebody would hear who takes captured payloads for Opus."""
    text = "\n".join(p.hex() for p in payloads) + "\n"
    subprocess.run([opusdec, out], input=text.encode(), check=True, stdout=subprocess.DEVNULL)
    return read_wav(out)


def recovered(said, streams, opusdec, directory):
    """The best correlation that any stream gives, with what may be a tag or without."""
    best = 0.0
    out = os.path.join(directory, "recovered.wav")
    for stream in streams:
        for tag in TAG_LENGTHS:
            payloads = [p.payload[:max(0, len(p.payload) - tag)] if p else b"" for p in stream]
            heard = decode(opusdec, payloads, out)
            best = max(best, correlation(said.samples, heard.samples))
    os.unlink(out)
    return best
