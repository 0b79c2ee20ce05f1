#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks JSON on standard input against one of our schemas.

Usage: schema.py FILE [DEFINITION]
Knows the keywords that Documentation/*.schema.json use and refuses others.
Prints what does not fit and ends with status 1 then.
"""

import json
import re
import sys

TYPES = {"null": type(None), "string": str, "integer": int, "array": list,
         "object": dict, "boolean": bool}
NOTES = {"description", "title", "$schema", "$defs", "required",
         "additionalProperties", "properties"}


class Wrong(Exception):
    pass


def need(good, where, what):
    if not good:
        raise Wrong(f"{where}: {what}")


def has_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def members(top, schema, value, where):
    for key in schema["required"]:
        need(key in value, where, f"no {key}")
    for key, member in value.items():
        sub = schema["properties"].get(key, schema["additionalProperties"])
        need(sub is not False, where, f"{key} is not known")
        check(top, sub, member, f"{where}.{key}")


def fits_one(top, choices, value, where):
    right = 0
    for choice in choices:
        try:
            check(top, choice, value, where)
            right += 1
        except Wrong:
            pass
    need(right == 1, where, f"fits {right} of the choices")


def check(top, schema, value, where="top"):
    for key, arg in schema.items():
        if key == "$ref":
            check(top, top["$defs"][arg.split("/")[-1]], value, where)
        elif key == "oneOf":
            fits_one(top, arg, value, where)
        elif key == "type":
            names = arg if isinstance(arg, list) else [arg]
            need(any(has_type(value, n) for n in names), where,
                 f"{value!r} is no {arg}")
        elif key == "enum":
            need(value in arg, where, f"{value!r} is not in {arg}")
        elif key == "minimum":
            need(value is None or value >= arg, where, f"{value} < {arg}")
        elif key == "pattern":
            need(not isinstance(value, str) or re.search(arg, value), where,
                 f"{value!r} is not like {arg}")
        elif key == "items":
            for i, item in enumerate(value):
                check(top, arg, item, f"{where}[{i}]")
        elif key not in NOTES:
            raise Wrong(f"{where}: keyword {key}")
    if isinstance(value, dict) and "properties" in schema:
        members(top, schema, value, where)


def main(file, name=None):
    with open(file, encoding="utf-8") as f:
        top = json.load(f)
    try:
        check(top, top["$defs"][name] if name else top, json.load(sys.stdin))
    except (Wrong, ValueError) as e:
        sys.exit(str(e))


if __name__ == "__main__":
    main(*sys.argv[1:])
