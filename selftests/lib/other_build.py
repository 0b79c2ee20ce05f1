#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes other builds of a module from the one that is given.

Usage: other_build.py HOW FROM TO
  version   another version and srcversion, the same code
  kernel    for another kernel
  symbol    one that asks for a symbol that no kernel has
  magic     no module at all

What it changes is of the same length, so that nothing in the file moves.
"""
import struct
import sys


def section(data, name):
    """Offset and size of a section of an ELF file of 64 bits."""
    shoff, = struct.unpack_from("<Q", data, 0x28)
    entsize, num, strndx = struct.unpack_from("<HHH", data, 0x3A)
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * entsize)
             for i in range(num)]
    names = heads[strndx][4]
    for head in heads:
        at = names + head[0]
        if data[at:data.index(b"\0", at)] == name:
            return head[4], head[5]
    sys.exit("no section " + name.decode())


def change(data, name, old, new):
    """Replaces OLD in a section, where it must be."""
    at, size = section(data, name)
    where = data.find(old, at, at + size)
    if where < 0 or len(old) != len(new):
        sys.exit("no %r in %r" % (old, name))
    data[where:where + len(old)] = new


def flip_source(data):
    """Another last letter of the srcversion."""
    at, size = section(data, b".modinfo")
    where = data.find(b"srcversion=", at, at + size)
    if where < 0:
        return
    last = data.index(b"\0", where) - 1
    data[last:last + 1] = b"7" if data[last:last + 1] != b"7" else b"8"


def main():
    how, source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = bytearray(file.read())
    if how == "version":
        if b"\0version=0.1\0" in data or b"version=0.1\0" in data:
            change(data, b".modinfo", b"version=0.1", b"version=9.1")
        flip_source(data)
    elif how == "kernel":
        at, size = section(data, b".modinfo")
        where = data.index(b"vermagic=", at, at + size) + len(b"vermagic=")
        data[where:where + 1] = b"5"
    elif how == "symbol":
        flip_source(data)
        change(data, b".strtab", b"\0kfree\0", b"\0kfrex\0")
    elif how == "magic":
        data[:4] = b"none"
    else:
        sys.exit(__doc__)
    with open(target, "wb") as file:
        file.write(data)


main()
