#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The commands of a page of the documentation, as they stand there.

Usage: guide.py PAGE             checks that each block of commands is marked
       guide.py PAGE WHERE...    prints the commands that are to be run there
A comment ".. run: WHERE" before a ".. code-block:: sh" marks it, in Markdown
"<!-- run: WHERE -->" before lines that are indented by four; WHERE is one of those
below. Printed are lines "SECTION<tab>COMMAND", where a command is one line, or
several that a backslash joins.
"""

import re
import sys

WHERE = ("guest", "scalable", "package")
NOT = re.compile(r"not: .+")


def blocks(lines):
    """(number of line, section, where, commands) of each block."""
    section = where = None
    nr = 0
    while nr < len(lines):
        line = lines[nr]
        if nr + 1 < len(lines) and re.fullmatch(r"=+", lines[nr + 1]) and line.strip():
            section = line.strip()
        marked = re.fullmatch(r"\s*\.\. run: (.+)", line)
        if marked:
            where = marked[1]
        block = re.fullmatch(r"(\s*)\.\. code-block:: sh", line)
        if block:
            start, depth, text = nr, len(block[1]), []
            nr += 1
            while nr < len(lines) and (not lines[nr].strip() or
                                       len(lines[nr]) - len(lines[nr].lstrip()) > depth):
                if lines[nr].strip():
                    text.append(lines[nr].strip())
                nr += 1
            yield start + 1, section, where, text
            where = None
            continue
        elif line.strip() and not marked:
            where = None
        nr += 1


def markdown(lines):
    """The same of a page in Markdown."""
    section = where = None
    nr = 0
    while nr < len(lines):
        line = lines[nr]
        if line.startswith("#"):
            section = line.lstrip("# ")
        marked = re.fullmatch(r"<!-- run: (.+) -->", line)
        if marked:
            where = marked[1]
        elif line.startswith("    ") and not lines[nr - 1].strip():
            start, text = nr, []
            while nr < len(lines) and (lines[nr].startswith("    ") or
                                       not lines[nr].strip()):
                text += [lines[nr].strip()] if lines[nr].strip() else []
                nr += 1
            yield start + 1, section, where, text
            where = None
            continue
        elif line.strip():
            where = None
        nr += 1


def commands(text):
    whole = ""
    for line in text:
        if line.startswith("#"):
            continue
        whole += line
        if whole.endswith("\\"):
            whole = whole[:-1]
            continue
        yield whole
        whole = ""
    if whole:
        yield whole


def main(page, *wanted):
    with open(page, encoding="utf-8") as f:
        lines = f.read().split("\n")
    rc = found = 0
    parse = markdown if page.endswith(".md") else blocks
    for nr, section, where, text in parse(lines):
        found += 1
        if where not in WHERE and not (where and NOT.fullmatch(where)):
            print(f"{page}:{nr}: the block is not marked with where it is run",
                  file=sys.stderr)
            rc = 1
        if where in wanted:
            for command in commands(text):
                print(f"{section}\t{command}")
    if not found:
        sys.exit(f"{page}: no block of commands")
    return rc


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
