/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: there are no trace events. */
