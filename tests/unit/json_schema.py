#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds lines of JSON to Documentation/schema/sotto.schema.json.

	json_schema.py FILE

prints what does not fit and exits 1; 2 if there was nothing to look at. Not only what is
there must be right: a member that the schema does not know is one too."""

import json
import sys
from pathlib import Path

import jsonschema

SCHEMA = json.loads((Path(__file__).resolve().parents[2] /
                     "Documentation/schema/sotto.schema.json").read_text())


def closed(schema):
    """The same, without room for members to come."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "title" in schema and "anyOf" not in schema:
        schema["properties"]["schema"] = {"const": 1}
    if "properties" in schema and "anyOf" not in schema:
        schema["additionalProperties"] = False
    return schema


def main():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(closed(SCHEMA))
    lines = {line for line in Path(sys.argv[1]).read_text().split("\n") if line}
    wrong = 0
    for line in sorted(lines):
        error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(line)))
        if error:
            wrong += 1
            print(f"{error.message[:300]}: {line[:600]}")
    return 1 if wrong else 0 if lines else 2


sys.exit(main())
