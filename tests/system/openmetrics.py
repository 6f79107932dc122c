#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What "sotto metrics" has written, read by others' parsers.

	openmetrics.py <TEXT

prints NAME{label="value"} NUMBER, a line for each sample, or says what is wrong with it: by
prometheus_client's parser of OpenMetrics, which is strict; by that of the older text format,
which node_exporter's textfile collector reads; and by what Documentation/watching.rst promises of
labels, which name nobody."""

import re
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as older

LABELS = {"direction", "outcome", "reason", "kind", "secure", "half", "alarm"}
TYPES = {"counter", "gauge"}    # of others the older format does not know the words


def samples(families):
    return {(s.name, tuple(sorted(s.labels.items()))): float(s.value)
            for f in families for s in f.samples}


def check(text):
    families = list(openmetrics.text_string_to_metric_families(text))
    found = samples(families)
    assert samples(older.text_string_to_metric_families(text)) == found, "the older format differs"
    assert families, "there is nothing in it"
    for f in families:
        assert f.type in TYPES, f"{f.name}: a {f.type}"
        assert f.documentation.endswith("."), f"{f.name}: no help"
        assert f.name.startswith("sotto_"), f.name
    for name, labels in found:
        for label, value in labels:
            assert label in LABELS, f"{name}: label {label}"
            assert re.fullmatch("[a-z]+(-[a-z]+)*", value), f"{name}: {label} is {value}"
    # The parsers take floating point; what is counted is told in full.
    for line in text.splitlines():
        assert line.startswith("#") or re.fullmatch(r"\w+(\{[^{}]*\})? [0-9]+", line), line
    return text


if __name__ == "__main__":
    try:
        for line in check(sys.stdin.read()).splitlines():
            if not line.startswith("#"):
                print(line)
    except (AssertionError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
