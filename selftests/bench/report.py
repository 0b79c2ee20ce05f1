#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the table and the JSON file of "make bench" from the guests' rows.

Reads build/bench/K-built-in.rows and K-ours.rows, which hold lines
"row op=... size=... median=..." (selftests/modules/vtd_bench), and the same of
guests in scalable mode, K-built-in-scalable.rows and K-ours-scalable.rows, whose
rows get a name with "fs-". Writes build/bench/bench.json. With --check it prints TAP and compares the ratios with
selftests/bench/figures.json.
"""

import argparse
import json
import os
import sys

OUT = "build/bench"
FIGURES = "selftests/bench/figures.json"
# A ratio may get worse by so much before the check fails.
SLACK = 1.05

# Most instructions that ours may keep interrupts off at a stretch.
IRQS_OFF = 2000

# The ratio ours / built-in that a row should not exceed: (6.12, 7.2).
GOALS = {
    ("map", "4K"): (0.60, 0.45),
    ("unmap", "4K"): (0.45, 0.45),
    ("map", "2M-as-4K"): (0.25, 0.17),
    ("map", "1G-as-4K"): (0.25, 0.17),
    ("unmap", "2M-as-4K"): (0.90, 0.15),
    ("unmap", "1G-as-4K"): (0.90, 0.08),
    ("map", "2M"): (0.60, 0.45),
    ("map", "1G"): (0.60, 0.45),
    ("unmap", "2M"): (0.45, 0.45),
    ("unmap", "1G"): (0.45, 0.45),
    ("iova_to_phys", "4K"): (0.50, 0.40),
    ("iova_to_phys", "1G"): (0.50, 0.40),
    ("dma_map+unmap-strict", "4K"): (0.65, 0.62),
    ("irq-entry", "-"): (0.60, 0.60),
    # The page-table code alone: ahead everywhere.
    **{(f"pt-{op}-{how}", size): (None, 1.00)
       for how in ("coherent", "incoherent")
       for op in ("map", "unmap", "lookup")
       for size in ("4K", "64K", "2M", "1G", "2M-as-4K", "1G-as-4K")},
}
# With tables of the first stage, the same; and PASIDs.
GOALS |= {("fs-" + op, size): goal for (op, size), goal in GOALS.items()
          if not op.startswith(("irq-", "pt-"))}
GOALS |= {(op, "-"): (1.00, 1.00)
          for op in ("fs-pasid-attach", "fs-pasid-detach")}
KERNELS = ("6.12", "7.2")


def goal_of(kernel, op, size):
    goals = GOALS.get((op, size))
    return goals[KERNELS.index(kernel)] if goals else None


def rows_of(path):
    """The rows of one guest: {(op, size): {name: number}}, in order."""
    rows = {}
    with open(path, encoding="ascii", errors="replace") as f:
        for line in f:
            word, *rest = line.split()
            if word != "row":
                continue
            row = dict(token.split("=", 1) for token in rest)
            key = row.pop("op"), row.pop("size")
            rows[key] = {name: int(value) for name, value in row.items()}
    return rows


def add_sums(rows):
    """A buffer that is mapped is unmapped: the sum is what a driver pays."""
    out = {}
    for (op, size), row in rows.items():
        out[op, size] = row
        if not op.startswith("dma_unmap"):
            continue
        mapped = rows.get((op.replace("unmap", "map"), size))
        if mapped:
            out[op.replace("unmap", "map+unmap"), size] = {
                name: row[name] + mapped[name] for name in row
                if name != "rounds"}
    return out


def add_entry(rows):
    """A new affinity, without the CPU vector's part of it: the entry's."""
    vector = rows.get(("irq-vector", "-"))
    if vector:
        affinity = rows["irq-affinity", "-"]
        rows["irq-entry", "-"] = {
            name: affinity[name] - vector[name] for name in affinity
            if name != "irqs_off"}
    return rows


def first_stage(path):
    """The rows of a guest in scalable mode, if it really was: a driver may
    fall back to other tables without a word."""
    with open(path, encoding="ascii", errors="replace") as f:
        tables = [line.split()[1:] for line in f if line.startswith("tables ")]
    if tables != [["mode=scalable", "stage=first"]]:
        sys.exit(f"bench: {path}: not with tables of the first stage: {tables}")
    return {("fs-" + op, size): row
            for (op, size), row in add_sums(rows_of(path)).items()}


def compare(kernel, short):
    """One entry a row of either driver, ready for JSON.  In the short form the
    built-in driver has no rows in scalable mode."""
    drivers = {}
    for driver in ("built-in", "ours"):
        path = f"{OUT}/{kernel}-{driver}"
        scalable = driver == "ours" or not short
        for rows in [f"{path}.rows"] + [f"{path}-scalable.rows"] * scalable:
            if not os.path.exists(rows):
                sys.exit(f"bench: {rows} is missing; run selftests/bench/run "
                         f"-k {kernel}")
        drivers[driver] = add_entry(add_sums(rows_of(f"{path}.rows")))
        if scalable:
            drivers[driver] |= first_stage(f"{path}-scalable.rows")
    both = []
    for op, size in drivers["ours"]:
        ours = drivers["ours"][op, size]
        theirs = drivers["built-in"].get((op, size))
        entry = {"op": op, "size": size, "ours": ours, "built-in": theirs}
        if not theirs and op.startswith("pt-"):
            continue  # this kernel has nothing to put beside it
        if theirs:
            entry["ratio"] = round(ours["median"] / theirs["median"], 3)
            goal = goal_of(kernel, op, size)
            if goal is not None:
                entry["goal"] = goal
                entry["met"] = entry["ratio"] <= goal
        both.append(entry)
    return both


def seen(row):
    if not row or "descriptors" not in row:
        return "-"
    return "{descriptors}/{waits}/{lines}".format(**row)


def print_table(kernel, entries):
    print(f"Linux {kernel}: median guest instructions; in brackets descriptors"
          "/waits/cache lines written back")
    print(f"{'operation':<28}{'size':<10}{'built-in':>10}{'ours':>10}"
          f"{'ratio':>7}{'goal':>6}      {'built-in':<12}{'ours':<12}")
    for e in entries:
        theirs = e["built-in"]
        goal = e.get("goal")
        print(f"{e['op']:<28}{e['size']:<10}"
              f"{theirs['median'] if theirs else '-':>10}"
              f"{e['ours']['median']:>10}"
              f"{e['ratio'] if 'ratio' in e else '-':>7}"
              f"{goal if goal is not None else '':>6} "
              f"{'' if goal is None else 'met' if e['met'] else 'MISS':<4} "
              f"{'(' + seen(theirs) + ')':<12}{'(' + seen(e['ours']) + ')':<12}"
              .rstrip())
    goals = [e["met"] for e in entries if "goal" in e]
    print(f"{sum(goals)} of {len(goals)} goals met")
    e = longest_off(entries)
    print(f"ours keeps interrupts off for {e['ours']['irqs_off']} instructions "
          f"at most ({e['op']} {e['size']})\n")


def kept(e):
    """Is there a figure of a row?  Half of the times that a domain is attached
    in scalable mode take 870 instructions more: either may be the median.  What
    it costs the kernel to bind a process goes by what the process has mapped."""
    return "ratio" in e and e["op"] not in ("fs-attach", "fs-detach",
                                            "fs-sva-bind")


def figure(e):
    """What is kept of a row.  The built-in driver waits for the unit with its
    locks held, and how often it looks is not the same in two boots: beside
    that, ours are counted by themselves."""
    scalable = e["op"].startswith("fs-")
    it = {n: e[n] for n in ("op", "size") + ("ratio",) * (not scalable)}
    if scalable or e["op"].startswith("irq-") or e["ours"].get("waits"):
        it["ours"] = e["ours"]["median"]
    return it


def judge(old, new):
    """Is a row no worse than its figure? And in words."""
    if not new:
        return False, "is missing"
    words = []
    good = True
    if "ratio" in old:
        words.append(f"ratio {new.get('ratio')}, was {old['ratio']}")
        good = "ratio" in new and new["ratio"] <= old["ratio"] * SLACK
    if "ours" in old:
        ours = new["ours"]["median"]
        words.append(f"{ours} instructions, were {old['ours']}")
        good = ours <= old["ours"] * SLACK
    return good, "; ".join(words)


def longest_off(entries):
    """The row of ours that keeps interrupts off the longest."""
    watched = [e for e in entries if "irqs_off" in e["ours"]]
    return max(watched, key=lambda e: e["ours"]["irqs_off"])


def check(result):
    """TAP: no ratio has got worse than the figures committed, and interrupts
    are not off for longer than promised."""
    with open(FIGURES, encoding="ascii") as f:
        figures = json.load(f)
    number = failed = 0
    print("TAP version 13")
    for kernel, entries in result.items():
        now = {(e["op"], e["size"]): e for e in entries}
        for old in figures.get(kernel, []):
            if old["op"].startswith("vfio_"):
                continue  # not in the short form
            number += 1
            good, what = judge(old, now.get((old["op"], old["size"])))
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - bench: {kernel} "
                  f"{old['op']} {old['size']}: {what}")
    for kernel, entries in result.items():
        number += 1
        e = longest_off(entries)
        off = e["ours"]["irqs_off"]
        # Nothing at all was seen when the probes did not work.
        good = 0 < off <= IRQS_OFF
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - bench: {kernel} "
              f"interrupts off for {off} instructions at most, of {IRQS_OFF} "
              f"({e['op']} {e['size']})")
    print(f"1..{number}")
    print(f"{number - failed} passed, {failed} failed, 0 skipped")
    return failed == 0 and number > 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--commit", action="store_true",
                    help="make today's ratios the figures to compare with")
    ap.add_argument("kernels", nargs="+", choices=KERNELS)
    opts = ap.parse_args()
    result = {kernel: compare(kernel, opts.check)
              for kernel in opts.kernels}
    with open(f"{OUT}/bench.json", "w", encoding="ascii") as f:
        json.dump({"unit": "median guest instructions", "kernels": result}, f,
                  indent=1)
        f.write("\n")
    if opts.check:
        sys.exit(0 if check(result) else 1)
    for kernel, entries in result.items():
        print_table(kernel, entries)
    print(f"JSON: {OUT}/bench.json")
    if opts.commit:
        with open(FIGURES, "w", encoding="ascii") as f:
            f.write("{\n" + ",\n".join(
                f' "{kernel}": [\n' + ",\n".join(
                    "  " + json.dumps(figure(e))
                    for e in entries if kept(e)) + "\n ]"
                for kernel, entries in result.items()) + "\n}\n")


if __name__ == "__main__":
    main()
