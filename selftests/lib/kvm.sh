# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A guest in the guest: QEMU with KVM (kvm_amd: the CPU that TCG emulates has SVM),
# which owns devices through vfio-pci. For a case, and for the
# demo; source it after guest.sh. lib/kvm-init is what the inner guest runs.

# shellcheck source=life.sh
. /src/selftests/lib/life.sh

# MiB of the inner guest's memory, and of the disk that it reads and writes.
kvm_mem=256 kvm_pid='' kvm_dir=/tmp/kvm
# shellcheck disable=SC2034
kvm_read=16 kvm_write=4
# What it does, a file of lib/; the kernel's modules that it has; more words of its
# kernel's command line; are its devices plugged into ports?; more options of QEMU. A
# case may change these before the first guest starts.
kvm_body=kvm-in-devices kvm_modules="nvme e1000e" kvm_append='' kvm_ports='' kvm_options=()

# kvm_ready: loads KVM; fails and says why when there is none
kvm_ready() {
	grep -qw svm /proc/cpuinfo || {
		echo "the CPU has no SVM"
		return 1
	}
	modprobe kvm_amd 2>&1 || {
		dmesg | grep -i kvm | tail -n 3
		return 1
	}
	[ -c /dev/kvm ] || {
		echo "kvm_amd is loaded, but there is no /dev/kvm"
		return 1
	}
}

# vfio_isolated: VFIO without leave to take devices whose interrupts are not isolated
vfio_isolated() {
	modprobe -q -r vfio_pci vfio_iommu_type1
	modprobe vfio_iommu_type1 && modprobe vfio-pci && ! vfio_unsafe
}

# Was that leave given?
vfio_unsafe() {
	[ "$(cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts)" != N ]
}

# --- taking devices from the host, and giving them back ----------------------

# The order in which libvirt does it for <hostdev managed='yes'> and "virsh
# nodedev-detach": first it looks for members of the group that the host still
# uses, then it names the driver, and only then is the device unbound.
libvirt_detach() {
	local dev=/sys/bus/pci/devices/$1 other
	for other in "$dev"/iommu_group/devices/*; do
		other=${other##*/}
		case $other:$(driver_of "$other") in
		"$1":* | *:- | *:vfio-pci | *:pcieport) ;;
		*)
			echo "$other is in the same group"
			return 1
			;;
		esac
	done
	echo vfio-pci > "$dev/driver_override" && unbind "$1" &&
		echo "$1" > /sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = vfio-pci ]
}

libvirt_reattach() {
	echo > "/sys/bus/pci/devices/$1/driver_override" && unbind "$1" &&
		echo "$1" > /sys/bus/pci/drivers_probe
	case $(driver_of "$1") in - | vfio-pci) return 1 ;; esac
}

# --- the inner guest -----------------------------------------------------------

# kvm_initrd FILE: its initramfs, the modules in it
kvm_initrd() {
	local root=/tmp/kvm-root path name module
	initrd_start $root /src/selftests/lib/kvm-init || return
	mkdir -p $root/vtd
	cp "/src/selftests/lib/$kvm_body" $root/vtd/body
	echo "READ=$kvm_read WRITE=$kvm_write" > $root/vtd/sizes
	: > $root/modules/order
	while read -r path; do
		name=${path##*/}
		name=${name%.xz}
		case $path in
		*.xz) xz -dc "$path" > "$root/modules/$name" ;;
		*) cp "$path" "$root/modules/$name" ;;
		esac && echo "$name" >> $root/modules/order || return
	done < <(for module in $kvm_modules; do modprobe --show-depends "$module"; done |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }')
	initrd_pack $root > "$1"
}

