# SPDX-License-Identifier: GPL-2.0
# /dev/vtd-vfio: who has a device through VFIO hears of its faults, without any
# privilege, and nobody else does: not the owner of another device, nor who had it
# before, nor who merely holds the group while the kernel has one of its devices.
# vm: --qemu "-m 3G -device edu,addr=5 -device edu,addr=6"
# vm: --qemu "-device edu,addr=7.0,multifunction=on -device edu,addr=7.1"
# vm: --qemu "-device pcie-pci-bridge,id=br1,addr=8 -device edu,bus=br1,addr=1"
# timeout: 400

. /src/selftests/lib/guest.sh
first=0000:00:05.0 second=0000:00:06.0 two=0000:00:07.0 kernels=0000:00:07.1
conventional=0000:01:01.0 bridge=0000:01:00.0
faults="$PROGS/vfio_faults"
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; }
used() { cat /sys/module/vtd_vfio_glue/refcnt; }
# give BDF UID: the group's node, as udev and libvirt do it
give() { chown "$2" "/dev/vfio/$(group_of "$1")"; }

plan 143
ok "vtd_dmar loads" modprobe vtd_dmar
# First: vtd_vfio_glue brings it, too, but without its parameter.
ok "VFIO loads" vfio_load
ok "vtd_vfio_glue loads" modprobe vtd_vfio_glue
is "$(stat -c '%a %u %g' /dev/vtd-vfio)" "666 0 0" "/dev/vtd-vfio is everybody's"
for edu in $first $second $two $conventional; do
	ok "$edu goes to vfio-pci" bind_to $edu vfio-pci
done

tap refused 17 "$faults" refused
tap owner 33 "$faults" owner $first $first 1 0
tap "owner, behind a bridge" 33 "$faults" owner $conventional $bridge 2 0
tap apart 3 "$faults" apart $first $second
tap kept 4 "$faults" kept $first
tap taken 7 "$faults" taken $first

# --- the kernel has the other function, and VFIO this one
ok "the test driver takes $kernels" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
is "$(driver_of $kernels) $(group_of $kernels)" "vtd_dma_test $(group_of $two)" "in the group of $two"
mkfifo /tmp/in
"$faults" unclaimed $two < /tmp/in > /tmp/unclaimed 2>&1 &
exec 7> /tmp/in
wait_for 10 grep -q watching /tmp/unclaimed
before=$(faults)
dma_test unmapped > /dev/null
wait_for 5 eval '[ "$(faults)" -gt '"$before"' ]'
like "$(last_fault)" " device=$kernels " "$kernels reaches for what it must not"
exec 7>&-
wait $!
sed -i /watching/d /tmp/unclaimed
tap unclaimed 3 cat /tmp/unclaimed
ok "the test driver goes" rmmod vtd_dma_test

# --- somebody who was given the device, and nothing else
tap "refused, unprivileged" 17 nobody "$faults" refused
nok "unprivileged, a group of root's is not to be had" nobody "$faults" kept $first
give $first nobody
tap "kept, unprivileged" 4 nobody "$faults" kept $first

# --- coming and going
exec 7<> /dev/vtd-vfio
is "$(used)" 1 "an open file counts"
nok "vtd_vfio_glue stays while one is open" rmmod vtd_vfio_glue
exec 7>&-
for edu in $first $second $two $conventional; do unbind $edu; done
ok "interrupts are remapped" modprobe vtd_intr_remap
ok "$first goes to vfio-pci" bind_to $first vfio-pci
give $first nobody
text=$(nobody "$faults" owner $first $first 1 1)
is "$(grep -c '^ok' <<< "$text") $(grep -c '^not ok' <<< "$text")" "33 0" "unprivileged, with interrupts remapped: all of it" || diag "$text"
unbind $first
is "$(used)" 0 "nothing holds the module"
ok "vtd_intr_remap goes" rmmod vtd_intr_remap
ok "vtd_dmar goes, and takes vtd_vfio_glue with it" modprobe -r vtd_dmar
is "$(ls -d /sys/module/vtd_* /dev/vtd* 2> /dev/null)" "" "nothing is left"
