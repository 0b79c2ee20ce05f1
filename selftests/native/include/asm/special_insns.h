/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_ASM_SPECIAL_INSNS_H
#define SHIM_ASM_SPECIAL_INSNS_H

void clwb(volatile void *ptr);

#endif
