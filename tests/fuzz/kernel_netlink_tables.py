#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel_netlink_tables.py SPEC: the commands and attributes of the netlink family as
tables for kernel_netlink.c, so that what is new in the specification is fuzzed too."""

import sys

import yaml

spec = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
sets = {s["name"]: i for i, s in enumerate(spec["attribute-sets"])}
SIZES = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8,
         "flag": 0, "pad": 0}
constants = {d["name"]: d["value"] for d in spec["definitions"] if d["type"] == "const"}


def number(value, otherwise):
    if value is None:
        return otherwise
    return constants.get(value, value)


def attribute(a):
    checks = a.get("checks", {})
    nest = sets[a["nested-attributes"]] if a["type"] == "nest" else -1
    size = SIZES.get(a["type"], -1)
    low = number(checks.get("min-len", checks.get("exact-len")), 0)
    high = number(checks.get("max-len", checks.get("exact-len")), 64)
    bits = 8 * max(size, 1)
    least = number(checks.get("min"), 0)
    most = number(checks.get("max"), 2**bits - 1)
    return '{ "%s", %d, %d, %d, %d, %sull, %sull }' % (
        a["name"], nest, size, low, high, least, most)


print("/* Made by kernel_netlink_tables.py. */")
for s in spec["attribute-sets"]:
    print("static const struct attr %s_attrs[] = {" % s["name"])
    print('\t{ "unspec", -1, -1, 0, 8, 0, 0 },')
    for a in s["attributes"]:
        print("\t%s," % attribute(a))
    print("};")
print("static const struct set sets[] = {")
for s in spec["attribute-sets"]:
    print("\t{ %s_attrs, sizeof(%s_attrs) / sizeof(%s_attrs[0]) }," % ((s["name"],) * 3))
print("};")
print("static const struct command commands[] = {")
top = {a["name"]: i + 1 for i, a in enumerate(spec["attribute-sets"][0]["attributes"])}
for i, o in enumerate(spec["operations"]["list"]):
    if "do" not in o and "dump" not in o:
        continue
    wants = [top[n] for n in o.get("do", {}).get("request", {}).get("attributes", [])]
    print('\t{ "%s", %d, %d, { %s } },' % (
        o["name"], o.get("value", i + 1), len(wants), ", ".join(map(str, wants)) or "0"))
print("};")
