#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings as tools/demo-call leaves them, made up, for a test of tools/demo-report.

  demo-recording.py make DIR SENDPLAIN     speech, and its packets as SENDPLAIN makes them
  demo-recording.py spoil DIR OUT FLAW     a whole recording in OUT, flawed in one way

Nothing was ever encrypted here: ciphertext is random bytes from a seed.
"""
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys

import numpy as np

import speech

RATE = 48000
ADDRESS = {"alice": "10.9.0.1", "bob": "10.9.0.2"}
OTHER = {"alice": "bob", "bob": "alice"}
BEGUN = 100.0       # CLOCK_MONOTONIC at which said is first recorded
LEAD = 1.0          # and how long before anybody speaks
CLOCK = 5e8         # CLOCK_REALTIME is ahead by that
DELAY = 0.12
CUT = (BEGUN + LEAD + 2.7, BEGUN + LEAD + 5.1)
PAYLOAD = 80
TAG = 16
WORDS = {"alice": ("Front_Left", "Rear_Right", "Side_Left", "Front_Center"),
         "bob": ("Side_Right", "Front_Center", "Rear_Left", "Front_Right")}


def make(directory, sendplain):
    for host, words in WORDS.items():
        speech.make(f"{directory}/said-by-{host}.wav", *words)
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(0.5)
    sender = subprocess.Popen([sendplain, "--hash-log", f"{directory}/hashes-control",
                               f"{directory}/said-by-alice.wav",
                               "127.0.0.1:%d" % receiver.getsockname()[1]],
                              stdout=subprocess.PIPE, text=True)
    with open(f"{directory}/control", "w") as f:
        while True:
            try:
                f.write(receiver.recv(2048).hex() + "\n")
            except TimeoutError:
                if sender.poll() is not None:
                    break
    with open(f"{directory}/control") as f:
        sent, kept = int(sender.communicate()[0]), len(f.readlines())
    assert sent == kept, f"{sent} packets were sent, {kept} arrived"


def frame(source, target, port, payload, protocol=17):
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, protocol, 0,
                     socket.inet_aton(source), socket.inet_aton(target))
    return bytes(12) + b"\x08\x00" + ip + udp


def rtp(sequence, ssrc, payload):
    return struct.pack(">BBHII", 0x80, 96, sequence & 0xffff, sequence * 960, ssrc) + payload


class Recording:
    def __init__(self, source, out, flaw):
        self.source, self.out, self.flaw = source, out, flaw
        self.random = np.random.default_rng(6189)
        self.frames = []
        self.said = {h: speech.read(f"{source}/said-by-{h}.wav")[0][:, 0] for h in ADDRESS}

    def path(self, name):
        return os.path.join(self.out, name)

    def noise(self, n):
        return self.random.bytes(n)

    def send(self, host, when, payload, port=7686, **how):
        self.frames.append((when, frame(ADDRESS[host], ADDRESS[OTHER[host]], port, payload, **how)))

    def calls(self, control):
        """Both calls' packets; what was handed to the sockets is random too."""
        last = None
        for host, ssrc in (("alice", 1), ("bob", 2), ("alice", 3), ("bob", 4)):
            begun = CLOCK + BEGUN + (0 if ssrc < 3 else 30)
            with open(self.path("hashes-" + host), "a") as f:
                for i in range(400):
                    plain = self.noise(PAYLOAD)
                    f.write(f"{hashlib.sha256(plain).hexdigest()} {PAYLOAD} rtp\n")
                    cipher = self.noise(PAYLOAD + TAG)
                    if ssrc == 1 and i == 200:
                        cipher = self.spoil(cipher, plain, last)
                    if ssrc == 1 and self.flaw == "opus-in-clear" and i < len(control):
                        cipher = control[i][12:] + bytes(TAG)
                    self.send(host, begun + i * 0.02, rtp(i + 65400, ssrc, cipher))
                    last = cipher
        self.send("bob", CLOCK + BEGUN, b"\x10\x00\x00\x01ZRTP" + self.noise(40))
        self.send("bob", CLOCK + BEGUN, b"\x80\xc8\x00\x06" + self.noise(60))

    def spoil(self, cipher, plain, last):
        if self.flaw == "clear-inside":
            return cipher[:9] + plain + cipher[9 + PAYLOAD:]
        if self.flaw == "clear-in-icmp":
            self.send("bob", CLOCK + BEGUN, cipher[:20] + plain, protocol=1)
        if self.flaw == "repeated-block":
            return cipher[:32] + last[16:32] + cipher[48:]
        if self.flaw == "two-sizes":
            return cipher + b"\0"
        return cipher

    def control(self):
        with open(f"{self.source}/control") as f:
            packets = [bytes.fromhex(line) for line in f]
        for i, packet in enumerate(packets):
            self.send("alice", CLOCK + BEGUN + i * 0.02, packet, port=5004)
        hashes = open(f"{self.source}/hashes-control").read().splitlines(True)
        with open(self.path("hashes-control"), "w") as f:
            f.writelines(hashes[:-1] if self.flaw == "blind" else hashes)
        return packets

    def take(self, name, samples, begun):
        data = (samples * 32767).astype("<i2")
        data.tofile(self.path(name + ".s16"))
        with open(self.path(name + ".times"), "w") as f:
            for end in range(960, len(data) + 1, 960):
                late = self.random.uniform(0, 0.004) if end % 9600 else 0
                f.write(f"{begun + end / RATE + late:.6f} {2 * end}\n")

    def sound(self):
        for take in "call", "cut":
            for host, said in self.said.items():
                quiet = np.zeros(int(LEAD * RATE))
                self.take(f"{take}-said-{host}", np.concatenate([quiet, said, quiet]), BEGUN)
                self.take(f"{take}-heard-{OTHER[host]}", self.heard(take, host, said), BEGUN + 0.3)

    def heard(self, take, host, said):
        delay = 0.35 if self.flaw == "late" and host == "alice" else DELAY
        heard = np.zeros(len(said) + 3 * RATE)
        at = int((LEAD + delay - 0.3) * RATE)
        heard[at:at + len(said)] = 0.5 * said
        if take == "cut" and self.flaw != "another-way":
            cut = [int((t + delay - BEGUN - 0.3) * RATE) for t in CUT]
            heard[cut[0]:cut[1]] = 0
        if take == "call" and host == "alice" and self.flaw == "noise":
            heard = 0.1 * self.random.standard_normal(len(heard))
        if take == "call" and host == "alice" and self.flaw == "silence":
            heard[:] = 0
        return np.clip(heard, -1, 1)

    def words(self):
        call = {h: {"verified": True, "their_verified": True, "suite": "X255 S256 AES1 GCM B32"}
                for h in ADDRESS}
        call["sas_equal"] = self.flaw != "sas"
        call["bob"]["verified"] = self.flaw != "unverified"
        with open(self.path("call.json"), "w") as f:
            json.dump(call, f)
        for host in ADDRESS:
            made_up = 30 if self.flaw == "made-up" and host == "bob" else 2
            with open(self.path("stats-" + host), "w") as f:
                json.dump({"frames": 1000, "concealed": made_up}, f)
                f.write("\n")
        for name, text in (("cut", f"{CUT[0]}\n{CUT[1]}\n"), ("clock", f"{CLOCK}\n"),
                           ("call-setup", "10.0 12.5\n31.0 32.0\n")):
            with open(self.path(name), "w") as f:
                f.write(text)

    def capture(self, name="wire.pcap"):
        with open(self.path(name), "wb") as f:
            f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for when, data in sorted(self.frames):
                f.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(data), len(data)))
                f.write(data)


def spoil(source, out, flaw):
    os.makedirs(out)
    for host in ADDRESS:
        shutil.copy(f"{source}/said-by-{host}.wav", out)
    recording = Recording(source, out, flaw)
    recording.calls(recording.control())
    recording.sound()
    recording.words()
    recording.capture()


if __name__ == "__main__":
    {"make": make, "spoil": spoil}[sys.argv[1]](*sys.argv[2:])
