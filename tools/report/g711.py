# SPDX-License-Identifier: GPL-2.0-or-later
"""What a wiretap has that knows the calls are G.711 (u-law, PCMU)."""
import numpy as np

import capture
import sound

ULAW_BIAS = 132  # G.711: added before the logarithm, in steps of 16 bits


def to_ulaw(linear):
    size = np.minimum(np.abs(linear), 32635) + ULAW_BIAS
    segment = np.log2(size).astype(int) - 7
    return (~((linear < 0) << 7 | segment << 4 | size >> segment + 3 & 15) & 255).astype(np.uint8)


def from_ulaw(coded):
    coded = ~coded & 255
    size = ((coded & 15) * 8 + ULAW_BIAS << (coded >> 4 & 7)) - ULAW_BIAS
    return np.where(coded & 128, -size, size).astype(float)


PIECE = 32      # bytes of G.711, 4 ms


def pieces(path):
    """Each run of so many bytes that nothing but this speech would make."""
    samples = sound.read_wav(path).samples
    coded = to_ulaw((samples * 32767).astype("<i2").astype(int)).tobytes()
    runs = (coded[i:i + PIECE] for i in range(len(coded) - PIECE + 1))
    return {run for run in runs if len(set(run)) > PIECE // 2}


def holds(data, known):
    return any(data[i:i + PIECE] in known for i in range(len(data) - PIECE + 1))


def as_g711(stream):
    coded = b"".join(p.payload[:160] if p else b"\xff" * 160 for p in stream)
    return from_ulaw(np.frombuffer(coded, np.uint8).astype(int)) / 32768


def plaintext(packets, said):
    """How many packets, of whatever kind, hold a piece of these recordings (paths)."""
    known = set().union(*(pieces(path) for path in said))
    return sum(holds(p.all, known) for p in packets)


def recovered(packets, said):
    """The best correlation with one of them that any stream gives, played as it is."""
    return max((sound.correlation(sound.read_wav(path).samples, as_g711(stream))
                for stream in capture.streams(packets) for path in said), default=0.0)
