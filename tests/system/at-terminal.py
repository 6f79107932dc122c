#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""at-terminal.py TYPED COMMAND...: runs it at a terminal, and prints what stands there.

TYPED, unless it is empty, is typed when the command asks: when it has written ": " and waits.
"""
import os
import pty
import sys


def main():
    typed, command = sys.argv[1], sys.argv[2:]
    shown = b""
    pid, terminal = pty.fork()
    if not pid:
        os.execvp(command[0], command)
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:     # it has ended, and the terminal with it
            break
        if not part:
            break
        shown += part
        sys.stdout.buffer.write(part.replace(b"\r", b""))
        sys.stdout.buffer.flush()
        if typed and shown.endswith(b": "):
            os.write(terminal, typed.encode() + b"\n")
            typed = ""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main())
