# SPDX-License-Identifier: GPL-2.0
# One machine through a crash, kexec into a kernel with the built-in driver, back
# into one without it, and reboots, each time with a translated disk and network in
# use and interrupts remapped: every kernel finds hardware it can work with, and not
# a byte is lost or wrong.
# With a thread for each CPU QEMU now and then runs an int3 that the kernel, which
# patches its text, has just taken away; a kernel that kexec starts dies of it.
# vm: --qemu "-accel tcg,thread=single"
# vm: --append "crashkernel=768M iomem=relaxed" --qemu "-m 4G -action reboot=reset"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# disk: d0.img 64M
# tier: check soak
# allow: Kernel panic - not syncing: sysrq triggered crash|Call Trace:
# timeout: 900
# soak-timeout: 7200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)

# The body runs in each kernel, and does one step: how it has the disk, and how
# it starts the next kernel.
steps=(
	"managed crash"
	"bare reboot"
	"passing builtin"
	"builtin kexec"
	"managed kexec"
	"adopted reboot"
)
rounds=1
[ "$TIER" = check ] || [ "$K" = debug ] || rounds=10
# That with sanitizers lies beside the root's own.
image=/boot/vmlinuz-$(uname -r)
[ "$K" != debug ] || image=/bzImage

# --- what goes from kernel to kernel --------------------------------------------

at=0 checks=0 started=boot
[ ! -e /share/state ] || read -r at checks started < /share/state
if [ "$at" = $((rounds * ${#steps[@]})) ]; then
	how=bare leave=end
else
	read -r how leave <<< "${steps[at % ${#steps[@]}]}"
fi
say="step $at, $how after $started:"

pass_on() {
	echo $((at + 1)) "$checks" "$leave" > /share/new
	mv /share/new /share/state
	sync
	# What the serial line still holds would be lost.
	sleep 1
}

# The kernel's command line, for one that starts without or with the built-in driver;
# by its step it is known again.
words() {
	sed -e 's/crashkernel=[^ ]*//' -e "s/intel_iommu=[^ ]*/intel_iommu=$1/" \
		-e "s/intremap=[^ ]*/intremap=$1/" -e 's/ vtd.step=[^ ]*//' \
		-e "s/\$/ vtd.step=$((at + 1))/" /proc/cmdline
}

load_next() {
	again_initrd > /tmp/initrd &&
		kexec -s "$1" "$image" --initrd=/tmp/initrd --command-line="$2"
}

# --- the steps --------------------------------------------------------------------

gsts_bit() {
	local gsts
	gsts=$(/run/vtd/busybox devmem 0xfed9001c 32) && echo $((gsts >> $1 & 1))
}

# What the kernel before left of the unit. The built-in code of this one, told to be
# off, switches translation off by itself when it starts. A kernel with the built-in
# driver leaves its remapping and its queue on.
look_at_unit() {
	if [ "$how" = builtin ]; then
		is "$(gsts_bit 31)$(gsts_bit 25)" 11 "$say the built-in driver translates and remaps"
		nok "$say and keeps the unit" modprobe vtd_dmar
		return
	fi
	is "$(gsts_bit 31)" 0 "$say translation is off"
	[ "$how$started" = managedkexec ] ||
		is "$(gsts_bit 25)" 0 "$say interrupts are not remapped, as we left it"
	[ "$how" != adopted ] || is "$(gsts_bit 26)" 0 "$say the queue is off, as we left it"
}

take_over() {
	case $how in
	bare) modprobe nvme ;;
	builtin) modprobe -a nvme e1000e ;;
	managed) modprobe vtd_dmar && modprobe nvme && modprobe e1000e && modprobe vtd_intr_remap ;;
	*)
		modprobe nvme && disk_ready "$nvme" && modprobe vtd_dmar && modprobe e1000e &&
			modprobe vtd_intr_remap || return
		[ "$how" = passing ] || vtdctl adopt "$nvme"
		;;
	esac
}

look_at_disk() {
	is "$(dd if="$disk" bs=1M skip=16 count=4 iflag=direct status=none | sha256sum)" \
		"$(cat /share/sum)" "$say the disk reads what was written before"
	ok "$say what is written now comes back" disk_check "$disk"
}

# To be read in the next kernel.
write_data() {
	head -c 4M /dev/urandom > /tmp/data
	dd if=/tmp/data of="$disk" bs=1M seek=16 oflag=direct conv=fsync status=none &&
		sha256sum < /tmp/data > /share/sum
}

look_at_ours() {
	local state=managed
	[ "$how" != passing ] || state=pass-through
	is "$(field "device name=$nvme" state) $(field "device name=$e1000e" state)" \
		"$state managed" "$say the disk is $how, the network managed"
	like "$(vtdctl irqs)" '^interrupts are isolated' "$say interrupts are isolated"
	unlike "$(dmesg)" 'remapping stays on in a crash' "$say the module is told of a crash"
	is "$(faults)" 0 "$say no fault"
}

case $started in
boot | reboot) ;;
*) ok "$say that kernel was started, not the machine" grep -qw "vtd.step=$at" /proc/cmdline ;;
esac
look_at_unit
ok "$say the drivers load" take_over
disk=$(disk_ready "$nvme") || bail "$say no disk"
[ "$started" = boot ] || look_at_disk
case $how in
bare) ;;
builtin) unlike "$(dmesg)" 'DMAR:.*fault' "$say no fault" ;;
*) look_at_ours ;;
esac
[ "$how" = bare ] || ok "$say the network works" net_up "$e1000e"
ok "$say data is on the disk" write_data

# --- on to the next kernel ---------------------------------------------------------

case $leave in
end)
	finish
	exit
	;;
crash) ok "$say the kernel for a crash is loaded" load_next -p "$(words off) nr_cpus=1 reset_devices" ;;
kexec) ok "$say the next kernel is loaded" load_next -l "$(words off)" ;;
builtin) ok "$say the next kernel is loaded" load_next -l "$(words on)" ;;
esac
disk_start "$disk"
[ "$how" = bare ] || ping_start
pass_on
case $leave in
crash) echo c > /proc/sysrq-trigger ;;
reboot) /run/vtd/busybox reboot -f ;;
*) kexec -e ;;
esac
sleep 60
bail "$say the $leave did not happen"
