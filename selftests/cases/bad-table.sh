# SPDX-License-Identifier: GPL-2.0
# DMAR tables as no firmware should have them, really booted. "own" is the
# guest's own table, which the others are made from.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 90
# variants-from: selftests/lib/dmar-tables
# in-turn: yes
# tier: check soak
# allow: ^tainted: I \(0x800\)$

# The taint allowed is the kernel's own word for a firmware bug.
# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
# shellcheck source=selftests/lib/bad.sh
. /src/selftests/lib/bad.sh
table=/sys/firmware/acpi/tables/DMAR

# attaches REGION: 7 checks; e1000e has REGION reserved for it, or nothing
attaches() {
	local nvme e1000e disk group
	nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
	ok "the module loads" modprobe vtd_dmar
	modprobe nvme
	modprobe e1000e
	disk=$(disk_ready "$nvme")
	ok "the disk works" disk_check "$disk"
	is "$(group_type "$nvme")" DMA-FQ "and is translated"
	ok "the network works" net_up "$e1000e"
	group=$(grep direct "/sys/kernel/iommu_groups/$(group_of "$e1000e")/reserved_regions" | tr '\n' ' ')
	is "${group% }" "$1" "what is reserved for its device"
	if [ -n "$1" ]; then
		like "$(qmp walk "$e1000e" "$(cut -d' ' -f1 <<< "$1")")" \
			"^iova=(0x[0-9a-f]+) phys=\1 " "the hardware has it mapped one to one"
	else
		nok "the hardware has nothing mapped there" qmp walk "$e1000e" 0xe0000
	fi
	is "$(vtd faults)" "" "there is no fault"
}

like_table() { cmp "$table" "/src/build/dmar/$1.aml"; }

update="update the firmware"
case $VARIANT in
own)
	plan 1
	ok "the guest has the table that the others are made from" like_table base ;;
good | good+rmrr | rmrr-in-ram | unknown-type) plan 8 ;;
*) plan $((refusal_checks + 1)) ;;
esac
[ "$VARIANT" = own ] || ok "the guest has the table" like_table "$VARIANT"

case $VARIANT in
own) ;;
good | unknown-type) attaches "" ;;
good+rmrr) attaches "0x00000000000e0000 0x00000000000e0fff direct" ;;
rmrr-in-ram) attaches "0x0000000002000000 0x00000000020fffff direct" ;;
second-drhd-bogus-base | segments)
	refusal "no unit answers at 0xfedf0000 " "$update" ;;
no-drhd) refusal "offset 0: table: has no DRHD" "$update" ;;
rmrr-reversed) refusal "offset 176: RMRR: limit" "$update" ;;
cut-in-drhd) refusal "offset (48|50): .*DRHD" "$update" ;;
drhd-len-0) refusal "offset 50: .*length" "$update" ;;
junk-70k) refusal "offset 4: table: length" "$update" ;;
wrong-width) refusal "offset 36: .*width" "$update" ;;
bad-scope-length) refusal "offset 65: .*length" "$update" ;;
duplicate-drhd) refusal "offset 168: DRHD: registers" "$update" ;;
*) bail "no such table: $VARIANT" ;;
esac
