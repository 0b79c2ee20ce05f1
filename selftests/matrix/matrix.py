#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Builds the modules against every kernel's headers that Debian offers.

Runs in the lab; selftests/matrix/run is the way in, and says what the options
are. The store is /run/matrix, the results go to build/matrix.
"""

import argparse
import fnmatch
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import explain  # noqa: E402
import packages  # noqa: E402

STORE = "/run/matrix"
OUT = "/src/build/matrix"
SOURCES = ("Kbuild compat dmar intr_remap posted_intr vfio_glue include").split()
MODULES = ("vtd_dmar vtd_intr_remap vtd_posted_intr vtd_vfio_glue").split()
LIMIT = 1800
# No debug information: nobody debugs these, and it doubles the time.
FLAGS = ["KCFLAGS=-g0 -fdiagnostics-color=never", "CONFIG_DEBUG_INFO_BTF_MODULES="]


def tree_key():
    """What a result depends on beside the kernel: sources, and what reads the log."""
    sha = hashlib.sha256()
    files = [os.path.join(d, f) for top in SOURCES
             for d, _, names in os.walk(top) for f in names]
    files += ["Kbuild", "selftests/lib/probes", "selftests/matrix/matrix.py",
              "selftests/matrix/explain.py"]
    for file in sorted(files):
        if file.endswith("vtd_probed.h"):
            continue
        sha.update(file.encode())
        with open(file, "rb") as f:
            sha.update(f.read())
    return sha.hexdigest()[:16]


def expected_probes():
    """{series: [(name, must it be there)]}"""
    table = {}
    with open("selftests/lib/probes", encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#") and line.strip():
                series, *names = line.split()
                series = tuple(int(n) for n in series.split("."))
                table[series] = [(n.strip("[]"), "[" not in n) for n in names]
    return table


def probes(work):
    """What compiled; None where it did not come so far."""
    try:
        with open(f"{work}/compat/vtd_probed.h", encoding="utf-8") as f:
            return re.findall(r"^#define VTD_HAVE_(\w+) 1$", f.read(), re.M)
    except OSError:
        return None


def probe_findings(series, found, table):
    """A probe that no longer compiles takes a feature away without a word."""
    exact = series in table
    newest = max(table)
    if exact:
        wanted = table[series]
    elif series > newest:
        wanted = [(name, True) for name, must in table[newest] if must]
    else:
        return []
    says = []
    for name, must in wanted:
        if must and name not in found:
            says.append({"kind": "probe", "symbol": name, "places": [],
                         "text": f"probe {name.lower()}.c no longer compiles"})
    if exact:
        for name in found:
            if name not in [n for n, _ in wanted]:
                says.append({"kind": "probe", "symbol": name, "places": [],
                             "text": f"probe {name.lower()}.c compiles, and did not"})
    return says


def compiler(root, release):
    try:
        with open(f"{root}/usr/src/linux-headers-{release}/.kernelvariables",
                  encoding="utf-8") as f:
            m = re.search(r"\)(gcc-\d+)\s*$", f.read(), re.M)
            return m[1] if m else "gcc"
    except OSError:
        return "gcc"


def make(root, release, work, jobs, log):
    """Runs the build in the root; returns its status, None when out of time."""
    script = ("mount --bind \"$2\" \"$1/build\"; mount -t proc proc \"$1/proc\"; "
              "mount --rbind /dev \"$1/dev\"; root=$1; shift 2; "
              "exec chroot \"$root\" \"$@\"")
    words = ["unshare", "-m", "--propagation", "private", "sh", "-euc", script, "-",
             root, work, "/usr/bin/env", "-i", "PATH=/usr/bin:/usr/sbin", "LC_ALL=C",
             "HOME=/tmp", "make", "-s", "-k", f"-j{jobs}", "-C",
             f"/usr/src/linux-headers-{release}", "M=/build", *FLAGS, "modules"]
    with open(log, "w", encoding="utf-8") as out, \
            subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.STDOUT, start_new_session=True) as child:
        try:
            return child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return None


def copy_sources(work):
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name in SOURCES:
        if os.path.isdir(name):
            shutil.copytree(name, f"{work}/{name}",
                            ignore=shutil.ignore_patterns("*.o", "*.cmd", "vtd_probed.h"))
        else:
            shutil.copy2(name, f"{work}/{name}")


def wanted_modules(root, release):
    """vtd_iommufd only where the kernel has iommufd."""
    try:
        with open(f"{root}/usr/src/linux-headers-{release}/.config",
                  encoding="utf-8") as f:
            has = re.search(r"^CONFIG_IOMMUFD=[ym]$", f.read(), re.M)
    except OSError:
        has = False
    return MODULES + (["vtd_iommufd"] if has else [])


def build(root, release, series, jobs, name=None):
    """Builds against the headers of release in root; what is to be said of it."""
    name = name or release
    work, log = f"{OUT}/work-{name}", f"{OUT}/logs/{name}.log"
    os.makedirs(os.path.dirname(log), exist_ok=True)
    copy_sources(work)
    rc = make(root, release, work, jobs, log)
    with open(log, encoding="utf-8", errors="replace") as f:
        read = explain.Log(f.read(), root)
    findings = [found.as_dict() for found in read.read()]
    found = probes(work)
    if found is not None:
        findings += probe_findings(series, found, expected_probes())
    missing = [m for m in wanted_modules(root, release)
               if not os.path.exists(f"{work}/{m}.ko")]
    if rc is None:
        findings.append({"kind": "other", "symbol": "", "places": [],
                         "text": f"not done after {LIMIT} s"})
    elif not findings and (rc or missing):
        findings.append({"kind": "other", "symbol": "", "places": [],
                         "text": f"make ended with status {rc}, without "
                         f"{' '.join(missing) or 'a word'}; see {log[5:]}"})
    shutil.rmtree(work, ignore_errors=True)
    return {"status": "fails" if findings else "ok", "findings": findings,
            "probes": found, "warnings": read.warnings, "log": log[5:]}


def suites(args):
    mirror, security = args.mirror, args.security
    base = [(mirror, "trixie")]
    return {
        "trixie": base,
        "trixie-security": base + [(security, "trixie-security")],
        "trixie-backports": base + [(mirror, "trixie-backports")],
        "forky": [(mirror, "forky")],
        "sid": [(mirror, "sid")],
        "experimental": [(mirror, "sid"), (mirror, "experimental")],
    }


def say(line):
    print(f"matrix: {line}", flush=True)


class Matrix:
    def __init__(self, args):
        self.args = args
        self.results = []
        self.key = tree_key()

    def kernels(self):
        """All kernels of all suites; a suite that cannot be had is a result."""
        found = {}
        for name, sources in suites(self.args).items():
            suite = packages.Suite(name, sources, STORE)
            try:
                suite.update()
                offered = suite.kernels()
            except packages.CannotGet as e:
                self.report({"suite": name, "kernel": f"all of {name}",
                             "known": name != "experimental",
                             "status": "cannot get", "reason": str(e), "findings": []})
                continue
            for package, version in offered:
                kernel = packages.Kernel(suite, package, version)
                if kernel.series >= (6, 12):
                    found.setdefault((package, version), kernel)
        kernels = sorted(found.values(), key=packages.Kernel.order)
        if self.args.short:
            newest = {(k.series, k.suite.name, k.flavour): k for k in kernels}
            kernels = [k for k in kernels if k in newest.values()
                       and k.flavour == "amd64"]
        want = self.args.pattern
        return [k for k in kernels if not want or
                any(fnmatch.fnmatch(k.release, w) or fnmatch.fnmatch(k.suite.name, w)
                    for w in want)]

    def one(self, kernel):
        started = time.monotonic()
        result = {"kernel": kernel.release, "package": kernel.package,
                  "version": kernel.version, "suite": kernel.suite.name,
                  "flavour": kernel.flavour, "known": kernel.known,
                  "findings": []}
        kept = f"{OUT}/kept/{kernel.release}_{kernel.version}.json"
        if not self.args.fresh and os.path.exists(kept):
            with open(kept, encoding="utf-8") as f:
                old = json.load(f)
            if old.get("tree") == self.key:
                return old
        try:
            root = kernel.root()
            result["compiler"] = compiler(root, kernel.release)
            result |= build(root, kernel.release, kernel.series, self.args.jobs)
        except (packages.CannotGet, OSError) as e:
            result |= {"status": "cannot get", "reason": str(e)}
        result |= {"tree": self.key, "seconds": round(time.monotonic() - started)}
        if result["status"] != "cannot get":
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            with open(kept, "w", encoding="utf-8") as f:
                json.dump(result, f)
        return result

    def report(self, result):
        self.results.append(result)
        where = result["suite"]
        if "compiler" in result:
            where += f", {result['compiler']}"
        head = f"{result['kernel']} ({where}): "
        if result["status"] == "ok":
            extra = f", {result['warnings']} warnings" if result["warnings"] else ""
            say(head + "ok" + extra)
        elif result["status"] == "cannot get":
            say(head + f"cannot get: {result['reason']}")
        else:
            texts = [f["text"] for f in result["findings"]]
            say(head + "FAILS: " + "; ".join(texts[:8]) +
                (f"; and {len(texts) - 8} more, see {result.get('log')}"
                 if len(texts) > 8 else ""))

    def close(self):
        passed = failed = allowed = 0
        for r in self.results:
            if r["status"] == "ok":
                passed += 1
            elif r["known"] or self.args.strict:
                failed += 1
            else:
                allowed += 1
        os.makedirs(OUT, exist_ok=True)
        with open(f"{OUT}/matrix.json.new", "w", encoding="utf-8") as f:
            json.dump({"tree": self.key, "kernels": self.results, "passed": passed,
                       "failed": failed, "allowed": allowed}, f, indent=1)
        os.replace(f"{OUT}/matrix.json.new", f"{OUT}/matrix.json")
        newest = max((r["kernel"] for r in self.results if r["status"] == "ok"),
                     key=lambda k: [int(n) for n in re.findall(r"\d+", k)], default="none")
        say(f"newest that builds: {newest}; all results: build/matrix/matrix.json")
        if allowed:
            say(f"{allowed} newer than what is supported do not build, or cannot be "
                "had: allowed, and counted as skipped")
        print(f"{passed} passed, {failed} failed, {allowed} skipped")
        return 1 if failed or not passed else 0


def main():
    p = argparse.ArgumentParser(prog="selftests/matrix/run")
    p.add_argument("--mirror", required=True)
    p.add_argument("--security", required=True)
    p.add_argument("--list", action="store_true")
    p.add_argument("--strict", action="store_true")
    p.add_argument("--short", action="store_true")
    p.add_argument("--fresh", action="store_true")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("pattern", nargs="*")
    args = p.parse_args()
    os.nice(10)
    matrix = Matrix(args)
    kernels = matrix.kernels()
    if args.list:
        for k in kernels:
            print(f"{k.release}\t{k.version}\t{k.suite.name}")
        return 1 if matrix.results else 0
    if not kernels and not matrix.results:
        say("no kernel fits " + " ".join(args.pattern))
        return 2
    for kernel in kernels:
        matrix.report(matrix.one(kernel))
    return matrix.close()


if __name__ == "__main__":
    sys.exit(main())
