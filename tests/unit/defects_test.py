#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects that other SRTP in the kernel had, and that a look at the source shows absent.
Documentation/srtp-conformance.rst says what shows the others absent, and exists for each."""

import re
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CONFORMANCE = (TOP / "Documentation/srtp-conformance.rst").read_text()


def strip_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


MODULE = {p.name: strip_comments(p.read_text()) for p in (TOP / "module").glob("*.[ch]")}


def calls(pattern):
    return [(name, m.group(0)) for name, text in MODULE.items()
            for m in re.finditer(pattern, text)]


class Defects(unittest.TestCase):
    def test_nothing_panics(self):
        self.assertEqual(calls(r"\b(panic|BUG|BUG_ON)\s*\("), [])

    def test_no_file_shows_anything(self):
        """No proc, debugfs or sysfs file, no module parameter, no message with bytes in it."""
        self.assertEqual(calls(r"\b(proc_create\w*|proc_net\w*|debugfs_create\w*|sysfs_create\w*|"
                               r"module_param\w*|DEVICE_ATTR\w*|print_hex_dump\w*)\s*\("), [])
        self.assertEqual(calls(r'"[^"\n]*%\*?ph[^"\n]*"'), [])

    def test_tags_are_compared_in_constant_time(self):
        self.assertIn(("crypto.c", "crypto_memneq("), calls(r"\bcrypto_memneq\("))
        self.assertEqual(calls(r"\b(memcmp|bcmp|strncmp)\s*\([^;]*\b(tag|mac|hmac|digest)\b"), [])

    def test_no_error_of_the_cipher_is_ignored(self):
        """A call of what may fail is returned, assigned or asked about."""
        fallible = r"(?:sotto_(?:cm|gcm|hmac)_(?:xor|seal|open|sign|verify|init)|" \
                   r"sotto_srtp_(?:un)?protect|cm_(?:seal|open|xor)|gcm_(?:seal|open))"
        # At the beginning of a statement nobody looks at what it returns.
        self.assertEqual(calls(r"[;{})]\s*(?:\(void\)\s*)?%s\s*\([^;{]*\)\s*;" % fallible), [])

    def test_the_document_names_tests_that_exist(self):
        units = "".join(p.read_text() for folder in ("tests/unit", "module/tests")
                        for p in (TOP / folder).glob("*.[cp]*"))
        for name in re.findall(r"(\w+)\.sh", CONFORMANCE):
            if name != "*":
                self.assertTrue((TOP / "tests/system" / f"{name}.sh").exists(), name)
        for quoted in re.findall(r"``([^`]+)``", CONFORMANCE):
            if re.fullmatch(r"[a-z0-9_]{12,}", quoted.split(": ")[-1].split("/")[-1]):
                self.assertIn(quoted.split(": ")[-1].split("/")[-1], units)


if __name__ == "__main__":
    unittest.main()
