#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Documentation/zrtp-conformance.rst: each row is shown by a test that runs, or says that it
is not done. So are the attacks of Documentation/testing.rst."""

import re
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# What comes before the first heading explains the table.
TEXT = (TOP / "Documentation/zrtp-conformance.rst").read_text().split("\nPackets and", 1)[1]
ATTACKS = (TOP / "Documentation/testing.rst").read_text().split("\nAttacks on ZRTP\n", 1)[1].split(
    "\n\n", 3)[2]
NAMED = re.compile(r"``(\w+): (\w+)``")
SCRIPT = re.compile(r"``(\w+\.sh)``")
# What a row may say instead of naming a test.
UNDONE = re.compile(r"not done|not sent|left to the owner")


def source(file):
    for path in (f"unit/zrtp_{file}.c", f"unit/{file}.c", f"interop/{file}_exchange.c"):
        if (TOP / "tests" / path).exists():
            return (TOP / "tests" / path).read_text()
    return ""


def rows():
    """Of each table of five columns: the row's cells, each in one line."""
    for block in re.findall(r"^=+(?:  =+){4}\n.*?\n=+(?:  =+){4}\n(.*?)\n=+(?:  =+){4}$", TEXT,
                            re.S | re.M):
        border = TEXT[:TEXT.index(block)].rstrip("\n").rsplit("\n", 1)[1]
        starts = [m.start() for m in re.finditer("=+", border)]
        row = None
        for line in block.split("\n"):
            cells = [line[a:b].strip() for a, b in zip(starts, starts[1:] + [None])]
            if cells[0]:
                if row:
                    yield row
                row = cells
            else:
                row = [f"{a} {b}".strip() for a, b in zip(row, cells)]
        yield row


class Conformance(unittest.TestCase):
    def test_each_named_test_runs(self):
        names = NAMED.findall(TEXT + ATTACKS)
        self.assertGreater(len(names), 100)
        for file, name in names:
            self.assertTrue(re.search(rf"\n\t+\w+\({name}(, \w+)*\),", source(file)),
                            f"{file}: {name}")
        for name in SCRIPT.findall(TEXT + ATTACKS):
            self.assertTrue((TOP / "tests/system" / name).exists() or
                            (TOP / "tests/fuzz" / name).exists(), name)

    def test_each_attack_has_its_test(self):
        self.assertGreater(len(NAMED.findall(ATTACKS)), 30)

    def test_each_row_is_shown_or_not_done(self):
        all_rows = list(rows())
        self.assertGreater(len(all_rows), 100)
        for row in all_rows:
            self.assertTrue(NAMED.search(row[4]) or SCRIPT.search(row[4]) or
                            "*network*" in row[4] or UNDONE.search(row[4]), row)

    def test_each_file_is_there(self):
        for row in rows():
            for name in re.findall(r"[\w/-]+", row[3]):
                if name in ("all", "h") or name.endswith("/"):
                    continue
                folder = TOP / ("userspace" if name.startswith("daemon/") else
                                "" if "/" in name else "userspace/zrtp")
                self.assertTrue((folder / f"{name}.c").exists() or
                                (folder / f"{name}.h").exists(), name)


if __name__ == "__main__":
    unittest.main()
