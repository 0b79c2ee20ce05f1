#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a variant of a DMAR table, for a kernel to boot with.

Usage: mkdmar.py TABLE VARIANT OUTPUT
       mkdmar.py --list

TABLE is a copy of /sys/firmware/acpi/tables/DMAR of the guest in question (the
table depends on the guest's devices).  OUTPUT is an uncompressed cpio archive
with kernel/firmware/acpi/dmar.aml; put it before the initrd (cat OUTPUT initrd
> new-initrd), and the kernel takes the table in place of the firmware's.  With
an OUTPUT that ends in .aml the bare table is written.

Header length and checksum are right in every variant, and the OEM revision is
one higher than in TABLE: the kernel ignores an override otherwise.  So what is
wrong is only seen by whoever reads the structures.
"""

import struct
import sys

HEADER = 48
DRHD, RMRR, ATSR, RHSA = 0, 1, 2, 3


def structures(table):
    """(offset, type, length) of each structure of a good table."""
    offset = HEADER
    while offset < len(table):
        kind, length = struct.unpack_from("<HH", table, offset)
        if length < 4 or offset + length > len(table):
            sys.exit("mkdmar: TABLE is not good itself: length %u at offset %u"
                     % (length, offset))
        yield offset, kind, length
        offset += length


def first(table, kind):
    for offset, found, length in structures(table):
        if found == kind:
            return offset, length
    sys.exit("mkdmar: TABLE has no structure of type %u" % kind)


def scope(dev, fn, bus=0, kind=1):
    return struct.pack("<BBBBBBBB", kind, 8, 0, 0, 0, bus, dev, fn)


def drhd(base, segment=0, flags=0, scopes=b""):
    return struct.pack("<HHBBHQ", DRHD, 16 + len(scopes), flags, 0, segment,
                       base) + scopes


def rmrr(base, limit, segment=0, scopes=b""):
    return struct.pack("<HHHHQQ", RMRR, 24 + len(scopes), 0, segment, base,
                       limit) + scopes


def insert(table, at, piece):
    table[at:at] = piece


def after_drhds(table):
    """Types stand in numerical order: where an RMRR belongs."""
    return max(o + n for o, kind, n in structures(table) if kind == DRHD)


def first_base(table):
    offset, _ = first(table, DRHD)
    return struct.unpack_from("<Q", table, offset + 8)[0]


# Each variant changes the table in place.

def good(table):
    """the same table, with nothing wrong"""


def good_and_rmrr(table):
    """a good RMRR for 00:03.0, in a page of the BIOS area below 1 MiB"""
    insert(table, after_drhds(table),
           rmrr(0xe0000, 0xe0fff, scopes=scope(3, 0)))


def rmrr_in_ram(table):
    """an RMRR for 00:03.0 in plain memory, which is not reserved"""
    insert(table, after_drhds(table),
           rmrr(0x2000000, 0x20fffff, scopes=scope(3, 0)))


def for_all(table):
    """one unit for all that is not listed, and nothing is but the IOAPIC"""
    offset, length = first(table, DRHD)
    table[offset:offset + length] = drhd(first_base(table), flags=1,
                                         scopes=scope(0, 0, 255, 3))


def many_rmrrs(table):
    """one unit for all, and RMRRs for the case "rmrr": of every odd kind"""
    for_all(table)
    far = scope(4, 0)
    far = far[:1] + bytes((10,)) + far[2:] + bytes((0, 0))
    later = far[:6] + bytes((5, 0, 0, 0))
    insert(table, after_drhds(table), b"".join((
        rmrr(0xe0000, 0xe0fff, scopes=far),
        rmrr(0xe0000, 0xe1fff, scopes=far),
        rmrr(0xe8800, 0xe97ff, scopes=scope(10, 0)),
        rmrr(0x2000000, 0x200ffff, scopes=scope(6, 1)),
        rmrr(0xea000, 0xeafff, scopes=later),
        rmrr(0xec000, 0xecfff, scopes=scope(7, 0)),
        rmrr(0xed000, 0xedfff, scopes=scope(10, 0, 0x77)))))


def path(bus, *steps, kind=1):
    """A scope that goes through bridges: path(0, (4, 0), (0, 0))."""
    steps = b"".join(struct.pack("<BB", *step) for step in steps)
    return struct.pack("<BBBBBB", kind, 6 + len(steps), 0, 0, 0, bus) + steps


def by_path(table):
    """one unit that names its devices in every way, for the case "shapes\""""
    offset, length = first(table, DRHD)
    scopes = b"".join((
        scope(0, 0, 255, 3),
        path(0, (0, 0)), path(0, (1, 0)), path(0, (2, 0)),
        *(path(0, (30, fn)) for fn in range(4)),
        *(path(0, (31, fn)) for fn in (0, 2, 3)),
        # through bridges, and all behind one
        path(0, (4, 0), (0, 0)), path(0, (5, 0), kind=2),
        # one of two functions; a bridge behind a port
        path(0, (6, 0)), path(0, (7, 0), (0, 0), kind=2),
        # behind a switch, from the root and from the last bus
        path(0, (8, 0), (0, 0), (0, 0), (0, 0)), path(8, (0, 0)),
        path(0, (9, 0), kind=2),
        # another root bus, and a bus where that device is not
        path(0x40, (0, 0), kind=2), path(0x41, (1, 0), kind=2),
        path(0, (12, 0), (0, 0)), path(0, (13, 0))))
    table[offset:offset + length] = drhd(first_base(table), scopes=scopes)


def rmrr_reversed(table):
    """an RMRR whose limit is below its base"""
    insert(table, after_drhds(table),
           rmrr(0x20000000, 0x1ffff000, scopes=scope(3, 0)))


def cut_in_drhd(table):
    """the table ends in the middle of its first DRHD"""
    offset, _ = first(table, DRHD)
    del table[offset + 12:]


def drhd_len_0(table):
    """the first DRHD has length 0"""
    offset, _ = first(table, DRHD)
    struct.pack_into("<H", table, offset + 2, 0)


def junk_70k(table):
    """70,000 bytes of junk follow the table"""
    word = 1
    for _ in range(70000):
        word = (word * 1103515245 + 12345) & 0xffffffff
        table.append(word >> 16 & 0xff)


def second_drhd_bogus_base(table):
    """a second unit where no registers are: reads as all ones"""
    insert(table, first(table, DRHD)[0],
           drhd(0xfedf0000, scopes=scope(0x1e, 0)))


def second_drhd_high_base(table):
    """a second unit above the address width"""
    insert(table, first(table, DRHD)[0],
           drhd(0xdead00000000000, scopes=scope(0x1e, 0)))


def wrong_width(table):
    """a host address width of 8 bits"""
    table[36] = 7


def bad_scope_length(table):
    """a scope is longer than its DRHD"""
    offset, length = first(table, DRHD)
    if length == 16:
        table[offset:offset + 16] = drhd(first_base(table), flags=1,
                                         scopes=scope(0x1e, 0))
    table[offset + 17] = 200


def duplicate_drhd(table):
    """the first DRHD is there twice"""
    offset, length = first(table, DRHD)
    insert(table, offset, table[offset:offset + length])


def segments(table):
    """good: a second segment with a unit whose registers do not answer"""
    insert(table, after_drhds(table), drhd(0xfedf0000, segment=1, flags=1))


def no_drhd(table):
    """no unit at all"""
    for offset, kind, length in reversed(list(structures(table))):
        if kind == DRHD:
            del table[offset:offset + length]


def unknown_type(table):
    """good: a structure of a type that no specification has yet"""
    table += struct.pack("<HH", 77, 12) + b"\xa5" * 8


def name_of(change):
    return change.__name__.replace("_and_", "+").replace("_", "-")


VARIANTS = {name_of(f): f for f in (
    good, good_and_rmrr, rmrr_in_ram, for_all, many_rmrrs, by_path, rmrr_reversed, cut_in_drhd,
    drhd_len_0, junk_70k, second_drhd_bogus_base, second_drhd_high_base, wrong_width,
    bad_scope_length, duplicate_drhd, segments, no_drhd, unknown_type)}


def finish(table, revision):
    """What the kernel checks before it takes an override."""
    struct.pack_into("<I", table, 4, len(table))
    struct.pack_into("<I", table, 24, revision)
    table[9] = 0
    table[9] = -sum(table) & 0xff


def cpio_entry(number, name, mode, data=b""):
    """One file of the "newc" format: text header, name, data, each padded."""
    raw = name.encode() + b"\0"
    links = 2 if mode & 0o040000 else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(raw), 0)
    out = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
    out += b"\0" * (-len(out) % 4)
    out += data
    return out + b"\0" * (-len(out) % 4)


