/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU machine without a guest: its memory is shared with the test, its ports
 * and device registers are reached through QEMU's own test protocol.
 */
#ifndef VTD_QEMU_H
#define VTD_QEMU_H

#include <linux/types.h>

/*
 * Where guest memory lies.  Below 4 GiB and above; the test sees the byte at
 * guest-physical address P at VTD_SHIM_PHYS_BASE + P.
 */
#define QEMU_LOW_END 0x80000000ULL
#define QEMU_HIGH 0x100000000ULL
#define QEMU_HIGH_END 0x380000000ULL

/* Is all of a range memory? */
bool qemu_is_ram(u64 phys, size_t bytes);

/* Start one; there is one at a time. NULL-terminated options come behind ours. */
void qemu_start(const char *const options[]);
/* End it, whatever state it is in. */
void qemu_stop(void);

/* Guest-physical accesses as a CPU would make them. */
u32 qemu_read32(u64 addr);
u64 qemu_read64(u64 addr);
void qemu_write32(u64 addr, u32 value);
void qemu_write64(u64 addr, u64 value);

/* PCI configuration space by ports CF8 and CFC; @off dword aligned. */
u32 qemu_config_read(u16 sid, unsigned int off);
void qemu_config_write(u16 sid, unsigned int off, u32 value);

/* Let the machine's clock advance, and its timers fire; time stands still else. */
void qemu_pass_time(u64 ns);

#endif /* VTD_QEMU_H */
