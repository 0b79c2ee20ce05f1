# SPDX-License-Identifier: GPL-2.0
# The user's guide, as a new user reads it: every command of Documentation/guide.rst
# that is marked for it, copied as it stands, in its order, on a machine whose
# devices had their drivers before. Each must succeed, and what the guide says of it
# must be so.
# vm: --qemu "-m 3G -netdev user,id=n0 -drive file=@share/d0.img,if=none,id=d0,format=raw"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=10.0 -device e1000e,netdev=n0,bus=rp1"
# vm: --qemu "-device pcie-root-port,id=rp2,chassis=2,slot=2,addr=11.0 -device edu,bus=rp2"
# vm: --qemu "-device pcie-root-port,id=rp3,chassis=3,slot=3,addr=12.0 -device nvme,drive=d0,serial=x1,bus=rp3"
# vm: --qemu "-device pcie-root-port,id=rp4,chassis=4,slot=4,addr=13.0 -device pcie-pci-bridge,id=pb,bus=rp4"
# vm: --qemu "-netdev user,id=n1 -device pcnet,netdev=n1,bus=pb,addr=1.0"
# vm: --qemu "-netdev user,id=n2 -device rtl8139,netdev=n2,bus=pb,addr=2.0"
# disk: d0.img 64M
# variant: legacy
# variant: scalable --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"
# in-turn: yes
# kernels: 6.12 7.2
# timeout: 600

# shellcheck source=selftests/lib/guide.sh
. /src/selftests/lib/guide.sh
page=/src/Documentation/guide.rst
# shellcheck disable=SC2034
kvm_body=kvm-in-guide kvm_modules=nvme
guide_plan $((23 + $(grep -c scalable <<< "$where")))
ok "there is KVM" kvm_ready
dd if=/dev/urandom "of=$disk" bs=256K count=16 oflag=direct conv=fsync status=none
sum=$(disk_sum "$disk" 0 4)
# What Debian has there, here with a test of the disk in it.
kvm_initrd "/boot/initrd.img-$(uname -r)" || bail "no initramfs"

# What must be so after a command.
after() {
	case $1 in
	"vtdctl why "*) after_why ;;
	"vtdctl doctor") said '^ok    boot line' "the doctor has nothing against the boot line" ;;
	"vtdctl attach --try 60") is "$(field vtd state)" trial "it is a trial" ;;
	"vtdctl confirm") is "$(field vtd state)" attached "it stays" ;;
	"vtdctl adopt $nvme")
		is "$(state $nvme) $(driver_of $nvme)" "managed nvme" "the disk is translated, with its driver" ;;
	"qemu-system-x86_64 "*)
		tr -d '\r' < $out > /tmp/guest
		diag "$(tail -n 4 /tmp/guest)"
		is "$(sed -n 's/^inner: read=\([^ ]*\) .*/\1/p' /tmp/guest)" "$sum" \
			"the guest has read the disk" ;;
	"vtdctl adopt $net")
		is "$(state $net) $(driver_of $net)" "managed e1000e" "the network card is translated"
		ok "and works" net_up $net ;;
	"vtdctl irqs") said '^interrupts are isolated' "interrupts are isolated" ;;
	"vtdctl stats $net") said "^$net .* strict" "its unmaps are strict" ;;
	"vtdctl walk $nvme "*) said 'blocked' "a PASID that the device has not is blocked" ;;
	"vtdctl faults") told "by $edu .* blocked" "the fault is told" ;;
	"vtdctl walk 0000:05:01.0 "* | "vtdctl walk $edu "*) said 'a write: blocked' "the walk ends as the fault did" ;;
	"vtdctl release $nvme") is "$(state $nvme) $(driver_of $nvme)" "pass-through nvme" "the disk passes through" ;;
	"vtdctl report "*) ok "the report is there" grep -q '^== ' report.txt ;;
	"echo $rtl > "*) is "$(driver_of $rtl)" - "the other one has no driver" ;;
	"vtdctl detach") is "$(field vtd state)" detached "everything is given back" ;;
	"modprobe -r vtd_dmar") nok "the module is gone" test -e /sys/module/vtd_dmar ;;
	esac
}

# "why" is asked several times; each time the answer is another.
whys=0
after_why() {
	whys=$((whys + 1))
	case $whys in
	1) said "can be assigned once this is done" "why: something is to be done" ;;
	2) said "vfio-pci hands it to user space" "why: vfio-pci has it" ;;
	3) said "nothing isolates $rtl from it" "why: the other one is named" ;;
	4) said "echo $rtl >" "why: and what to do" ;;
	5) said "^0000:05:01.0 can be assigned" "why: now it can" ;;
	esac
}

before() {
	case $1 in
	"What a fault means")
		insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko" || bail "no test driver"
		dma_test unmapped > /dev/null
		wait_for 5 eval '[ "$(faults)" -gt 0 ]' ;;
	"Giving everything back") rmmod vtd_dma_test ;;
	esac
}

guide_run
is $whys 5 "why was asked five times"
