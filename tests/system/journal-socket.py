#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""In the place of systemd's journal: journal-socket.py SOCKET

binds the socket, and prints what is sent there in the journal's native protocol, an object of JSON
for each entry. "ready" comes first."""

import json
import os
import socket
import sys


def fields(data):
    found = {}
    while data:
        head, data = data.split(b"\n", 1)
        if b"=" in head:
            key, value = head.split(b"=", 1)
        else:   # a length of 64 bits, and as many bytes
            key, size = head, int.from_bytes(data[:8], "little")
            value, data = data[8:8 + size], data[9 + size:]
        found[key.decode()] = value.decode()
    return found


where = sys.argv[1]
os.makedirs(os.path.dirname(where), exist_ok=True)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.bind(where)
    os.chmod(where, 0o666)
    print("ready", flush=True)
    while True:
        print(json.dumps(fields(s.recv(1 << 16))), flush=True)
