#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tries what the matrix says of headers that are not as they were.

The lab's own newest kernel headers are doctored and built against like any
others: what was renamed, changed or taken away must be named, and nothing else
may be. Runs in the lab. Prints TAP.
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import matrix  # noqa: E402

ROOT = "/run/doctored/root"

# A header of the kernel, what is there, what is put there, and what must be said.
HEADERS = [
    ("linux/iommu.h", r"\biommu_device_unregister\b", "iommu_device_withdraw",
     r"missing symbol iommu_device_unregister\b.*, at dmar/\w+\.c:\d+ and \d+ more"),
    ("linux/iommu.h", r"int iommu_device_register\(",
     "int iommu_device_register(int flags, ",
     r"changed signature of iommu_device_register \(now int iommu_device_register\("
     r"int flags, .*\), at dmar/"),
    ("linux/iommu.h", r"void \(\*get_resv_regions\)\(struct device \*dev, ",
     "void (*get_resv_regions)(struct device *dev, int more, ",
     r"changed signature of get_resv_regions \(wants .*int, .*, at dmar/adapter.c"),
    ("linux/pci.h", r"\buntrusted:1;", "distrusted:1;",
     r"missing member untrusted of struct pci_dev, at dmar/"),
    ("linux/irq.h", r"\bIRQCHIP_MOVE_DEFERRED\b", "IRQCHIP_DEFERS_MOVES",
     r"probe move_deferred\.c no longer compiles$"),
    # What is done where that constant is not there needs another.
    (None, None, None, r"missing symbol IRQ_MOVE_PCNTXT\b.*, at .*compat/irq\.h:\d+"),
]
# The same of what the kernel exports.
SYMBOLS = [
    (r"^\S+\tpci_enable_pasid\t.*\n", "",
     r"missing symbol pci_enable_pasid: declared, and not exported to modules, at vtd_dmar"),
    (r"(\tirq_domain_remove\t\S+\t\S+\t)\n", r"\1ELSEWHERE\n",
     r"irq_domain_remove is in the namespace ELSEWHERE now, at vtd_\w+\.ko and \d more$"),
]


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def result(self, good, name, said=()):
        self.number += 1
        self.failed += not good
        if not good:
            for line in said:
                print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {self.number} - matrix: {name}", flush=True)


def doctor(file, old, new):
    with open(file, encoding="utf-8") as f:
        text, count = re.subn(old, new, f.read(), flags=re.M)
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return count


def mount_root():
    """The lab's root, into which can be written and which is gone afterwards."""
    base = os.path.dirname(ROOT)
    for sub in ("up", "work", "root"):
        os.makedirs(f"{base}/{sub}")
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                    f"lowerdir=/run/lab-root,upperdir={base}/up,workdir={base}/work",
                    ROOT], check=True)
    for sub in ("proc", "dev", "build"):
        os.makedirs(f"{ROOT}/{sub}", exist_ok=True)


def compare(tap, what, got, wanted):
    """Each thing that was done is named, once, and nothing else is."""
    texts = [f["text"] for f in got["findings"]]
    for pattern in wanted:
        name = re.sub(r"\\b.*|, at .*| \\\(.*|[\\$]", "", pattern)
        tap.result(sum(bool(re.match(pattern, t)) for t in texts) == 1,
                   f"{what}: {name}", texts)
    tap.result(len(texts) == len(wanted), f"{what}: and nothing else is named", texts)


def main():
    tap = Tap()
    with open("/etc/vtd-lab/kernels", encoding="utf-8") as f:
        release = f.read().split()[-1]
    series = tuple(int(n) for n in release.split(".")[:2])
    mount_root()
    headers = f"{ROOT}/usr/src/linux-headers-{release}"
    for old, new, _ in SYMBOLS:
        assert doctor(f"{headers}/Module.symvers", old, new) == 1, old
    got = matrix.build(ROOT, release, series, os.cpu_count(), "doctored")
    compare(tap, "exports", got, [s[2] for s in SYMBOLS])
    include = f"{ROOT}/usr/src/linux-headers-{release.rsplit('-', 1)[0]}-common/include"
    for file, old, new, _ in HEADERS:
        if not file:
            continue
        assert doctor(f"{include}/{file}", old, new) >= 1, old
    got = matrix.build(ROOT, release, series, os.cpu_count(), "doctored")
    compare(tap, "headers", got, [h[3] for h in HEADERS])
    os.unlink(f"{include}/linux/irqbypass.h")
    got = matrix.build(ROOT, release, series, os.cpu_count(), "doctored")
    texts = [f["text"] for f in got["findings"]]
    tap.result(any(t.startswith("missing header linux/irqbypass.h") for t in texts),
               "a header that is gone is named", texts)
    os.unlink(f"{headers}/Makefile")
    got = matrix.build(ROOT, release, series, os.cpu_count(), "doctored")
    tap.result(got["status"] == "fails" and got["findings"],
               "what make does not explain is a failure all the same")
    print(f"1..{tap.number}")
    print(f"{tap.number - tap.failed} passed, {tap.failed} failed, 0 skipped")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    os.nice(10)
    sys.exit(main())
