#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Reads every interrupt message of the guest where the devices keep it, and
follows it through the interrupt remapping table.

The messages: MSI capabilities from configuration space, MSI-X tables from the
BARs, the I/O APIC's redirection table; the last two and the remapping table as
QEMU has them (qmp.py says how the guest must be started). With the module
loaded, each is held against the line of "vtdctl irqs" about the same interrupt.

Prints the number of messages by kind and format, and a line "bad: ..." for
each that does not fit. The exit status is 1 then.
"""

import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from qmp import Monitor, UNIT  # noqa: E402

IRTA = 0xB8
GSTS = 0x1C
GSTS_IRES = 1 << 25
MSI, MSIX = 0x05, 0x11
# Source-id of the I/O APIC in QEMU's DMAR table: ff:00.0.
IOAPIC_SID = 0xFF00


def word(data, at, size):
    return int.from_bytes(data[at:at + size], "little")


def capabilities(config):
    found = {}
    at = config[0x34] & ~3 if config[6] & 0x10 else 0
    while at and config[at] not in found:
        found[config[at]] = at
        at = config[at + 1] & ~3
    return found


def dwords(mon, address, count):
    text = mon.hmp(f"xp /{count}wx {address:#x}")
    return [int(w, 16)
            for line in text.splitlines()
            for w in re.findall(r"0x([0-9a-f]{8})\b", line.split(":")[-1])]


def msi(config, at):
    control = word(config, at + 2, 2)
    if not control & 1:
        return
    wide = 8 if control & 0x80 else 4
    address, data = word(config, at + 4, 4), word(config, at + 4 + wide, 2)
    for i in range(1 << (control >> 4 & 7)):
        yield address, data + i


def msix(mon, path, config, at):
    control, table = word(config, at + 2, 2), word(config, at + 4, 4)
    if control & 0xC000 != 0x8000:
        return
    with open(path + "/resource", encoding="ascii") as file:
        bar = int(file.read().splitlines()[table & 7].split()[0], 16)
    count = (control & 0x7FF) + 1
    words = dwords(mon, bar + (table & ~7), count * 4)
    for i in range(count):
        low, _, data, mask = words[i * 4:i * 4 + 4]
        if not mask & 1:
            yield low, data


def pci_messages(mon):
    for path in sorted(glob.glob("/sys/bus/pci/devices/*")):
        name = os.path.basename(path)
        bus, dev, fn = re.match(r".*:(..):(..)\.(.)", name).groups()
        sid = int(bus, 16) << 8 | int(dev, 16) << 3 | int(fn)
        with open(path + "/config", "rb") as file:
            config = file.read(256)
        caps = capabilities(config)
        if MSI in caps:
            for address, data in msi(config, caps[MSI]):
                yield "msi", name, sid, address, data
        if MSIX in caps:
            for address, data in msix(mon, path, config, caps[MSIX]):
                yield "msi-x", name, sid, address, data


def index_of(address, data):
    """Of a request in remappable format (VT-d 5.1.2.2), or None."""
    if not address & 0x10:
        return None
    handle = address >> 5 & 0x7FFF | (address >> 2 & 1) << 15
    return handle + (data if address & 8 else 0)


def pin_messages(mon):
    """A redirection entry in remappable format is the same, packed."""
    for line in mon.hmp("info pic").splitlines():
        match = re.match(r"\s*pin\s+(\d+)\s+0x([0-9a-f]{16})", line)
        if not match:
            continue
        pin, entry = int(match[1]), int(match[2], 16)
        if entry & 1 << 16:
            continue
        index = None
        if entry & 1 << 48:
            index = entry >> 49 | (entry >> 11 & 1) << 15
        yield "pin", f"ioapic0.{pin}", IOAPIC_SID, index, entry & 0xFF


class Table:
    def __init__(self, mon):
        self.mon = mon
        self.on = dwords(mon, UNIT + GSTS, 1)[0] & GSTS_IRES
        irta = mon.words(UNIT + IRTA)[0]
        self.base = irta & ~0xFFF
        self.size = 2 << (irta & 15)
        self.wide = bool(irta & 1 << 11)

    def entry(self, index):
        low, high = self.mon.words(self.base + index * 16, 2)
        return high << 64 | low


def check(table, irqs, kind, name, sid, index, data):
    """What is wrong with one remapped message."""
    if not table.on or index >= table.size:
        return f"index {index:#x} of {table.size if table.on else 0}"
    entry = table.entry(index)
    if not entry & 1:
        return f"entry {index:#x} is not present"
    if entry >> 82 & 3 != 1 or entry >> 64 & 0xFFFF != sid:
        return f"entry {entry:#034x} is not for source-id {sid:#x} alone"
    if kind == "pin" and data != int(name.split(".")[1]):
        return f"its vector field is {data:#x}, which no EOI of the pin names"
    irq = irqs.get((name, index))
    if irq is None:
        return f"vtdctl irqs does not know {name} with index {index:#x}"
    vector, dest = entry >> 16 & 0xFF, entry >> 32 & 0xFFFFFFFF
    if not table.wide:
        dest = dest >> 8 & 0xFF
    if (irq["kind"], irq["format"]) != (kind, "remapped"):
        return f"vtdctl irqs calls it {irq['kind']}, {irq['format']}"
    # It may have moved since vtdctl looked, but not in its source.
    told = (int(irq["entry"], 16), int(irq["vector"] or "0", 16),
            int(irq["dest"] or "0", 16))
    if told != (entry, vector, dest):
        return f"vtdctl irqs says {told}, the table {(entry, vector, dest)}"
    return None


def read_all(mon):
    table = Table(mon)
    irqs = {}
    run = subprocess.run(["vtdctl", "irqs", "--json"], check=False,
                         capture_output=True, text=True)
    if run.returncode == 0:
        for irq in json.loads(run.stdout)["irqs"]:
            if irq["index"]:
                irqs[irq["device"], int(irq["index"], 16)] = irq
    messages = [(kind, name, sid, index_of(address, data), data)
                for kind, name, sid, address, data in pci_messages(mon)]
    messages += pin_messages(mon)
    counts, bad = {}, []
    for message in messages:
        kind, name, index = message[0], message[1], message[3]
        form = "compatibility" if index is None else "remapped"
        counts[kind, form] = counts.get((kind, form), 0) + 1
        wrong = None
        if index is not None:
            wrong = check(table, irqs, *message)
        if wrong:
            bad.append(f"bad: {name}: {wrong}")
    return counts, bad


def main():
    mon = Monitor()
    # Interrupts move now and then: what is wrong is so twice.
    for _ in range(3):
        counts, bad = read_all(mon)
        if not bad:
            break
    for kind in "msi", "msi-x", "pin":
        for form in "remapped", "compatibility":
            print(f"{kind} {form}={counts.get((kind, form), 0)}")
    print("\n".join(bad))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
