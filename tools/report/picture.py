# SPDX-License-Identifier: GPL-2.0-or-later
"""Three spectrograms one above another."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

FLOOR = -100    # dB


def save(path, rows, rate, seconds):
    """rows: (title, samples) with a shared time axis that begins at 0."""
    figure, axes = plt.subplots(len(rows), 1, sharex=True, figsize=(10, 8),
                                constrained_layout=True)
    for axis, (title, samples) in zip(axes, rows):
        padded = np.zeros(int(seconds * rate))
        padded[:len(samples)] = samples[:len(padded)]
        window = np.hanning(256)
        frames = np.lib.stride_tricks.sliding_window_view(padded, 256)[::64] * window
        power = np.abs(np.fft.rfft(frames)).T ** 2 / np.sum(window) ** 2
        axis.imshow(10 * np.log10(power + 10 ** (FLOOR / 10)), origin="lower", aspect="auto",
                    extent=(0, seconds, 0, rate / 2000), vmin=FLOOR, vmax=-30, cmap="magma")
        axis.set_title(title, loc="left")
        axis.set_ylabel("kHz")
    axes[-1].set_xlabel("s")
    figure.savefig(path, dpi=100)
    plt.close(figure)
