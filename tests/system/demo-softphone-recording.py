#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings as tools/demo-softphone-call leaves them, made up, for a test of the report.

  demo-softphone-recording.py DIR FLAW     a whole recording in DIR, flawed in one way

Nothing was ever encrypted here: ciphertext is random bytes from a seed.
"""
import importlib.util
import json
import os
import shutil
import sys

import numpy as np

import speech
import g711

spec = importlib.util.spec_from_file_location(
    "demo_recording", os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo-recording.py"))
demo_recording = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo_recording)

FRAME = 160
TAG = 16
LATE = 800      # samples after which the other end hears it
# What is in clear, unless that is the flaw; and what is not, unless that is.
CLEAR = {"clear": "blind", "inside": "gateway-wires"}
SECRET = {"secure": "all-in-clear", "outside": "gateway-wires"}


class Recording(demo_recording.Recording):
    """The frames of one talk, and how they are written, are as there."""

    def packets(self, talk):
        self.frames = []
        for host, ssrc in (("alice", 1), ("bob", 2)):
            coded = g711.to_ulaw((self.said[host] * 32767).astype("<i2").astype(int)).tobytes()
            for i in range(0, len(coded) - FRAME, FRAME):
                clear = coded[i:i + FRAME]
                self.send(host, 10 + i / 8000, demo_recording.rtp(i // FRAME, ssrc, self.payload(talk, clear)),
                          port=10000)
        if (talk in SECRET) != (self.flaw == {"secure": "no-zrtp", "clear": "no-zrtp"}.get(
                talk, "gateway-wires")):
            self.send("bob", 10, b"\x10\x00\x00\x01ZRTP" + self.noise(40))
        self.capture(talk + ".pcap")

    def payload(self, talk, clear):
        if talk in CLEAR and self.flaw != CLEAR[talk]:
            return clear
        cipher = self.noise(FRAME + TAG)
        if self.flaw == SECRET.get(talk):
            return clear + cipher[:TAG]
        # Where somebody speaks.
        if self.flaw == "clear-inside" and len(set(clear[40:100])) > 40:
            self.flaw = "done"
            return cipher[:50] + clear[40:100] + cipher[110:]
        return cipher

    def heard(self, talk):
        for host, said in self.said.items():
            heard = np.concatenate((np.zeros(LATE), 0.9 * said))
            if self.flaw == "silence" and talk == "secure" and host == "alice":
                heard[:] = 0
            speech.write(self.path(f"{talk}-heard-by-{demo_recording.OTHER[host]}.wav"), heard, 8000)

    def heard_behind(self):
        """As heard(), of the call through a gateway, where alice is carol."""
        for host, said in self.said.items():
            name = {"alice": "bob", "bob": "carol"}[host]
            got = np.concatenate((np.zeros(LATE), 0.9 * said))
            if self.flaw == "gateway-ends" and name == "carol":
                got[:] = 0
            speech.write(self.path(f"heard-by-{name}.wav"), got, 8000)

    def ends(self):
        end = {"verified": True, "their_verified": True, "secure": True, "kind": "program",
               "suite": "X255 S256 AES1 GCM B32"}
        call = {h: dict(end) for h in demo_recording.ADDRESS}
        call["sas_equal"] = self.flaw != "sas"
        call["bob"]["verified"] = self.flaw != "unverified"
        call["bob"]["secure"] = self.flaw != "insecure"
        with open(self.path("call.json"), "w") as f:
            json.dump(call, f)


def make(out, flaw):
    os.makedirs(out)
    for host, words in demo_recording.WORDS.items():
        # Twice: enough packets for what the report asks for.
        speech.make(f"{out}/full.wav", *words * 2)
        speech.to8k(f"{out}/full.wav", f"{out}/said-by-{host}.wav")
    os.unlink(f"{out}/full.wav")
    recording = Recording(out, out, flaw)
    for talk in "secure", "clear":
        recording.packets(talk)
        recording.heard(talk)
    recording.ends()
    behind(out, flaw)


def behind(out, flaw):
    """What the test of a gateway leaves."""
    gateway = f"{out}/gateway"
    os.makedirs(gateway)
    for host, name in ("alice", "carol"), ("bob", "bob"):
        shutil.copy(f"{out}/said-by-{host}.wav", f"{gateway}/said-by-{name}.wav")
    recording = Recording(out, gateway, flaw if flaw.startswith("gateway") else "nothing")
    for wire in "outside", "inside":
        recording.packets(wire)
    recording.heard_behind()
    end = {"verified": True, "their_verified": True, "secure": True, "kind": "program",
           "suite": "X255 S256 AES1 GCM B32"}
    with open(recording.path("call.json"), "w") as f:
        json.dump({"sas_equal": flaw != "gateway-ends", "bob": end,
                   "gateway": {**end, "secure": flaw != "gateway-ends"}}, f)


if __name__ == "__main__":
    make(*sys.argv[1:])
