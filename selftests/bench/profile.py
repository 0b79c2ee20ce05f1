#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which functions the instructions of one benchmarked operation are in.

Usage: profile.py [--scalable] 6.12|7.2 ours|built-in [OPERATION/SIZE...]
Runs in the lab (selftests/lab/enter -- python3 selftests/bench/profile.py ...).
Boots the guest of "make bench", stops it at the third round of each operation
and steps through it, one instruction at a time, over QEMU's gdb stub. Prints
for each operation the functions in order of first use, with their instructions
and calls; without a list, for all that are short enough. With --scalable in scalable
mode, with the operations of PASIDs.
"""

import bisect
import collections
import os
import shutil
import socket
import subprocess
import sys
import time

TREE = "/src"
MACHINE = "-cpu qemu64,+x2apic -smp 1 -device edu"
SCALABLE = ("-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on,"
            "svm=on,pasid-bits=20,device-iotlb=on")
# The functions of selftests/modules/vtd_bench that do one step, by size of
# the case in the order in which the cases come.
SIZES = ["4K", "64K", "2M", "1G", "2M-as-4K", "1G-as-4K"]
STEPS = {"bench_map": "map", "bench_lookup": "iova_to_phys",
         "bench_unmap": "unmap", "bench_attach": "attach",
         "bench_detach": "detach", "bench_map_one": "dma_map",
         "bench_unmap_one": "dma_unmap", "bench_map_sg": "dma_map_sg",
         "bench_unmap_sg": "dma_unmap_sg", "pasid_attach": "pasid-attach",
         "pasid_detach": "pasid-detach", "pasid_bind": "sva-bind",
         "pasid_unbind": "sva-unbind"}
ROUND = 3
LIMIT = 20000
RDI, RSI, RSP, RIP = 5, 4, 7, 16


class Stub:
    """A client of the gdb remote protocol, as much as is needed."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.held = b""

    def _byte(self):
        while not self.held:
            self.held = self.sock.recv(65536)
            if not self.held:
                raise EOFError
        byte, self.held = self.held[:1], self.held[1:]
        return byte

    def send(self, text):
        data = text.encode()
        self.sock.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xff))

    def receive(self):
        while self._byte() != b"$":
            pass
        data = b""
        while (byte := self._byte()) != b"#":
            data += byte
        self._byte()
        self._byte()
        self.sock.sendall(b"+")
        return data.decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")

    def word(self, address):
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},8")),
                              "little")


class Symbols:
    def __init__(self, path):
        pairs = []
        with open(path, encoding="ascii") as f:
            for line in f:
                address, kind, name = line.split()[:3]
                if kind in "tTwW":
                    pairs.append((int(address, 16), name))
        pairs.sort()
        self.at = [p[0] for p in pairs]
        self.name = [p[1] for p in pairs]
        self.where = {p[1]: p[0] for p in pairs}

    def of(self, address):
        return self.name[bisect.bisect_right(self.at, address) - 1]


def trace(stub, symbols):
    """Steps to the end of the function it stands at the beginning of."""
    end = stub.word(stub.register(RSP))
    count, calls = collections.Counter(), collections.Counter()
    total, last = 0, None
    pc = stub.register(RIP)
    while pc != end and total < LIMIT:
        name = symbols.of(pc)
        count[name] += 1
        if name != last and pc in symbols.at_set:
            calls[name] += 1
        last = name
        total += 1
        stub.ask("s")
        pc = stub.register(RIP)
    return total, count, calls


def show(what, total, count, calls):
    if total >= LIMIT:
        what += f" (the first {LIMIT})"
    print(f"{what}: {total} instructions")
    for name, n in count.items():
        print(f"  {n:6} {name}" + (f" x{calls[name]}" if calls[name] > 1 else ""))
    print(flush=True)


def follow(stub, symbols, wanted):
    stops = {symbols.where[f]: f for f in STEPS if f in symbols.where}
    for address in stops:
        stub.ask(f"Z0,{address:x},1")
    cases = {}
    done = set()
    while True:
        stub.ask("c")
        pc = stub.register(RIP)
        if pc not in stops:
            continue
        function = stops[pc]
        case = stub.register(RDI)
        cases.setdefault(case, len(cases))
        what = STEPS[function]
        if cases[case] < len(SIZES):
            what += "/" + SIZES[cases[case]]
        if (stub.register(RSI) == ROUND and (case, function) not in done and
                "1G-as" not in what and (not wanted or what in wanted)):
            done.add((case, function))
            stub.ask(f"z0,{pc:x},1")
            show(what, *trace(stub, symbols))
            stub.ask(f"Z0,{pc:x},1")
        else:
            stub.ask(f"z0,{pc:x},1")
            stub.ask("s")
            stub.ask(f"Z0,{pc:x},1")


def main():
    scalable = "--scalable" in sys.argv
    kernel, driver, *wanted = [a for a in sys.argv[1:] if a != "--scalable"]
    share = f"{TREE}/build/bench/profile-{kernel}-{driver}"
    shutil.rmtree(share, ignore_errors=True)
    os.makedirs(share)
    path = "/tmp/bench-gdb"
    words = ["selftests/vm", "-k", kernel, "--share", share, "--timeout",
             "900", "--append", "nokaslr tsc=reliable", "--qemu",
             f"{MACHINE} -gdb unix:{path},server=on,wait=off"]
    if driver == "built-in":
        words.append("--in-tree")
    if scalable:
        words += ["--acpi", f"{TREE}/build/dmar/for-all.aml", "--append",
                  "intel_iommu=on,sm_on" if driver == "built-in" else "",
                  "--qemu", SCALABLE]
    words += ["--", "env", f"BENCH_TABLES={'1' * scalable}",
              "selftests/bench/guest", driver,
              f"{TREE}/build/{kernel}/testmod/vtd_bench", "/share"]
    with open(share + "/rows", "wb") as rows, \
            subprocess.Popen(words, cwd=TREE, stdout=rows) as guest:
        while not os.path.exists(share + "/ready"):
            if guest.poll() is not None:
                sys.exit("profile: the guest ended early")
            time.sleep(0.1)
        symbols = Symbols(share + "/kallsyms")
        symbols.at_set = set(symbols.at)
        stub = Stub(path)
        stub.ask("?")
        with open(share + "/go", "w", encoding="ascii"):
            pass
        try:
            follow(stub, symbols, wanted)
        except (EOFError, ConnectionError):
            pass


if __name__ == "__main__":
    main()
