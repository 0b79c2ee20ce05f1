#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Says by name what a build of the modules missed in a kernel's headers.

Usage: explain.py LOG [ROOT]     (prints one finding a line)
LOG is what make printed, in English and without colours; ROOT is where the
paths in it begin, so that the kernel's own declarations can be read.
"""

import os
import re
import sys

LINE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?:\d+:)? "
                  r"(?P<level>(?:fatal )?error|warning|note): (?P<text>.*)$")
NEAR = re.compile(r"near initialization for '(?:[\w.]*\.)?(\w+)'")
OPTION = re.compile(r" \[-W[\w=-]*\]$")

# What the compiler says, the kind of finding, and the name in it. The first
# that fits counts.
SAYS = [
    ("missing", r"implicit declaration of function '(\w+)'"),
    ("missing", r"'(\w+)' undeclared"),
    ("missing", r"unknown type name '(\w+)'"),
    ("missing", r"(?:undefined|incomplete) type '((?:struct|union|enum) \w+)'"),
    ("header", r"^(\S+\.h): No such file or directory"),
    ("member", r"'(?:const )?((?:struct|union) \w+)' has no member named '(\w+)'"),
    ("signature", r"too (?:many|few) arguments to function(?: call)? '([\w.>-]+)'"),
    ("signature", r"passing argument \d+ of '([\w.>-]+)'"),
    ("signature", r"incompatible type for argument \d+ of '([\w.>-]+)'"),
    ("signature", r"conflicting types for '(\w+)'"),
    ("twice", r"redefinition of '(?:(?:struct|union|enum) )?(\w+)'"),
    ("twice", r"static declaration of '(\w+)' follows non-static"),
    ("twice", r"redeclaration of enumerator '(\w+)'"),
    ("twice", r'^"(\w+)" redefined'),
]
# These name no function: the member that is set, or the call on the line, is
# what changed.
TYPES = re.compile(r"^(?:initialization|assignment|return|incompatible types|"
                   r"returning|void value not ignored|invalid use of void)")
# What an error makes of the rest of its function.
FOLLOWS = re.compile(r"^control reaches end of non-void function|"
                     r"^unused (?:variable|parameter)|^variable '\w+' set but")
POST = [
    ("export", re.compile(r'modpost: "(\w+)" \[(\S+)\] undefined')),
    ("namespace", re.compile(r"module (\S+) uses symbol (\w+) from namespace "
                             r"(\S+), but does not import")),
]
WORDS = {
    "missing": "missing symbol {0}",
    "header": "missing header {0}",
    "member": "missing member {1} of {0}",
    "signature": "changed signature of {0}",
    "twice": "{0} is the kernel's own now",
    "export": "missing symbol {0}: declared, and not exported to modules",
    "namespace": "{0} is in the namespace {1} now",
    "other": "{0}",
}


class Finding:
    def __init__(self, kind, names, place, detail=""):
        self.kind, self.names = kind, names
        self.places = [place] if place else []
        self.detail = detail

    def key(self):
        return self.kind, self.names

    def text(self):
        words = WORDS[self.kind].format(*self.names)
        if self.detail:
            words += f" ({self.detail})"
        if self.places:
            words += f", at {self.places[0]}"
            if len(self.places) > 1:
                words += f" and {len(self.places) - 1} more"
        return words

    def as_dict(self):
        symbol = self.names[1] if self.kind == "member" else self.names[0]
        return {"kind": self.kind, "symbol": symbol, "text": self.text(),
                "places": self.places}


def short(file):
    return os.path.normpath(re.sub(r"^/build/", "", file))


def source_lines(root, file, line, count):
    """Some lines of a file that the log names; none where it is gone."""
    path = root + file if file.startswith("/") else file
    if file.startswith("/build/"):
        path = short(file)
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().split("\n")[line - 1:line - 1 + count]
    except OSError:
        return []


def prototype(root, file, line):
    """The declaration that begins on or just before that line, on one line."""
    start = max(1, line - 2)
    lines = source_lines(root, file, start, 14)
    while len(lines) > line - start + 1 and start < line and (
            lines[0].strip() == "" or lines[0].rstrip().endswith((";", "}", "*/")) or
            lines[0].startswith("#")):
        lines, start = lines[1:], start + 1
    text = " ".join(s.strip() for s in lines)
    end = min((i for i in (text.find(";"), text.find("{")) if i >= 0), default=-1)
    text = text[:end].strip() if end > 0 else ""
    return text if "(" in text and len(text) < 300 else ""


class Log:
    def __init__(self, text, root=""):
        self.lines = text.split("\n")
        self.root = root
        self.found = {}
        self.warnings = 0

    def add(self, finding):
        old = self.found.get(finding.key())
        if old:
            old.places += [p for p in finding.places if p not in old.places]
            old.detail = old.detail or finding.detail
        else:
            self.found[finding.key()] = finding

    def notes(self, nr):
        """The compiler's notes that follow line nr."""
        for line in self.lines[nr + 1:nr + 12]:
            m = LINE.match(line)
            if m and m["level"] != "note":
                return
            if m:
                yield m

    def detail(self, nr, kind, text):
        hint = re.search(r"did you mean '([^']+)'", text)
        if kind == "missing" and hint:
            return f"there is {hint[1]}"
        if kind != "signature":
            return ""
        for note in self.notes(nr):
            if "declared here" in note["text"] or "previous" in note["text"]:
                now = prototype(self.root, note["file"], int(note["line"]))
                if now:
                    return f"now {now}"
            expected = re.match(r"expected '(.+)' but argument is of type '(.+)'",
                                note["text"])
            now = expected and prototype(self.root, note["file"], int(note["line"]))
            if now:
                return f"now {now}"
            if expected:
                return f"wants {expected[1]}, gets {expected[2]}"
        return ""

    def types(self, nr, m):
        """Types that do not fit, of a member or of what a call returns."""
        types = re.findall(r"'([^']+)'", m["text"])
        detail = f"wants {types[0]}, gets {types[1]}" if len(types) >= 2 else ""
        for note in self.notes(nr):
            near = NEAR.search(note["text"])
            if near:
                return Finding("signature", (near[1],), None, detail)
        here = source_lines(self.root, m["file"], int(m["line"]), 1)
        member = here and re.search(r"\.(\w+)\s*=\s*\(?\w+\)?,?\s*$", here[0])
        if member:
            return Finding("signature", (member[1],), None, detail)
        calls = [c for c in re.findall(r"\b(\w+)\s*\(", here[0] if here else "")
                 if not c.startswith("vtd_") and c not in ("if", "for", "while", "return")]
        if calls:
            return Finding("signature", (calls[0],), None, detail)
        return None

    def compiler(self, nr, m):
        text = OPTION.sub("", m["text"])
        place = f"{short(m['file'])}:{m['line']}"
        for kind, says in SAYS:
            hit = re.search(says, text)
            if hit and hit[1]:
                names = tuple(n.split(".")[-1].split(">")[-1] if kind == "signature"
                              else n for n in hit.groups())
                self.add(Finding(kind, names, place, self.detail(nr, kind, text)))
                return
        if TYPES.match(text):
            finding = self.types(nr, m)
            if finding:
                finding.places = [place]
                self.add(finding)
                return
        self.add(Finding("other", (text,), place))

    def read(self):
        for nr, line in enumerate(self.lines):
            m = LINE.match(line)
            if m and "error" in m["level"]:
                self.compiler(nr, m)
            elif m and m["level"] == "warning":
                self.warnings += 1
            elif "modpost" in line or line.startswith(("ERROR", "WARNING: ")):
                self.post(line)
            elif line.startswith("compat/probe.sh:"):
                self.add(Finding("other", (line,), None))
        named = [f for f in self.found.values()
                 if not (f.kind == "other" and FOLLOWS.match(f.names[0]))]
        return named or list(self.found.values())

    def post(self, line):
        for kind, says in POST:
            hit = says.search(line)
            if hit:
                if kind == "export":
                    self.add(Finding(kind, hit.groups()[:1], hit[2]))
                else:
                    self.add(Finding(kind, hit.groups()[1:], hit[1] + ".ko"))
                return
        if line.startswith("ERROR"):
            self.add(Finding("other", (line,), None))


def main(log, root=""):
    with open(log, encoding="utf-8", errors="replace") as f:
        found = Log(f.read(), root.rstrip(os.sep)).read()
    for finding in found:
        print(finding.text())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
