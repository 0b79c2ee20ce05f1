# SPDX-License-Identifier: GPL-2.0
# The modules are exchanged for another build while a disk and a network card are
# in use: no request fails, no byte is wrong, no answer is missing but the one that
# e1000e, told to stand still, may throw away with its receive ring; what was
# translated, remapped and set is so again. Whatever stands against it is named
# before anything is touched, and a new build that does not load is taken back.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0 -device pci-testdev"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# kernels: 6.12 7.2
# tier: check soak
# allow: vtd_(dmar|intr_remap): Unknown symbol
# timeout: 900
# soak-timeout: 3600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
rounds=2
[ "$TIER" != soak ] || rounds=100

# --- builds ---------------------------------------------------------------------

# What is installed, which may be changed: the guest's root is its own.
modules=$(dirname "$(modinfo -n vtd_dmar)")
mkdir -p /tmp/first /tmp/second
cp "$modules"/vtd_*.ko /tmp/first/
for f in /tmp/first/*.ko; do
	/src/selftests/lib/other_build.py version "$f" "/tmp/second/${f##*/}" ||
		bail "no second build"
done
install_build() { cp "/tmp/$1"/*.ko "$modules/"; }
# other HOW NAME: only that module is another
other() {
	/src/selftests/lib/other_build.py "$1" "/tmp/second/$2.ko" "$modules/$2.ko" ||
		fail "a build of $2 that is $1"
}

version() { cat /sys/module/vtd_dmar/version /sys/module/vtd_intr_remap/version | tr '\n' ' '; }
source_of() { cat "/sys/module/$1/srcversion"; }

# Everything a change could have touched, as text to compare.
as_it_is() {
	version
	cat /sys/module/vtd_*/srcversion
	vtdctl status | grep -v faults
	grep -H . /sys/kernel/iommu_groups/*/type
	dmesg | grep -c 'vtd_dmar: attached'
}

# --- a machine in use --------------------------------------------------------------

modprobe vtd_dmar history=1 && modprobe nvme && modprobe e1000e && modprobe vtd_intr_remap &&
	modprobe vtd_vfio_glue || bail "no machine to upgrade"
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3) testdev=$(pci_find 1b36:0005)
vga=$(pci_find 1234:1111) bridge=$(pci_find 8086:29c0)
disk=$(disk_ready "$nvme") && net_up "$e1000e" || bail "the devices do not work"

# What can be set.
group_dir() { readlink -f "/sys/bus/pci/devices/$1/iommu_group"; }
vtdctl strict "$e1000e" on > /dev/null || bail "strict"
vtdctl release "$vga" > /dev/null || bail "release"
echo identity > "$(group_dir "$bridge")/type" || bail "type"
settings() {
	echo "nvme $(group_type "$nvme") $(unmaps "$nvme")"
	echo "e1000e $(group_type "$e1000e") $(unmaps "$e1000e")"
	echo "bridge $(group_type "$bridge")"
	echo "vga $(field "device name=$vga" state)"
	echo "history $(cat /sys/module/vtd_dmar/parameters/history)"
}
unmaps() { vtd "stats $1" | sed -n 's/^cost.* unmaps=\([a-z]*\).*/\1/p'; }
set_before=$(settings)
diag "$set_before"
like "$set_before" "nvme DMA-FQ lazy" "the disk is lazy"
like "$set_before" "e1000e DMA-FQ strict" "the network card was made strict"
like "$set_before" "bridge identity" "the bridge's group is of type identity"
like "$set_before" "vga pass-through" "the VGA was released"

# refused WHY WORDS...: says WHY, and everything is as it was
refused() {
	local what=$1 why=$2 before text rc
	before=$(as_it_is)
	text=$(vtdctl upgrade 2>&1)
	rc=$?
	is $rc 2 "$what: refused"
	like "$text" "$why" "$what: says so"
	is "$(as_it_is)" "$before" "$what: nothing was changed"
}

# --- what stands against it --------------------------------------------------------

before=$(as_it_is)
text=$(vtdctl upgrade 2>&1)
is $? 0 "the same build: no error"
like "$text" "nothing to upgrade; --force" "it says that there is nothing to do"
is "$(as_it_is)" "$before" "and nothing was done"
ok "copies of what is loaded are kept" vtdctl upgrade --keep

install_build second
text=$(vtdctl upgrade --dry-run 2>&1)
is $? 0 "another build: --dry-run succeeds"
like "$text" "vtd_dmar 0.1 .* -> 9.1" "it names the versions"
like "$text" "$nvme nvme: its driver stands still" "it names the disk"
is "$(as_it_is)" "$before" "and nothing was done"

rm "$modules/vtd_intr_remap.ko"
refused "a file is missing" "vtd_intr_remap is loaded, and no file"
install_build second
other kernel vtd_intr_remap
refused "a build for another kernel" "new vtd_intr_remap is for another kernel"
other magic vtd_dmar
refused "no module at all" "vtd_dmar is loaded, and no file"
install_build second
exec 7> /run/vtd-kmod/upgrade.lock
flock -n 7
refused "another one at work" "another vtdctl upgrade is at work"
exec 7>&-
exec 7<> /dev/vtd
refused "the control device is open" "has /dev/vtd open"
exec 7>&-
exec 7<> /dev/vtd-vfio
refused "faults are watched" "vtd_vfio_glue is in use.*"
exec 7>&-

modprobe vfio-pci || bail "no vfio-pci"
echo vfio-pci > "/sys/bus/pci/devices/$testdev/driver_override"
echo "$testdev" > /sys/bus/pci/drivers_probe
is "$(driver_of "$testdev")" vfio-pci "a device is for user space"
refused "such a device" "$testdev \(driver vfio-pci\) is bound"
echo "$testdev" > /sys/bus/pci/drivers/vfio-pci/unbind

# --- a new build that does not load --------------------------------------------------

disk_start "$disk"
ping_start
for bad in vtd_dmar vtd_intr_remap; do
	install_build second
	other symbol $bad
	text=$(vtdctl upgrade 2>&1)
	is $? 2 "a new $bad that does not load: an error"
	diag "$text"
	like "$text" "$bad: loading it: No such file" "it names the module"
	like "$text" "before are loaded again" "it says that the old ones are back"
	is "$(version)" "0.1 0.1 " "they are"
	is "$(settings)" "$set_before" "with all that was set"
	ok "and translate" translates
	like "$(vtdctl irqs)" '^interrupts are isolated' "and remap"
done
ok "the disk lost nothing" disk_stop "$disk"
ok "ping through e1000e lost one at most each time" ping_stop 2

# --- the upgrade -----------------------------------------------------------------------

install_build second
disk_start "$disk"
ping_start
sleep 1
text=$(vtdctl upgrade 2>&1)
is $? 0 "upgraded under I/O"
diag "$text"
like "$text" "vtd_dmar 0.1 .* -> 9.1" "it says from what to what"
like "$text" "DMA was not translated for: [0-9]+\.[0-9] ms" "and how long DMA was not translated"
like "$text" "interrupts were not remapped for: [0-9]+ ms" "and interrupts not remapped"
like "$text" "$nvme waited for: [0-9]+\.[0-9] ms" "and the disk waited"
is "$(version)" "9.1 9.1 " "another build is loaded"
is "$(field "device name=$nvme" state) $(field "device name=$e1000e" state)" "managed managed" "both are managed"
is "$(driver_of "$nvme") $(driver_of "$e1000e")" "nvme e1000e" "both have their drivers"
sleep 1
ok "the hardware has live translations for the disk" test "$(leaves "$nvme")" -gt 0
ok "and for the network" test "$(leaves "$e1000e")" -gt 0
ok "the disk lost nothing" disk_stop "$disk"
ok "ping through e1000e lost one at most each time" ping_stop 1
is "$(settings)" "$set_before" "all that was set is set"
like "$(vtdctl irqs)" '^interrupts are isolated' "interrupts are isolated"
is "$(faults)" 0 "there was no fault"
nok "nothing is left to resume" test -e /run/vtd-kmod/upgrade.state

# --- again and again, ended in the middle ------------------------------------------------

disk_start "$disk"
ping_start
good=0
for ((i = 0; i < rounds; i++)); do
	if [ $((i % 2)) = 0 ]; then install_build first; else install_build second; fi
	vtdctl upgrade --json > /tmp/json && grep -q '"result": "upgraded"' /tmp/json && good=$((good + 1))
done
is $good $rounds "$rounds times back and forth"
ok "ping through e1000e lost one at most each time" ping_stop $rounds
good=0 noted=0
for ((i = 0; i < rounds; i++)); do
	vtdctl upgrade --force > /dev/null 2>&1 &
	pid=$!
	# As soon as nothing translates.
	while [ -e /sys/module/vtd_dmar ] && kill -0 $pid 2> /dev/null; do :; done
	kill -9 $pid
	wait $pid 2> /dev/null
	[ ! -e /run/vtd-kmod/upgrade.state ] || noted=$((noted + 1))
	nok "one that was killed must be resumed first" vtdctl upgrade --force
	vtdctl upgrade --resume > /tmp/resume 2>&1 && good=$((good + 1)) || diag "$(cat /tmp/resume)"
	[ "$(settings)" = "$set_before" ] && translates || diag "$(settings)"
done
is $noted $rounds "$rounds times killed in the middle"
is $good $rounds "and resumed each time"
is "$(settings)" "$set_before" "all that was set is set"
ok "the disk lost nothing" disk_stop "$disk"
# Held for as long as nobody resumed it, the card may have dropped some.
ok "the network works" ping -c 3 -W 10 10.0.2.2
is "$(faults)" 0 "there was no fault"

# --- drivers that must be bound again --------------------------------------------------

modprobe ahci
ahci=$(pci_find 8086:2922)
is "$(driver_of "$ahci") $(field "device name=$ahci" state)" "ahci managed" "ahci has its device, which is managed"
install_build first
text=$(vtdctl upgrade --force 2>&1)
is $? 2 "a driver that does not bear it: refused"
like "$text" "$ahci \(driver ahci\) is not known to bear" "it names it"
like "$text" "rebind" "and what to do"
text=$(vtdctl upgrade --force --rebind 2>&1)
is $? 0 "with --rebind it goes"
diag "$text"
is "$(driver_of "$ahci") $(field "device name=$ahci" state)" "ahci managed" "ahci has its device, which is managed"

# --- the end -------------------------------------------------------------------------------

disk=$(disk_ready "$nvme")
ok "the disk works" disk_check "$disk"
modprobe -r ahci
modprobe -r nvme
modprobe -r e1000e
ok "the drivers unbind, and give back what they had" rmmod vtd_intr_remap
ok "the module is taken out" modprobe -r vtd_dmar
nok "nothing is left of what was handed over" test -e /sys/bus/platform/devices/vtd-handover
finish
