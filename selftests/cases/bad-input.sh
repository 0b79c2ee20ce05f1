# SPDX-License-Identifier: GPL-2.0
# Nonsense, on /dev/vtd and to vtdctl: refused with a message that names the
# thing, and nothing is changed by it.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 300

plan 133
chat=$PROGS/vtd_chat
modprobe vtd_dmar || bail "vtd_dmar does not load"
nvme=$(pci_find 1b36:0010)

# What must not change: all of status but for the counters of time.
state() { vtd status; cat /proc/sys/kernel/tainted; lsmod | grep vtd; }
before=$(state)

# refuse WHAT ERRNO REGEX: standard input is the command
refuse() {
	local text
	text=$("$chat" write 2>&1)
	is "$?" 1 "$1 is refused"
	like "$text" "^errno=$2 " "$1: errno $2"
	like "$text" "$3" "$1: the reply says what is wrong"
}
say() { printf '%s' "$*"; }

refuse "an unknown command" 22 "'bogus' is not a command" < <(say bogus)
refuse "a command in capitals" 22 "'STATUS'" < <(say STATUS)
refuse "a command with more behind it" 22 "'statusx'" < <(say statusx)
refuse "half a command" 22 "'stat'" < <(say stat)
refuse "status with an argument" 22 "takes no argument" < <(say "status now")
refuse "detach with an argument" 22 "detach takes nothing, hold" < <(say "detach all")
refuse "attach with nonsense" 22 "dry-run" < <(say "attach now")
refuse "a trial without a time" 22 "SECONDS" < <(say "attach try=")
refuse "a trial that is too short" 22 "5 to 3600" < <(say "attach try=4")
refuse "a trial that is too long" 22 "5 to 3600" < <(say "attach try=3601")
refuse "a trial of negative length" 22 "5 to 3600" < <(say "attach try=-5")
refuse "a trial in other units" 22 "5 to 3600" < <(say "attach try=60s")
refuse "a trial beyond every number" 22 "5 to 3600" < <(say "attach try=99999999999999")
refuse "a dry-run twice" 22 "dry-run" < <(say "attach dry-run dry-run")
refuse "adopt without a device" 19 "not a PCI device" < <(say "adopt")
refuse "adopt of a short address" 19 "'00:03.0' is not a PCI device: write it like" < <(say "adopt 00:03.0")
refuse "adopt of slot 0x20" 19 "not a PCI device" < <(say "adopt 0000:00:20.0")
refuse "adopt of function 8" 19 "not a PCI device" < <(say "adopt 0000:00:03.8")
refuse "adopt of bus 0x100" 19 "not a PCI device" < <(say "adopt 0000:100:03.0")
refuse "adopt with more behind it" 19 "not a PCI device" < <(say "adopt $nvme junk")
refuse "adopt of a device that is not there" 19 "there is no device 0000:00:0b.0" < <(say "adopt 0000:00:0b.0")
refuse "adopt in a segment that is not there" 19 "no device|not a PCI device" < <(say "adopt 10000:00:03.0")
refuse "release of a device that is not managed" 19 "0000:00:1e.0 is not managed" < <(say "release 0000:00:1e.0")
refuse "release without a device" 19 "not a PCI device" < <(say "release")
refuse "a zero byte behind a command" 22 "zero bytes" < <(printf 'status\0')
refuse "a zero byte inside" 22 "zero bytes" < <(printf 'sta\0tus')
refuse "a zero byte alone" 22 "zero bytes|not a command" < <(printf '\0')
refuse "128 bytes" 22 "at most 127 bytes" < <(printf '%0128d' 0)
refuse "127 bytes that are no command" 22 "not a command" < <(printf '%0127d' 0)
refuse "a megabyte" 22 "at most 127 bytes" < <(head -c 1048576 /dev/zero | tr '\0' a)
refuse "a format" 22 "'%s%n%x'" < <(printf '%%s%%n%%x')
refuse "blanks" 22 "not a command" < <(printf '   ')
refuse "two lines" 22 "not a command" < <(printf 'detach\nattach')
refuse "bytes that are no text" 22 "not a command" < <(printf '\377\376\033[2J')

nok "an address that is not there is refused" "$chat" fault
like "$("$chat" fault 2>&1)" "^errno=14 " "with EFAULT"
nok "an empty write is refused" "$chat" empty
is "$("$chat" read 2>&1)" "" "there is no reply before a command"
is "$("$chat" small)" "$(vtd status)" "a reply may be read byte by byte"
is "$(printf ' status \n' | "$chat" write)" "$(vtd status)" "blanks around a command do no harm"

# --- who may
is "$(stat -c '%a %U' /dev/vtd)" "600 root" "/dev/vtd is root's alone"
like "$("$chat" drop-root 2>&1)" "^errno=13 " "another user gets EACCES"
chmod 666 /dev/vtd
like "$("$chat" drop-root 2>&1)" "^errno=1 " "and EPERM when the mode would allow it"
chmod 600 /dev/vtd

# --- vtdctl
vtdctl_refuses() {
	local what=$1 regex=$2 text rc
	shift 2
	text=$(flat vtdctl "$@")
	rc=$?
	ok "vtdctl $what: refused" test $rc = 1 -o $rc = 2
	like "$text" "$regex" "vtdctl $what: says what is wrong"
}
vtdctl_refuses "without a command" "[Uu]sage|vtdctl --help"
vtdctl_refuses "with nonsense" "bogus" bogus
vtdctl_refuses "adopt without a device" "adopt" adopt
vtdctl_refuses "adopt of no address" "xyz" adopt xyz
vtdctl_refuses "adopt of a device that is not there" "00:0b.0" adopt 00:0b.0
vtdctl_refuses "adopt of two devices" "adopt|argument" adopt "$nvme" "$nvme"
vtdctl_refuses "attach --try without a time" "try" attach --try
vtdctl_refuses "attach --try 3" "5" attach --try 3
vtdctl_refuses "status with an unknown option" "nonsense" status --nonsense

# --- and after all that
is "$(state)" "$before" "nothing was changed by any of it"
ok "nvme loads" modprobe nvme
is "$(faults)" 0 "no fault"
ok "status is as good as before" vtdctl status
