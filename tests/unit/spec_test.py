#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The netlink interface is written down four times: as a specification
(Documentation/netlink/specs/sotto.yaml), as a header for C, as the tables by which the
module checks requests, and as the words that libsotto prints. They say the same."""

import re
import unittest
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[2]
SPEC = yaml.safe_load((TOP / "Documentation/netlink/specs/sotto.yaml").read_text())
HEADER = (TOP / "include/uapi/linux/sotto.h").read_text()
POLICIES = (TOP / "module/netlink_gen.c").read_text()
HANDLERS = (TOP / "module/netlink.c").read_text()
TRACES = (TOP / "module/sotto_trace.h").read_text()
WORDS = (TOP / "userspace/libsotto/names.c").read_text()

REPLIES = {"stats", "srtp"}     # sets that are in replies alone
TYPE_MAX = {"u8": 2**8 - 1, "u16": 2**16 - 1, "u32": 2**32 - 1, "u64": 2**64 - 1}


def symbol(*parts):
    return "_".join(("sotto",) + parts).replace("-", "_").upper()


def definitions(kind):
    return [d for d in SPEC["definitions"] if d["type"] == kind]


def entries(definition):
    return [e if isinstance(e, str) else e["name"] for e in definition["entries"]]


def strip_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def header_enum(name):
    """Members in their order; they count from 0, or the test below fails."""
    body = re.search(r"enum %s \{(.*?)\n\};" % name, HEADER, re.S).group(1)
    members = [m.strip() for m in strip_comments(body).split(",")]
    return [m for m in members if m and not m.startswith("__") and "_MAX = " not in m]


def header_constants():
    """Every name that stands for a number."""
    values = {"AF_INET": 2, "AF_INET6": 10, "U8_MAX": TYPE_MAX["u8"],
              "U16_MAX": TYPE_MAX["u16"], "U32_MAX": TYPE_MAX["u32"],
              "U64_MAX": TYPE_MAX["u64"]}
    for name, shift in re.findall(r"#define (\w+)\s+\(1U << (\d+)\)", HEADER):
        values[name] = 1 << int(shift)
    for name, number in re.findall(r"#define (\w+)\s+(\d+)", HEADER):
        values[name] = int(number)
    for name in re.findall(r"^enum (\w+) \{", HEADER, re.M):
        members = header_enum(name)
        values.update({m: i for i, m in enumerate(members)})
        last = re.search(r"(\w+_MAX) = (__\w+_MAX) - 1", re.search(
            r"enum %s \{(.*?)\n\};" % name, HEADER, re.S).group(1))
        values[last.group(1)] = len(members) - 1
    return values


CONSTANTS = header_constants()


def number(text):
    return sum(CONSTANTS[t] if t in CONSTANTS else int(t)
               for t in (p.strip() for p in text.split("|")))


def policies(name):
    """Attribute -> (kind, min, max, the name that errors give)."""
    body = re.search(r"sotto_%s_policy\[\w+\] = \{(.*?\n)\};" % name, POLICIES, re.S).group(1)
    found = {}
    for attr, macro, args in re.findall(
            r"\[(SOTTO_A_\w+)\]\s*= (POLICY|NEST|REPLY)\((.*?)\),\n", body, re.S):
        if macro == "POLICY":
            kind, low, high, told = re.match(
                r'(\w+), (.+?), ([^,]+?),\s*"([^"]+)",\s*"', args).groups()
            found[attr] = (kind, number(low), number(high), told)
        else:
            found[attr] = (macro, 0, 0, args.strip('"'))
    return found


def bounds(attr):
    checks = attr.get("checks", {})
    values = {symbol(d["name"]): d["value"] for d in definitions("const")}

    def value(key, default):
        v = checks.get(key, default)
        return values[symbol(v)] if isinstance(v, str) else v

    if attr["type"] == "binary":
        return value("min-len", 0), value("max-len", None)
    if attr["type"] == "s32":
        return 0, 0
    return value("min", 0), value("max", TYPE_MAX[attr["type"]])


class Spec(unittest.TestCase):
    def test_family_has_its_name_and_version(self):
        self.assertIn('#define SOTTO_FAMILY_NAME\t"%s"' % SPEC["name"], HEADER)
        self.assertEqual(CONSTANTS["SOTTO_FAMILY_VERSION"], SPEC["version"])

    def test_constants_are_the_header_s(self):
        for d in definitions("const"):
            self.assertEqual(CONSTANTS[symbol(d["name"])], d["value"], d["name"])

    def test_enums_are_the_header_s(self):
        spec = {d.get("enum-name", "sotto-" + d["name"]).replace("-", "_"): d
                for d in definitions("enum")}
        for name, d in spec.items():
            self.assertEqual(header_enum(name), [symbol(d["name"], e) for e in entries(d)])
        rest = {e for e in re.findall(r"^enum (\w+) \{", HEADER, re.M)
                if not e.startswith("sotto_attr") and e != "sotto_cmd"}
        self.assertEqual(rest, set(spec))

    def test_flags_are_the_header_s(self):
        spec = {symbol(d["name"], e): 1 << i for d in definitions("flags")
                for i, e in enumerate(entries(d))}
        header = {k: v for k, v in CONSTANTS.items() if "_F_" in k}
        self.assertEqual(header, spec)

    def test_commands_are_the_header_s(self):
        names = [symbol("cmd", op["name"]) for op in SPEC["operations"]["list"]]
        self.assertEqual(header_enum("sotto_cmd"), ["SOTTO_CMD_UNSPEC"] + names)

    def test_attributes_are_the_header_s(self):
        for s in SPEC["attribute-sets"]:
            prefix = s["name-prefix"].replace("-", "_").upper()
            names = [prefix + a["name"].replace("-", "_").upper() for a in s["attributes"]]
            self.assertEqual(header_enum(s["enum-name"].replace("-", "_")),
                             [prefix + "UNSPEC"] + names)
        self.assertEqual({s["enum-name"].replace("-", "_") for s in SPEC["attribute-sets"]},
                         set(re.findall(r"^enum (sotto_attr\w*) \{", HEADER, re.M)))

    def test_header_s_comments_name_the_same_types(self):
        for s in SPEC["attribute-sets"]:
            prefix = s["name-prefix"].replace("-", "_").upper()
            for a in s["attributes"]:
                said = re.search(r"\b%s,\s*/\* ([us]\d+|be16)\b" % (
                    prefix + a["name"].replace("-", "_").upper()), HEADER)
                if said:
                    be = a.get("byte-order") == "big-endian"
                    self.assertEqual(said.group(1), "be16" if be else a["type"], a["name"])

    def test_enums_and_nests_that_attributes_name_are_there(self):
        sets = {s["name"] for s in SPEC["attribute-sets"]}
        enums = {d["name"]: d for d in SPEC["definitions"]}
        for s in SPEC["attribute-sets"]:
            for a in s["attributes"]:
                self.assertIn(a.get("nested-attributes", "rule"), sets)
                if "enum" not in a:
                    continue
                self.assertIn(a["enum"], enums)
                self.assertEqual(enums[a["enum"]]["type"] == "flags",
                                 a.get("enum-as-flags", False), a["name"])
                if "checks" in a:
                    n = len(enums[a["enum"]]["entries"])
                    self.assertEqual(a["checks"]["max"], (1 << n) - 1 if
                                     a.get("enum-as-flags") else n - 1, a["name"])


class Policies(unittest.TestCase):
    def check_attribute(self, s, a, found):
        top = s["name"] == "sotto"
        told = a["name"] if top else s["name"] + "/" + a["name"]
        if a.get("doc") == "reply":
            self.assertEqual(found, ("REPLY", 0, 0, told))
        elif a["type"] == "nest":
            self.assertEqual(found, ("NEST", 0, 0, told))
        else:
            self.assertEqual(found, (a["type"].upper(), *bounds(a), told))

    def test_every_attribute_has_its_policy(self):
        for s in SPEC["attribute-sets"]:
            if s["name"] in REPLIES:	# no request is checked by them
                continue
            name = "top" if s["name"] == "sotto" else s["name"]
            found = policies(name)
            prefix = s["name-prefix"].replace("-", "_").upper()
            for a in s["attributes"]:
                if a["type"] == "pad":
                    continue
                attr = prefix + a["name"].replace("-", "_").upper()
                with self.subTest(attr):
                    self.assertIn(attr, found)
                    self.check_attribute(s, a, found.pop(attr))
            self.assertEqual(found, {}, "policies of attributes that are not specified")

    def test_no_table_is_left_out(self):
        tables = set(re.findall(r"sotto_attr_policy sotto_(\w+)_policy\[", POLICIES))
        sets = {s["name"] for s in SPEC["attribute-sets"]} - {"sotto"} - REPLIES
        self.assertEqual(tables, sets | {"top"})


class Handlers(unittest.TestCase):
    def test_every_command_has_its_handlers(self):
        found = {cmd: set(re.findall(r"\.(do|dump)it =", args)) for cmd, args in
                 re.findall(r"\n\tOP\((\w+),(.*?)\),", HANDLERS)}
        spec = {op["name"].replace("-", "_").upper(): {"do", "dump"} & set(op)
                for op in SPEC["operations"]["list"] if "event" not in op}
        self.assertEqual(found, spec)

    def test_everything_needs_the_administrator(self):
        for op in SPEC["operations"]["list"]:
            if "event" not in op:
                self.assertEqual(op["flags"], ["uns-admin-perm"], op["name"])
                self.assertEqual(op["dont-validate"], ["strict", "dump"], op["name"])
        macro = re.search(r"#define OP\(.*?\n\n", HANDLERS, re.S).group(0)
        self.assertIn(".flags = GENL_UNS_ADMIN_PERM,", macro)
        self.assertIn("GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP", macro)

    def test_so_does_the_multicast_group(self):
        group, = SPEC["mcast-groups"]["list"]
        self.assertEqual(group, {"name": "events", "flags": ["uns-admin-perm"]})
        self.assertIn('#define SOTTO_MCGRP_EVENTS\t"events"', HEADER)
        groups = re.search(r"mcgrps\[\] = \{(.*?)\n\};", HANDLERS, re.S).group(1)
        self.assertEqual(groups.count(".name ="), 1)
        self.assertIn(".flags = GENL_MCAST_CAP_NET_ADMIN", groups)


class Words(unittest.TestCase):
    """What people read is what is specified."""

    def words(self, prefix):
        return dict(re.findall(r'\[(%s\w+)\] = "([^"]+)"' % prefix, WORDS))

    def test_counters(self):
        stats, = [s for s in SPEC["attribute-sets"] if s["name"] == "stats"]
        self.assertEqual(self.words("SOTTO_A_STATS_"), {
            "SOTTO_A_STATS_" + a["name"].replace("-", "_").upper(): a["name"]
            for a in stats["attributes"] if a["type"] != "pad"})

    def test_tracepoints_say_the_same(self):
        traces = re.findall(r"\bEME?\((SOTTO_\w+), \"([^\"]+)\"\)", TRACES)
        drops = [(k, w) for k, w in self.words("SOTTO_A_STATS_").items() if w.startswith("drop-")]
        self.assertEqual([t for t in traces if t[0].startswith("SOTTO_A_STATS_")], drops)
        for name in "state", "dir":
            d, = [d for d in definitions("enum") if d["name"] == name]
            self.assertEqual([t for t in traces if t[0].startswith(symbol(name) + "_")],
                             [(symbol(name, e), e) for e in entries(d)])

    def test_enums(self):
        for name in "action", "state", "event", "cryptex":
            d, = [d for d in definitions("enum") if d["name"] == name]
            self.assertEqual(self.words(symbol(name) + "_"),
                             {symbol(name, e): e for e in entries(d)})


if __name__ == "__main__":
    unittest.main()
