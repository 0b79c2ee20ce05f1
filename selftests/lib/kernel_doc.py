#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which functions that another file may call have no kernel-doc comment?

Usage: kernel_doc.py FOLDER...
Looks at each function in *.c that is not static; its comment may stand there, or in
a header at its declaration. Prints those without; status 1 when there are any.
"""

import re
import sys
from pathlib import Path

DEFINED = re.compile(r"^(?!static\b|#|extern\b|typedef\b|asmlinkage\b)"
                     r"(?:[a-z]\w*[ *]+)+(\w+)\([^;{}]*\)\n\{", re.M)
# What there is of each stage is told once.
STAGE = re.compile(r"_(?:first|second)$")
TOLD = re.compile(r"^ \* (\w+)\(\) - ", re.M)


def texts(folders, ends):
    for folder in folders:
        for file in sorted(Path(folder).rglob("*")):
            if file.suffix in ends:
                yield file, file.read_text(encoding="utf-8")


def main(folders):
    told = {name for _, text in texts(folders, (".c", ".h"))
            for name in TOLD.findall(text)}
    found = [(file, name) for file, text in texts(folders, (".c",))
             for name in DEFINED.findall(text)]
    bad = [f"{file}: {name}() has no kernel-doc comment" for file, name in found
           if name not in told and STAGE.sub("", name) not in told]
    print("\n".join(bad))
    if len(found) < 100:
        print(f"only {len(found)} functions were found")
        return 2
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
