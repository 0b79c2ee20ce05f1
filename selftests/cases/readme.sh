# SPDX-License-Identifier: GPL-2.0
# README.md, as a new user reads it: every command that is marked for it, copied as it
# stands, in its order, on a machine whose devices had their drivers before. Between
# two sections only what the first has done to the disk is undone.
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
page=/src/README.md
guide_plan $((13 + $(grep -c scalable <<< "$where")))
modprobe ahci || bail "no ahci"
ahci=0000:00:1f.2
is "$(driver_of $ahci)" ahci "so is the disk controller"

before() {
	case $1 in
	"Choose what unmapping costs")
		vtdctl adopt $nvme > /dev/null && unbind $nvme &&
			echo DMA > /sys/bus/pci/devices/$nvme/iommu_group/type &&
			bind_default $nvme || bail "the disk does not become strict" ;;
	"Give a device to user space") vtdctl release $nvme > /dev/null || bail "no release" ;;
	Undo) bind_default $nvme && vtdctl release $nvme > /dev/null || bail "no release" ;;
	esac
}

after() {
	case $1 in
	"vtdctl attach --try 60") is "$(field vtd state)" trial "it is a trial" ;;
	"vtdctl confirm") is "$(field vtd state)" attached "it stays" ;;
	"vtdctl adopt $ahci") is "$(state $ahci) $(driver_of $ahci)" "managed ahci" "it is translated" ;;
	"vtdctl html "*) ok "the page is there" grep -q '<html' /tmp/vtd.html ;;
	"vtdctl report "*) ok "the report is there" grep -q '^== ' report.txt ;;
	"echo DMA-FQ > "*) is "$(group_type $nvme)" DMA-FQ "the type is another" ;;
	"vtdctl strict "*) told "unmaps are flushed at once" "it says so" ;;
	"vtdctl walk 03:00.0 0x7f"*) told "blocked" "a PASID that the device has not is blocked" ;;
	"vtdctl irqs") said '^interrupts are isolated' "interrupts are isolated" ;;
	"echo $nvme > /sys/bus/pci/drivers_probe")
		is "$(state $nvme) $(driver_of $nvme)" "managed vfio-pci" "user space can have the disk" ;;
	"vtdctl release $ahci") is "$(state $ahci) $(driver_of $ahci)" "pass-through ahci" "it passes through" ;;
	"vtdctl detach") is "$(field vtd state)" detached "everything is given back" ;;
	"modprobe -r vtd_dmar") nok "the module is gone" test -e /sys/module/vtd_dmar ;;
	esac
}

guide_run
