#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Adds up what guests and native tests counted, for selftests/coverage/run.

Usage: add.py DIRECTORY...     (in the lab, in the copy of the tree)

Every guest left one file of counters for each object of the driver that was
loaded in it. Those of one object are added up, gcovr makes lines of them, and
lines of the same source file from different objects are joined: a line is
reached when it was in any of them.

Leaves build/coverage/report.txt, index.html and missing.txt, which has the
lines that nothing reached.
"""

import array
import glob
import json
import os
import shutil
import subprocess
import sys
import tarfile

COUNTERS = "build/counters"
SUM = "build/sum"
OUT = "build/coverage"
# Where objects are built; a source file's name follows.
ROOTS = [f"build/{k}/{part}" for k in ("7.2", "debug")
         for part in ("src", "kunit/src")]
DATA = 0x67636461
ARCS = 0x01a10000


def words_of(data):
    words = array.array("I")
    words.frombytes(data[:len(data) & ~3])
    return words


def files():
    """What each guest left: names of files of counters, and their words."""
    for path in sorted(glob.glob(f"{COUNTERS}/*/*.tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                # ./src/build/...
                if member.isfile() and member.name.endswith(".gcda"):
                    yield (member.name.split("/", 2)[2],
                           words_of(archive.extractfile(member).read()))


def stamp_of_notes(path):
    """What a file of counters must have to belong to these notes."""
    try:
        with open(path, "rb") as f:
            return int.from_bytes(f.read(12)[8:], sys.byteorder)
    except FileNotFoundError:
        return None


def counters_of(words):
    """The places of the counters among the words of a file, in pairs."""
    at = 4
    while at + 1 < len(words):
        tag, size = words[at], words[at + 1] // 4
        at += 2
        if tag == ARCS:
            yield from range(at, at + size, 2)
        at += size


def add(total, words):
    if len(total) != len(words):
        return False
    for i in counters_of(words):
        low = total[i] + words[i]
        high = total[i + 1] + words[i + 1] + (low >> 32)
        total[i], total[i + 1] = low & 0xffffffff, high & 0xffffffff
    return True


def add_guests(directories):
    """Fills SUM. Returns how many files of counters did not fit their object."""
    totals, misfits = {}, 0
    for source, words in files():
        stamp = stamp_of_notes(source[:-4] + "gcno")
        if len(words) < 4 or words[0] != DATA or words[2] != stamp:
            misfits += 1
        elif source not in totals:
            totals[source] = words
        elif not add(totals[source], words):
            misfits += 1
    shutil.rmtree(SUM, ignore_errors=True)
    for source, words in totals.items():
        to = os.path.join(SUM, source)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with open(to, "wb") as f:
            words.tofile(f)
        shutil.copy(source[:-4] + "gcno", to[:-4] + "gcno")
    # Of all objects, lest lines of one that was never loaded do not exist.
    for root in ROOTS:
        for d in directories:
            for notes in glob.glob(f"{root}/{d}/*.gcno"):
                os.makedirs(f"{SUM}/{root}/{d}", exist_ok=True)
                shutil.copy(notes, f"{SUM}/{notes}")
    return misfits


def gcovr(*words):
    done = subprocess.run(["gcovr", "--merge-mode-functions=separate", *words],
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}coverage: gcovr failed")


def lines(root, objects, to):
    """What the objects say about the sources below root, in a file TO."""
    if os.path.isdir(objects):
        gcovr("-r", f"/src/{root}", "--gcov-ignore-errors=all",
              "--gcov-ignore-parse-errors=all", "--json", to, objects)
        return [to]
    return []


def ranges(numbers):
    """1-3, 7"""
    out = []
    for n in numbers:
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def summary(parts, directories):
    """A line for each directory, and a file of the lines that are missing."""
    with open(f"{OUT}/all.json", encoding="utf-8") as f:
        files = json.load(f)["files"]
    counts = {d: [0, 0] for d in directories}
    with open(f"{OUT}/missing.txt", "w", encoding="utf-8") as f:
        for one in sorted(files, key=lambda x: x["file"]):
            hit = {}
            for line in one["lines"]:
                if not line.get("gcovr/noncode"):
                    n = line["line_number"]
                    hit[n] = hit.get(n, 0) + line["count"]
            missing = sorted(n for n, count in hit.items() if not count)
            count = counts[one["file"].split("/")[0]]
            count[0] += len(hit) - len(missing)
            count[1] += len(hit)
            if missing:
                f.write(f"{one['file']}: {ranges(missing)}\n")
    counts["all"] = [sum(c) for c in zip(*counts.values())]
    for name, (reached, there) in counts.items():
        share = 100 * reached / there if there else 0
        print(f"coverage: {name}: {share:.1f} % of {there} lines")


def main():
    directories = sys.argv[1:]
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    misfits = add_guests(directories)
    if misfits:
        print(f"coverage: {misfits} files of counters are from older objects, "
              "and are left out")
    parts = []
    for root in ROOTS:
        parts += lines(root, f"{SUM}/{root}",
                       f"{OUT}/{root.replace('/', '-')}.json")
    parts += lines("", "build/native/cover", f"{OUT}/native.json")
    if not parts:
        sys.exit("coverage: nothing was counted yet")
    words = ["-r", "/src"]
    for d in directories:
        words += ["--filter", f"{d}/"]
    for part in parts:
        words += ["-a", part]
    gcovr(*words, "--json", f"{OUT}/all.json",
          "--txt", f"{OUT}/report.txt", "--html-details", f"{OUT}/index.html",
          "--html-title", "vtd-kmod: lines that tests reach")
    for part in parts:
        os.unlink(part)
    summary(parts, directories)


main()
