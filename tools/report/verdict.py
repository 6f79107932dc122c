# SPDX-License-Identifier: GPL-2.0-or-later
"""How the reports of the demos begin and end."""
import argparse
import json
import os
import sys
import time


def parser(text):
    p = argparse.ArgumentParser(description=text,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("directory", metavar="DIR")
    p.add_argument("--began", type=float, default=time.time(), help="since 1970")
    p.add_argument("--build", type=float, default=0, help="how long it took, in seconds")
    p.add_argument("--boot", type=float, default=0)
    return p


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def save(directory, report):
    with open(os.path.join(directory, "report.json"), "w") as f:
        json.dump(rounded(report), f, indent=1)
        f.write("\n")


def conclude(judge, summary):
    """judge() gives the report and, in words, what is not as it has to be."""
    try:
        report, wrong = judge()
    except (OSError, ValueError, IndexError, KeyError) as e:
        wrong = [f"what was recorded cannot be judged: {e!r}"]
    if not wrong:
        summary(report)
        print("demo: ok")
        sys.exit(0)
    for reason in wrong:
        print("demo: " + reason)
    print("demo: FAILED")
    sys.exit(1)