# kvm_start DIR BDF...: starts it with these devices, as the user that
# $kvm_user names, who has then to own what it opens; its serial line is DIR/serial
kvm_start() {
	local dir=$1 bdf args=() as=() n=0 bus
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	[ -e /tmp/kvm.initrd ] || kvm_initrd /tmp/kvm.initrd || return
	for bdf in "$@"; do
		bus='' n=$((n + 1))
		if [ -n "$kvm_ports" ]; then
			args+=(-device "pcie-root-port,id=port$n,chassis=$n,slot=$n")
			bus=",bus=port$n"
		fi
		# The option ROM is for a machine that starts from the device.
		args+=(-device "vfio-pci,host=$bdf,rombar=0$bus")
	done
	if [ -n "${kvm_user:-}" ]; then
		# The limit is libvirt's for a guest with devices: its memory and 1 GiB.
		as=(prlimit "--memlock=$(((kvm_mem + 1024) << 20))"
			setpriv --reuid "$kvm_user" --regid "$(id -g "$kvm_user")" --clear-groups)
		chown "$kvm_user" "$dir" /dev/kvm
		for bdf in "$@"; do
			chown "$kvm_user" "/dev/vfio/$(group_of "$bdf")"
		done
	fi
	: > "$dir/serial"
	mkfifo "$dir/in"
	exec 7<> "$dir/in"
	"${as[@]}" qemu-system-x86_64 -machine q35,kernel-irqchip=on -accel kvm -cpu host \
		-m "${kvm_mem}M" -smp 1 -nodefaults -display none -serial stdio -no-reboot \
		-kernel "/boot/vmlinuz-$(uname -r)" -initrd /tmp/kvm.initrd \
		-append "console=ttyS0 quiet panic=-1 no_timer_check rcupdate.rcu_cpu_stall_timeout=120 $kvm_append" \
		"${kvm_options[@]}" "${args[@]}" <&7 > "$dir/serial" 2> "$dir/errors" &
	kvm_pid=$! kvm_dir=$dir
}

kvm_alive() { [ -n "$kvm_pid" ] && kill -0 "$kvm_pid" 2> /dev/null; }

# The value of one key that the inner guest told.
kvm_said() { tr -d '\r' < "$kvm_dir/serial" | sed -n "s/.*inner: \(.* \)\?$1=\([^ ]*\).*/\2/p"; }

# kvm_until KEY SECONDS: until it has told that
kvm_until() {
	local end=$((SECONDS + $2))
	until [ -n "$(kvm_said "$1")" ]; do
		kvm_alive && [ $SECONDS -lt $end ] || return
		sleep 0.5
	done
}

# It is ready and may use the devices.
kvm_go() { echo go >&7; }

# kvm_ask SECONDS WORD...: a guest that takes commands (lib/kvm-in-vf) is
# told one; prints its answer
kvm_ask() {
	local seconds=$1 number=${EPOCHREALTIME/[.,]/}
	shift
	echo "$number $*" >&7
	if kvm_until "answer$number" "$seconds"; then kvm_said "answer$number"; else echo "no answer"; fi
}

# kvm_end SECONDS: until it is over, or then by force; fails when that was needed
# or QEMU failed
kvm_end() {
	local end=$((SECONDS + $1)) rc=0
	while kvm_alive; do
		if [ $SECONDS -ge $end ]; then
			echo "the guest did not end by itself in $1 s"
			kill -KILL "$kvm_pid"
			rc=1
			break
		fi
		sleep 0.5
	done
	wait "$kvm_pid" || rc=$?
	exec 7>&-
	return $rc
}

# All that it and its QEMU wrote.
kvm_log() { tr -d '\r' < "$kvm_dir/serial"; cat "$kvm_dir/errors"; }

# Is what they wrote free of complaints? Older kernels cannot do peer-to-peer DMA
# between guests' devices, and QEMU says so. $kvm_expected: a pattern for what else
# is none.
kvm_clean() {
	! kvm_log | grep -vE "warning: VFIO dma-buf not supported${kvm_expected:+|$kvm_expected}" |
		grep -E 'BUG|WARNING|Oops|Call Trace|[Pp]anic|qemu|failed='
}

# --- what it leaves ---------------------------------------------------------------

# disk_sum DISK START COUNT: the checksum of that part, in MiB
disk_sum() {
	dd if="$1" bs=256K skip=$(($2 * 4)) count=$(($3 * 4)) iflag=direct status=none |
		sha256sum | cut -d' ' -f1
}
