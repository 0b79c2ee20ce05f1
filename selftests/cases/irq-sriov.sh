# SPDX-License-Identifier: GPL-2.0
# Virtual functions that are made while interrupts are remapped: each has entries
# of its own, which its source-id alone may use; they go away with it.
# vm: --qemu "-smp 2 -device pcie-root-port,id=rp0,chassis=1,slot=1 -netdev user,id=n0 -device igb,netdev=n0,bus=rp0,addr=0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# timeout: 240

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

# entries BDF: the 128 bits of each of its entries that is in use
entries() {
	vtdctl irqs --json | python3 -c '
import json, sys
for irq in json.load(sys.stdin)["irqs"]:
    if irq["device"] == sys.argv[1] and irq["format"] == "remapped" and irq.get("vector"):
        print(irq["entry"])' "$1"
}
# The source-id that an entry lets through, as in 0x0110; "-" where it is not exact.
sources() {
	entries "$1" | while read -r entry; do
		hi=$((0x${entry:2:16}))
		[ $((hi >> 18 & 3)) = 1 ] && [ $((hi >> 16 & 3)) = 0 ] &&
			printf '0x%04x\n' $((hi & 0xffff)) || echo -
	done | sort -u
}
# sid BDF
sid() {
	local bus=${1:5:2} devfn=${1:8}
	printf '0x%02x%02x\n' $((0x$bus)) $((0x${devfn%.*} << 3 | ${devfn#*.}))
}
count() { awk -v d="$1" '$0 ~ d { for (i = 2; i <= 3; i++) s += $i } END { print s + 0 }' /proc/interrupts; }

plan 19
ok "vtd_dmar loads" modprobe vtd_dmar
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
modprobe -a igb igbvf
pf=$(pci_find 8086:10c9)
ok "the physical function has link" net_up "$pf"
is "$(sources "$pf")" "$(sid "$pf")" "its entries are for its source-id alone"
echo 2 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
mapfile -t vfs < <(pci_find 8086:10ca)
is "${#vfs[@]}" 2 "there are two virtual functions"
for vf in "${vfs[@]}"; do
	wait_for 20 net_of "$vf" > /dev/null
	ip link set "$(net_of "$vf")" up
	ok "$vf has entries" test "$(entries "$vf" | wc -l)" -ge 1
	is "$(sources "$vf")" "$(sid "$vf")" "they are for its source-id alone"
done
ok "every message and entry fits" messages
before=$(count "$(net_of "${vfs[0]}")")
ip addr add 10.0.2.16/24 dev "$(net_of "${vfs[0]}")"
ping -c 3 -W 1 -I "$(net_of "${vfs[0]}")" 10.0.2.2 > /dev/null
ok "a virtual function's interrupts come" test "$(count "$(net_of "${vfs[0]}")")" -gt "$before"
used=$(vtdctl irqs | sed -n 's/.*, \([0-9]*\) of .*entries used.*/\1/p')
echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
is "$(pci_find 8086:10ca | wc -l)" 0 "the virtual functions are gone"
now=$(vtdctl irqs | sed -n 's/.*, \([0-9]*\) of .*entries used.*/\1/p')
ok "their entries too ($used, $now)" test "$now" -lt "$used"
ok "the physical function works" net_up "$pf"
ok "vtd_intr_remap is taken out" rmmod vtd_intr_remap
echo 1 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
wait_for 20 pci_find 8086:10ca > /dev/null
unlike "$(cat /proc/interrupts)" ' IR-|VTD-IR' "a virtual function that is made now is not remapped"
ok "the physical function works" net_up "$pf"
echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
unbind "$pf"
unlike "$(vtd faults)" '^fault' "no fault"
ok "vtd_dmar is taken out" modprobe -r vtd_dmar
