#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A program that has edu's interrupt posted to its own descriptor.

Usage: vfio_posted.py BDF      (bound to vfio-pci, vtd_posted_intr with
                                test_posting=1: no interrupt may come while it
                                is posted, QEMU would send it anywhere)
Prints KTAP lines without a plan.
"""
import ctypes
import errno
import fcntl
import os
import select
import struct
import subprocess
import sys
import threading
import time

BIND, UNBIND = 0xc0107670, 0x40047671
SUSPEND, RESUME, POST = 0x7672, 0x7673, 0x40047674
URGENT = 0x80000000
libc = ctypes.CDLL(None, use_errno=True)
number = 0


def check(good, what, more=''):
    global number
    number += 1
    if not good and more != '':
        print(f'# {more}')
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)


def fails(what, code, function, *args):
    try:
        function(*args)
    except OSError as e:
        check(e.errno == code, what, e)
        return
    check(False, what, 'it succeeded')


class Device:
    """edu by VFIO: its MSI, and its register that raises it."""

    def __init__(self, bdf):
        group = os.path.basename(
            os.readlink(f'/sys/bus/pci/devices/{bdf}/iommu_group'))
        self.container = os.open('/dev/vfio/vfio', os.O_RDWR)
        self.group = os.open(f'/dev/vfio/{group}', os.O_RDWR)
        fcntl.ioctl(self.group, 0x3b68, struct.pack('i', self.container))
        fcntl.ioctl(self.container, 0x3b66, 1)
        # A buffer that may change: then the answer is the file.
        self.fd = fcntl.ioctl(self.group, 0x3b6a,
                              bytearray(bdf.encode() + b'\0'))
        # Memory and bus master on.
        os.pwrite(self.fd, struct.pack('<H', 6), (7 << 40) + 4)

    def msi(self, eventfd):
        """The interrupt comes to this eventfd; None: it is switched off."""
        if eventfd is None:
            what = struct.pack('IIIII', 20, 1 << 0 | 1 << 5, 1, 0, 0)
        else:
            what = struct.pack('IIIIIi', 24, 1 << 2 | 1 << 5, 1, 0, 1, eventfd)
        fcntl.ioctl(self.fd, 0x3b6e, what)

    def interrupt(self):
        os.pwrite(self.fd, struct.pack('<I', 1), 0x60)
        os.pwrite(self.fd, struct.pack('<I', 1), 0x64)

    def close(self):
        for fd in self.fd, self.group, self.container:
            os.close(fd)


def came(fd, seconds=5.0):
    return bool(select.select([fd], [], [], seconds)[0])


def signalled(eventfd):
    good = came(eventfd)
    if good:
        os.read(eventfd, 8)
    return good


def irqs(what):
    text = subprocess.run(['vtdctl', 'irqs', '--json'], check=True,
                          capture_output=True, text=True).stdout
    return text.count(what)


def bind(fd, eventfd, vector, flags=0):
    got = fcntl.ioctl(fd, BIND, struct.pack('iIII', eventfd, vector, flags, 9))
    return struct.unpack('iIII', got)[3]


def unbind(fd, eventfd):
    fcntl.ioctl(fd, UNBIND, struct.pack('i', eventfd))


def post(fd, vector):
    fcntl.ioctl(fd, POST, struct.pack('I', vector))


def take(fd):
    """The vectors that were posted."""
    bits = int.from_bytes(os.read(fd, 32), 'little')
    return [i for i in range(256) if bits >> i & 1]


def open_posted(flags=0):
    return os.open('/dev/vtd-posted', os.O_RDWR | flags)


def interrupts(bdf):
    edu, event = Device(bdf), os.eventfd(0)
    fd = open_posted(os.O_NONBLOCK)
    check(bind(fd, event, 41) == 0, 'an eventfd without an interrupt is bound')
    edu.msi(event)
    check(irqs('"posted"') == 1, 'VFIO gives it one: it is posted')
    unbind(fd, event)
    check(irqs('"posted"') == 0, 'and comes back')
    edu.interrupt()
    check(signalled(event), 'the eventfd has its interrupts')
    check(bind(fd, event, 42) == 1, 'one that has an interrupt is connected')
    check(irqs('"posted_vector": "0x2a"') == 1 or
          irqs('"posted_vector":"0x2a"') == 1, 'as the vector it was given')
    fails('an eventfd is bound once', errno.EEXIST, bind, fd, event, 43)
    other = open_posted()
    os.close(other)
    check(irqs('"posted"') == 1, 'another file has nothing to do with it')
    os.close(fd)
    check(irqs('"posted"') == 0, 'a file that is closed lets go')
    edu.interrupt()
    check(signalled(event), 'the eventfd has its interrupts')
    fd = open_posted()
    bind(fd, event, 44)
    edu.msi(None)
    check(irqs('"posted"') == 0, 'VFIO switches it off while it is posted')
    edu.msi(event)
    check(irqs('"posted"') == 1, 'and on')
    edu.close()
    check(irqs('"posted"') == 0, 'the device is let go while it is posted')
    unbind(fd, event)
    fails('what is not bound is not unbound', errno.ENOENT, unbind, fd, event)
    os.close(fd)


def reads():
    fd = open_posted(os.O_NONBLOCK)
    fails('with nothing there a read would wait', errno.EAGAIN, os.read, fd, 32)
    check(not came(fd, 0), 'and poll says so')
    post(fd, 5)
    post(fd, 200)
    post(fd, 5)
    check(came(fd), 'something is there')
    check(libc.read(fd, ctypes.c_void_p(0), ctypes.c_size_t(32)) == -1 and
          ctypes.get_errno() == errno.EFAULT, 'a bad buffer is refused')
    check(take(fd) == [5, 200], 'and loses nothing: all are there, each once')
    fails('a short buffer is refused', errno.EINVAL, os.read, fd, 31)
    fails('a vector too high', errno.EINVAL, post, fd, 256)
    fails('the same when it is bound', errno.EINVAL, bind, fd, os.eventfd(0), 256)
    fails('a flag that is none', errno.EINVAL, bind, fd, os.eventfd(0), 1, 2)
    fails('no eventfd', errno.EINVAL, bind, fd, 0, 1)
    fails('no such command', errno.ENOTTY, fcntl.ioctl, fd, 0x767f, 0)
    os.close(fd)


def waits():
    fd, got = open_posted(), []
    thread = threading.Thread(target=lambda: got.append(take(fd)))
    thread.start()
    time.sleep(0.3)
    check(not got, 'a read waits')
    post(fd, 77)
    thread.join(5)
    check(got == [[77]], 'until something is posted', got)
    fcntl.ioctl(fd, SUSPEND)
    thread = threading.Thread(target=lambda: got.append(take(fd)))
    thread.start()
    time.sleep(0.3)
    post(fd, 78)
    time.sleep(0.5)
    check(len(got) == 1, 'suspended, it is not woken')
    post(fd, 79 | URGENT)
    thread.join(5)
    check(got[1:] == [[78, 79]], 'but by what is urgent, for all', got)
    post(fd, 80)
    thread = threading.Thread(target=lambda: got.append(take(fd)))
    fcntl.ioctl(fd, RESUME)
    thread.start()
    thread.join(5)
    check(got[2:] == [[80]], 'what had accumulated is there when it resumes')
    os.close(fd)


interrupts(sys.argv[1])
reads()
waits()