def cpio(name, data):
    out = b""
    parts = name.split("/")
    for i in range(1, len(parts)):
        out += cpio_entry(i, "/".join(parts[:i]), 0o040755)
    out += cpio_entry(len(parts), name, 0o100644, data)
    out += cpio_entry(0, "TRAILER!!!", 0)
    return out + b"\0" * (-len(out) % 512)


def main(argv):
    if argv[1:] == ["--list"]:
        for name, change in VARIANTS.items():
            print("%-24s %s" % (name, change.__doc__))
        return 0
    if len(argv) != 4:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    source, variant, output = argv[1:]
    if variant not in VARIANTS:
        print("mkdmar: no variant %s; --list shows them" % variant,
              file=sys.stderr)
        return 2
    with open(source, "rb") as f:
        table = bytearray(f.read())
    if table[:4] != b"DMAR" or len(table) < HEADER or sum(table) & 0xff:
        print("mkdmar: %s is not a DMAR table with a good checksum" % source,
              file=sys.stderr)
        return 1
    revision = struct.unpack_from("<I", table, 24)[0] + 1
    VARIANTS[variant](table)
    finish(table, revision)
    if not output.endswith(".aml"):
        table = cpio("kernel/firmware/acpi/dmar.aml", bytes(table))
    with open(output, "wb") as f:
        f.write(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
