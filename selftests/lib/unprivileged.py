#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What somebody without privileges can do with files.

Usage: unprivileged.py PATH...

Goes through the files below each PATH as root, without following links, and
tries each as user and group 65534 with no other group: prints "read PATH" or
"write PATH" for what opens. What is read goes to /tmp/unprivileged-read, one
line "PATH: LINE" for each line.
"""

import errno
import os
import sys

NOBODY = 65534


def files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
        for folder, _, names in os.walk(path):
            for name in names:
                full = os.path.join(folder, name)
                if not os.path.islink(full):
                    yield full


def opens(path, flags):
    """A descriptor, or None when it is refused; anything else is an error."""
    try:
        return os.open(path, flags | os.O_NONBLOCK)
    except OSError as e:
        if e.errno in (errno.EACCES, errno.EPERM):
            return None
        raise


def content(fd):
    data = b""
    try:
        while chunk := os.read(fd, 65536):
            data += chunk
    except OSError:
        pass
    return data.decode("latin-1")


def main():
    everything = sorted(set(files(sys.argv[1:])))
    out = open("/tmp/unprivileged-read", "w", encoding="utf-8")
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    for path in everything:
        fd = opens(path, os.O_RDONLY)
        if fd is not None:
            print("read", path)
            for line in content(fd).splitlines():
                out.write(f"{path}: {line}\n")
            os.close(fd)
        fd = opens(path, os.O_WRONLY)
        if fd is not None:
            print("write", path)
            os.close(fd)
    print("tried", len(everything))


main()
