#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each of tests/red breaks the code as it is, and names a test and a fact that there are."""

import re
import subprocess
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PATCHES = sorted((TOP / "tests/red").glob("*.patch"))


def header(patch, name):
    found = re.search(rf"^{name}: (.+)$", patch.read_text(), re.M)
    return found.group(1) if found else ""


def source_of(test):
    """Where its facts are written down; a KUnit suite is a file of module/tests."""
    if test == "kunit":
        return "".join(p.read_text() for p in (TOP / "module/tests").glob("*.c"))
    if test == "unit zrtp with libbzrtp":
        return (TOP / "tests/interop/bzrtp_exchange.c").read_text()
    if test.startswith("unit "):
        return (TOP / "tests/unit" / (test[5:].replace(" ", "_") + ".c")).read_text()
    if test.endswith(".py"):
        return (TOP / test).read_text()
    text = (TOP / "tests/system" / f"{test}.sh").read_text()
    # What it has a machine do.
    return text + "".join((TOP / step).read_text() for step in re.findall(r"tests/system/[\w-]+-in-vm", text))


class Red(unittest.TestCase):
    def test_there_are_some(self):
        self.assertGreater(len(PATCHES), 50)

    def test_each_says_what_it_breaks(self):
        for patch in PATCHES:
            with self.subTest(patch.name):
                self.assertRegex(patch.read_text().splitlines()[0], r"^\S.{10,}\.$")

    def test_each_names_a_test_and_one_of_its_facts(self):
        for patch in PATCHES:
            with self.subTest(patch.name):
                source = source_of(header(patch, "Test"))
                facts = header(patch, "Red")
                self.assertTrue(facts)
                for fact in facts.split("|"):
                    # Some words of a fact stand for all of it.
                    self.assertTrue(fact in source, fact)

    def test_each_applies(self):
        for patch in PATCHES:
            with self.subTest(patch.name):
                run = subprocess.run(["patch", "--dry-run", "--fuzz=0", "-s", "-p0", "-d", TOP,
                                      "-i", patch], capture_output=True, text=True)
                self.assertEqual(run.stdout + run.stderr, "")


if __name__ == "__main__":
    unittest.main()
