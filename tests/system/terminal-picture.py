#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""terminal-picture.py OUT.svg TITLE=FILE...: what stands in terminals, side by side, as a picture.

A line that begins with "$ " is what a person has typed, and so is what she answers when sotto
asks. Colours are those that the program has written (ECMA-48 SGR).
"""
import re
import sys
from xml.sax.saxutils import escape

CHAR, LINE, MARGIN, TITLE, GAP = 7.3, 18, 12, 26, 14
STYLE = """
text { font: 12px "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace; fill: #d8dee9; }
.title { fill: #9aa5b8; } .typed { fill: #ffffff; font-weight: bold; } .prompt { fill: #88c0a0; }
.good { fill: #8fd18f; } .bad { fill: #ff7b72; font-weight: bold; } .faint { fill: #7d8799; }
"""
COLOURS = {"\033[0m": "", "\033[32m": "good", "\033[1;31m": "bad", "\033[2m": "faint"}
COLOUR = re.compile("(" + "|".join(map(re.escape, COLOURS)) + ")")
ASKED = "Type what you hear (nothing: later): "


def plain(line):
    return COLOUR.sub("", line)


def spans(line):
    """(class, text) of each part of a line."""
    if line.startswith("$ "):
        return [("prompt", "$ "), ("typed", line[2:])]
    if line.startswith(ASKED):
        return [("", ASKED), ("typed", line[len(ASKED):])]
    colour, parts = "", []
    for part in COLOUR.split(line):
        if part in COLOURS:
            colour = COLOURS[part]
        else:
            parts.append((colour, part))
    return parts


def text(x, y, parts):
    inner = "".join(f'<tspan class="{c}">{escape(t)}</tspan>' if c else f"<tspan>{escape(t)}</tspan>"
                    for c, t in parts if t)
    return f'<text x="{x:g}" y="{y:g}" xml:space="preserve">{inner}</text>'


def terminal(x, title, lines, width, height):
    yield (f'<rect x="{x:g}" y="0" width="{width:g}" height="{height:g}" rx="8" fill="#20242c"/>'
           f'<rect x="{x:g}" y="{TITLE}" width="{width:g}" height="1" fill="#3b4252"/>')
    yield text(x + MARGIN, TITLE - 8, [("title", title)])
    for i, line in enumerate(lines):
        if line:
            yield text(x + MARGIN, TITLE + LINE * (i + 1) + 2, spans(line))


def main():
    out, *terminals = sys.argv[1:]
    windows = []
    for item in terminals:
        title, _, path = item.partition("=")
        with open(path, encoding="utf-8") as f:
            lines = f.read().rstrip("\n").split("\n")
        windows.append((title, lines, 2 * MARGIN + CHAR * max(len(plain(line)) for line in lines)))
    height = TITLE + MARGIN + LINE * max(len(lines) for _, lines, _ in windows)
    total = sum(w for _, _, w in windows) + GAP * (len(windows) - 1)
    with open(out, "w", encoding="utf-8") as f:
        f.write('<?xml version="1.0" encoding="UTF-8"?>\n<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n'
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:g} {height:g}" '
                f'width="{total:g}" height="{height:g}">\n<style>{STYLE}</style>\n')
        x = 0
        for title, lines, width in windows:
            for line in terminal(x, title, lines, width, height):
                f.write(line + "\n")
            x += width + GAP
        f.write("</svg>\n")


main()
