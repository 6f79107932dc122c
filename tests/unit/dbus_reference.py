#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Documentation/dbus.rst says of an interface of sottod, to be compared.

	dbus_reference.py org.sotto1.Manager <XML

prints in what the page and the introspection of a running sottod differ, and is quiet
where they do not."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

PAGE = Path(__file__).resolve().parents[2] / "Documentation/dbus.rst"


def of_page(interface):
    """Its members: name -> what it is, with its types."""
    text = re.search(r"^/\S*, interface %s\n=+\n(.*?)(?=^\S[^\n]*\n=+\n|\Z)" % re.escape(interface),
                     PAGE.read_text(), re.S | re.M).group(1)
    found = {}
    for name, taken, given, below in re.findall(
            r"^([A-Z]\w+)\(([^)]*)\)(?: -> (\S+))?.*\n(?:-> (\S+))?", text, re.M):
        found[name] = f"method {taken.replace(', ', '')} -> {given or below}"
    for name, kind in re.findall(r"^([A-Z]\w+) +([a-z](?:\(\w+\))?)  ", text, re.M):
        found[name] = f"property {kind}"
    for paragraph in re.findall(r"^Properties: .*?(?=\n\n|\Z)", text, re.S | re.M):
        for name, kind in re.findall(r"``([A-Z]\w+)``\s+([a-z]+)\b", paragraph):
            found[name] = f"property {kind}"
    for paragraph in re.findall(r"^Signals: .*?(?=\n\n|\Z)", text, re.S | re.M):
        for name, kind in re.findall(r"``(\w+)\((\w*)\)``", paragraph):
            found[name] = f"signal {kind}"
    return found


def of_introspection(interface, xml):
    found = {}
    node = ElementTree.fromstring(xml).find(f"interface[@name='{interface}']")
    for member in node if node is not None else []:
        if member.tag == "property":
            found[member.get("name")] = f"property {member.get('type')}"
            continue
        types = {"in": "", "out": ""}
        for argument in member.findall("arg"):
            types[argument.get("direction", "in")] += argument.get("type")
        if member.tag == "method":
            found[member.get("name")] = f"method {types['in']} -> {types['out']}"
        elif member.tag == "signal":
            found[member.get("name")] = f"signal {types['in']}"
    return found


def differences(page, program):
    return [f"{name}: the page says {page.get(name)}, sottod {program.get(name)}"
            for name in sorted(set(page) | set(program)) if page.get(name) != program.get(name)]


if __name__ == "__main__":
    program = of_introspection(sys.argv[1], sys.stdin.read())
    wrong = differences(of_page(sys.argv[1]), program)
    print("\n".join(wrong or ([] if program else ["there is no such interface"])))
