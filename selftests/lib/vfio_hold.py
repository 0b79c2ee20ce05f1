#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A device in the hands of user space, held still for a look at it.

Usage: vfio_hold.py BDF IOVA READY
Claims the device's group, writes "claimed" to READY and waits for SIGUSR1; then
maps a huge page at IOVA for reading and writing, and a small one below it for
reading only; writes their physical addresses, "HUGE SMALL", and waits until it
is killed. The group must be bound to vfio-pci.
"""

import ctypes
import fcntl
import mmap
import os
import signal
import struct
import sys

PAGE = 4096
HUGE = 2 << 20
MAP_HUGETLB = 0x40000

# _IO(';', 100 + N)
SET_IOMMU = 0x3B66
GROUP_SET_CONTAINER = 0x3B68
MAP_DMA = 0x3B71
TYPE1V2 = 3


def tell(path, text):
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write(text + "\n")
    os.rename(path + ".new", path)


def memory(size, flags):
    m = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | flags)
    m[0] = 1
    return m, ctypes.addressof(ctypes.c_char.from_buffer(m))


def physical(virt):
    with open("/proc/self/pagemap", "rb") as f:
        f.seek(virt // PAGE * 8)
        return (struct.unpack("Q", f.read(8))[0] & (1 << 55) - 1) * PAGE


def dma_map(container, virt, iova, size, flags):
    fcntl.ioctl(container, MAP_DMA,
                struct.pack("IIQQQ", 32, flags, virt, iova, size))


def main(bdf, iova, ready):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    group = os.path.basename(
        os.readlink(f"/sys/bus/pci/devices/{bdf}/iommu_group"))
    container = os.open("/dev/vfio/vfio", os.O_RDWR)
    fd = os.open(f"/dev/vfio/{group}", os.O_RDWR)
    fcntl.ioctl(fd, GROUP_SET_CONTAINER, struct.pack("i", container))
    tell(ready, "claimed")
    signal.sigwait([signal.SIGUSR1])
    fcntl.ioctl(container, SET_IOMMU, TYPE1V2)
    huge, huge_at = memory(HUGE, MAP_HUGETLB)
    small, small_at = memory(PAGE, 0)
    dma_map(container, huge_at, iova, HUGE, 3)
    dma_map(container, small_at, iova - PAGE, PAGE, 1)
    tell(ready, f"{physical(huge_at):#x} {physical(small_at):#x}")
    signal.pause()
    return huge, small


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2], 0), sys.argv[3])
