#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The SIP of a program, with SDES keys or without any (RFC 3261, 3264, 4568), as much as one
call to it takes.

	sip-answer.py ADDRESS RTP_PORT [SUITE]

An INVITE comes to ADDRESS:5060. It writes where the caller's media is to go, "media HOST:PORT", and,
if there is a SUITE,
the caller's a=crypto line of SUITE, reads ours, answers with it under the tag of the caller's, and
goes on until BYE."""

import re
import socket
import sys

PORT = 5060


def lines(text, name):
    return re.findall(rf"^{name}:[ \t]*(.*?)\r?$", text, re.M | re.I)


class Dialog:
    def __init__(self, address, port, suite=None):
        self.address, self.port, self.suite = address, port, suite
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, PORT))
        self.sdp = None

    def offer(self, body):
        """What the caller is told of its media, and the tag of its key if one is asked for."""
        host = re.search(r"^c=IN IP4 (\S+)", body, re.M).group(1)
        media = re.search(r"^m=audio (\d+) (\S+)", body, re.M)
        if not self.suite:
            print(f"media {host}:{media.group(1)}", flush=True)
            return None, media.group(2)
        for line in re.findall(r"^a=crypto:.*?(?=\r?$)", body, re.M):
            tag, suite = re.match(r"a=crypto:(\d+) (\S+)", line).groups()
            if suite == self.suite:
                print(f"media {host}:{media.group(1)}\n{line}", flush=True)
                return tag, media.group(2)
        sys.exit(f"the caller offers no key for {self.suite}")

    def answer(self, body):
        tag, proto = self.offer(body)
        ours = ""
        if tag:
            ours = re.sub(r"^a=crypto:\d+", f"a=crypto:{tag}", sys.stdin.readline().strip()) + "\r\n"
        return (f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
                f"m=audio {self.port} {proto} 0\r\na=rtpmap:0 PCMU/8000\r\n{ours}")

    def reply(self, request, to, status, body=""):
        said = "".join(f"{name}: {value}\r\n" for name in ("Via", "From", "Call-ID", "CSeq")
                       for value in lines(request, name))
        to_line = lines(request, "To")[0]
        if ";tag=" not in to_line:
            to_line += ";tag=answer"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.socket.sendto(f"SIP/2.0 {status}\r\n{said}To: {to_line}\r\n"
                           f"Contact: <sip:program@{self.address}:{PORT}>\r\n{kind}"
                           f"Content-Length: {len(body)}\r\n\r\n{body}".encode(), to)

    def run(self):
        while True:
            data, sender = self.socket.recvfrom(65536)
            request = data.decode()
            method = request.split(" ", 1)[0]
            if method == "INVITE":
                self.sdp = self.sdp or self.answer(request.split("\r\n\r\n", 1)[1])
                self.reply(request, sender, "200 OK", self.sdp)
            elif method in ("BYE", "CANCEL"):
                self.reply(request, sender, "200 OK")
                print("bye", flush=True)
                return
            elif method != "ACK":
                self.reply(request, sender, "501 Not Implemented")


Dialog(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]).run()
