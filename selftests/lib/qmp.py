#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Talks from inside a guest to the QEMU that runs it.

The guest must have been started with $VTD_QMP_SERIAL, which is for --qemu:
    -chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off
    -mon chardev=qs,mode=control
    -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc
so that the third serial port is QEMU's monitor.

Usage: qmp.py COMMAND [JSON-ARGUMENTS]   prints what it returns
       qmp.py hmp "COMMAND"              a command of the human monitor
       qmp.py phys ADDRESS [N]           N 64-bit words of physical memory
       qmp.py walk BDF [IOVA]            translate as the unit at 0xfed90000
                                         would; without IOVA: count the leaves
This reads the hardware's view: registers and tables as QEMU has them, with no
help of the module under test.
"""

import json
import os
import re
import sys
import termios
import time
import tty

UNIT = 0xFED90000
RTADDR = 0x20
PAGE = (1 << 52) - 0x1000


class Monitor:
    def __init__(self, path="/dev/ttyS2"):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        attr = termios.tcgetattr(self.fd)
        attr[4] = attr[5] = termios.B115200
        attr[2] |= termios.CLOCAL
        termios.tcsetattr(self.fd, termios.TCSANOW, attr)
        os.set_blocking(self.fd, False)
        self.buf = b""
        self.seq = int(time.time() * 1000)
        # Either the first to talk, or told that this was done already. What
        # the port echoed before it was raw can have left QEMU in the middle of
        # an object, where it swallows all that follows: 0xff gets it out.
        for _ in range(5):
            os.write(self.fd, b"\xff\n")
            if self.run("qmp_capabilities", check=False, wait=2) is not None:
                return
        sys.exit("qmp: no answer; was the guest started with the monitor on "
                 "its third serial port?")

    def run(self, command, args=None, check=True, wait=30):
        self.seq += 1
        message = {"execute": command, "id": self.seq}
        if args:
            message["arguments"] = args
        data = json.dumps(message).encode() + b"\n"
        while data:
            try:
                data = data[os.write(self.fd, data):]
            except BlockingIOError:
                time.sleep(0.01)
        end = time.monotonic() + wait
        while time.monotonic() < end:
            try:
                self.buf += os.read(self.fd, 65536)
            except BlockingIOError:
                time.sleep(0.005)
            while b"\n" in self.buf:
                line, self.buf = self.buf.split(b"\n", 1)
                try:
                    reply = json.loads(line)
                except ValueError:
                    continue
                if reply.get("id") != self.seq:
                    continue
                if "error" in reply and check:
                    sys.exit(f"qmp: {command}: {reply['error']['desc']}")
                return reply.get("return", {})
        if check:
            sys.exit(f"qmp: {command}: no answer")
        return None

    def hmp(self, line):
        return self.run("human-monitor-command", {"command-line": line})

    def words(self, address, count=1):
        text = self.hmp(f"xp /{count}gx {address:#x}")
        return [int(w, 16)
                for line in text.splitlines()
                for w in re.findall(r"0x([0-9a-f]{16})", line.split(":")[-1])]


class Tables:
    """What the unit finds for requests of a device without a PASID."""

    def __init__(self, mon, bdf):
        bus, dev, fn = re.fullmatch(
            r"(?:[0-9a-f]+:)?([0-9a-f]+):([0-9a-f]+)\.([0-7])", bdf).groups()
        self.mon, self.bdf = mon, bdf
        self.first = self.top = None
        devfn = int(dev, 16) * 8 + int(fn)
        root = mon.words(UNIT + RTADDR)[0]
        at = (root & PAGE) + int(bus, 16) * 16
        if root >> 10 & 3 == 1:
            self.scalable(at, devfn)
        else:
            self.legacy(at, devfn)

    def present(self, what, at, count):
        words = self.mon.words(at, count)
        if not words[0] & 1:
            sys.exit(f"walk: no {what} entry for {self.bdf}")
        return words

    def legacy(self, at, devfn):
        entry = self.present("root", at, 1)[0]
        low, high = self.present("context", (entry & PAGE) + devfn * 16, 2)
        if low >> 2 & 3 != 2:
            self.top, self.levels, self.first = \
                low & PAGE, (high & 7) + 2, False

    def scalable(self, at, devfn):
        entry = self.present("root", at + devfn // 128 * 8, 1)[0]
        low, high = self.present("context",
                                 (entry & PAGE) + devfn % 128 * 32, 2)
        pasid = high & 0xfffff
        entry = self.present("directory",
                             (low & PAGE) + pasid // 64 * 8, 1)[0]
        low, _, third = self.present("PASID",
                                     (entry & PAGE) + pasid % 64 * 64, 3)
        kind = low >> 6 & 7
        if kind == 1:
            self.top, self.levels, self.first = \
                third & PAGE, (third >> 2 & 3) + 4, True
        elif kind == 2:
            self.top, self.levels, self.first = \
                low & PAGE, (low >> 2 & 7) + 2, False
        elif kind != 4:
            sys.exit(f"walk: {self.bdf}: a PASID entry of type {kind}")

    def allows(self, entry):
        return entry & (1 if self.first else 3)


def walk(mon, bdf, iova):
    t = Tables(mon, bdf)
    if t.top is None:
        return iova, "pass-through", 0
    table = t.top
    for level in range(t.levels, 0, -1):
        shift = 12 + 9 * (level - 1)
        entry = mon.words(table + (iova >> shift & 511) * 8)[0]
        if not t.allows(entry):
            sys.exit(f"walk: {bdf} {iova:#x}: not mapped at level {level}")
        if level == 1 or entry & 0x80:
            mask = (1 << shift) - 1
            return (entry & PAGE & ~mask) | iova & mask, f"level {level}", entry
        table = entry & PAGE
    raise AssertionError


def leaves(mon, bdf, limit=4096):
    """Up to limit (iova, entry) of present leaves."""
    t = Tables(mon, bdf)
    if t.top is None:
        return []
    found = []

    def visit(table, level, base):
        for i, entry in enumerate(mon.words(table, 512)):
            if not t.allows(entry) or len(found) >= limit:
                continue
            at = base | i << (12 + 9 * (level - 1))
            if level == 1 or entry & 0x80:
                found.append((at, entry))
            else:
                visit(entry & PAGE, level - 1, at)

    visit(t.top, t.levels, 0)
    return found


def main(argv):
    if len(argv) < 2:
        sys.exit(__doc__)
    mon = Monitor()
    if argv[1] == "hmp":
        print(mon.hmp(argv[2]).replace("\r", ""), end="")
    elif argv[1] == "phys":
        for word in mon.words(int(argv[2], 0),
                              int(argv[3]) if len(argv) > 3 else 1):
            print(f"{word:#018x}")
    elif argv[1] == "walk" and len(argv) > 3:
        to, how, entry = walk(mon, argv[2], int(argv[3], 0))
        print(f"iova={int(argv[3], 0):#x} phys={to:#x} entry={entry:#x} {how}")
    elif argv[1] == "walk":
        found = leaves(mon, argv[2])
        print(f"leaves={len(found)}")
        for iova, entry in found[:8]:
            print(f"iova={iova:#x} phys={entry & PAGE:#x} entry={entry:#x}")
    else:
        args = json.loads(argv[2]) if len(argv) > 2 else None
        print(json.dumps(mon.run(argv[1], args)))


if __name__ == "__main__":
    main(sys.argv)
