#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# dracut sources it before udev is started; what it runs may exit.
[ ! -x /sbin/vtd-early ] || /sbin/vtd-early
