# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A KVM guest in the machine owns its second disk and its network card, which are
# handed over as the documentation says, and come back afterwards.
# shellcheck source=lib.sh
. ./lib.sh
plan 29
data=$(nvme_of data) net=$(bdf_of 8086:10d3)
inner=/tmp/inner
pid=''

driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }

# The inner guest's initramfs: busybox, the two drivers, and what it shall do.
initrd() {
	local path name
	rm -rf $inner.root
	mkdir -p $inner.root/{bin,modules,vtd} || return
	cp /bin/busybox $inner.root/bin/ && cp kvm-init $inner.root/init &&
		cp kvm-in-devices $inner.root/vtd/body || return
	chmod 755 $inner.root/init
	echo "READ=16 WRITE=4" > $inner.root/vtd/sizes
	: > $inner.root/modules/order
	for path in $(for name in nvme e1000e; do modprobe --show-depends $name; done |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'); do
		name=${path##*/}
		case $path in
		*.xz) busybox unxz -c "$path" > "$inner.root/modules/${name%.xz}" ;;
		*) cp "$path" "$inner.root/modules/" ;;
		esac || return
		echo "${name%.xz}" >> $inner.root/modules/order
	done
	(cd $inner.root && find . | cpio -o -H newc --quiet) > $inner.initrd
}

start() {
	mkdir -p $inner && rm -f $inner/* && mkfifo $inner/in || return
	exec 7<> $inner/in
	: > $inner/serial
	qemu-system-x86_64 -machine q35,kernel-irqchip=on -accel kvm -cpu host -m 256M \
		-smp 1 -nodefaults -display none -serial stdio -no-reboot \
		-kernel "/boot/vmlinuz-$(uname -r)" -initrd $inner.initrd \
		-append "console=ttyS0 quiet panic=-1 no_timer_check rcupdate.rcu_cpu_stall_timeout=120" \
		-device "vfio-pci,host=$data,rombar=0" -device "vfio-pci,host=$net,rombar=0" \
		<&7 > $inner/serial 2> $inner/errors &
	pid=$!
}

said() { tr -d '\r' < $inner/serial | sed -n "s/.*inner: \(.* \)\?$1=\([^ ]*\).*/\2/p"; }

# until_said KEY SECONDS
until_said() {
	local end=$((SECONDS + $2))
	until [ -n "$(said "$1")" ]; do
		kill -0 "$pid" 2> /dev/null && [ $SECONDS -lt $end ] || return
		sleep 1
	done
}

# The guest's disk, read from here.
sum_of() {
	dd if="$1" bs=1M skip="$2" count="$3" iflag=direct status=none | sha256sum | cut -d' ' -f1
}

block_of() {
	local d
	for d in "/sys/bus/pci/devices/$1"/nvme/nvme*/nvme*n1; do
		[ -e "$d" ] && echo "/dev/${d##*/}" && return
	done
	return 1
}

is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "the modules are loaded"
like "$data" '^0000:' "there is a second disk"
for bdf in "$data" "$net"; do
	is "$(field "device name=$bdf" state)" managed "$bdf is managed"
	ok "vtdctl why: $bdf can be assigned" vtdctl why "$bdf"
done
ok "the initramfs of the inner guest is made" initrd
ok "KVM can be had" modprobe kvm_amd
ok "vfio-pci can be loaded" modprobe vfio-pci
is "$(cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts)" N \
	"nothing unsafe is allowed"

# The disk with driverctl, the card by hand.
ok "driverctl hands the disk over" driverctl --nosave set-override "$data" vfio-pci
ok "sysfs: driver_override" sh -c "echo vfio-pci > /sys/bus/pci/devices/$net/driver_override"
ok "sysfs: unbind" sh -c "echo $net > /sys/bus/pci/devices/$net/driver/unbind"
ok "sysfs: probe" sh -c "echo $net > /sys/bus/pci/drivers_probe"
is "$(driver_of "$data") $(driver_of "$net")" "vfio-pci vfio-pci" "VFIO has both"

start
ok "the inner guest is up, with both devices" until_said ready 900
like "$(vtdctl status)" "$data +managed +unmanaged +vfio-pci" "vtdctl status shows the disk in its hands"
like "$(vtdctl irqs)" "vfio-msix.*\($data\)" "vtdctl irqs shows its interrupts"
ok "modprobe -r vtd_dmar is refused meanwhile" not modprobe -r vtd_dmar
ok "so is rmmod vtd_intr_remap" not rmmod vtd_intr_remap
echo go >&7
ok "it has done its work" until_said done 900
is "$(said read)" "$(cat data.sum)" "it read the disk as it was written outside"
is "$(said pings)" 3 "it was answered three pings of three"
like "$(said nvme) $(said e1000e)" '^[1-9][0-9]* [1-9][0-9]*$' "both devices raised interrupts in it"
for try in $(seq 60); do
	kill -0 "$pid" 2> /dev/null || break
	sleep 1
done
if kill -0 "$pid" 2> /dev/null; then kill -KILL "$pid"; diag "it did not end by itself"; fi
wait "$pid"
is $? 0 "it ended by itself"

driverctl --nosave unset-override "$data" > /dev/null 2>&1
echo > "/sys/bus/pci/devices/$net/driver_override"
echo "$net" > "/sys/bus/pci/devices/$net/driver/unbind"
echo "$net" > /sys/bus/pci/drivers_probe
for try in $(seq 60); do
	[ -b "$(block_of "$data")" ] && break
	sleep 1
done
is "$(driver_of "$data") $(driver_of "$net")" "nvme e1000e" "both devices are back"
is "$(sum_of "$(block_of "$data")" 16 4)" "$(said wrote)" "the disk has what the guest wrote"
ok "the network works" net_works "$net"
is "$(vtd faults | grep -c '^fault ')" 0 "no DMA fault"
diag "$(tr -d '\r' < $inner/serial | tail -n 12)" "$(cat $inner/errors)"
