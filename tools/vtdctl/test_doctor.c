// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl doctor", on a /sys, /proc, /etc, /boot and /lib made in
 * the scratch folder.
 */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <utime.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

#define INTEL \
	"processor\t: 0\nvendor_id\t: GenuineIntel\napicid\t\t: 3\nflags\t\t: fpu apic\n"

/* A machine with nothing to complain about. */
static void healthy(struct fixture *fix)
{
	put(fix, "/proc/cpuinfo", INTEL);
	put(fix, "/proc/cmdline", "quiet intel_iommu=off intremap=off\n");
	put(fix, "/proc/interrupts",
	    "  1:  0  PCI-MSI-0000:00:03.0  0-edge  nvme0q0\n");
	put(fix, "/proc/sys/kernel/osrelease", "6.12.107+deb13-amd64\n");
	put(fix, "/sys/firmware/acpi/tables/DMAR", "DMAR");
	put(fix, "/lib/modules/6.12.107+deb13-amd64/modules.dep",
	    "kernel/a.ko.xz:\nupdates/dkms/vtd_dmar.ko.xz: kernel/b.ko.xz\n");
	put(fix, "/etc/modprobe.d/vtd-kmod.conf",
	    "# a comment\nremove vtd_dmar /usr/sbin/vtdctl detach --if-loaded && x\n");
}

static void doctor(struct fixture *fix, int ret, const char *part)
{
	if (run(fix, "doctor") != ret)
		fail_msg("not %d:\n%s", ret, fix->out);
	assert_has(fix->out, part);
	assert_columns(fix->out);
	assert_int_equal(fix->opened + fix->ran, 0);
}

void test_doctor_healthy(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	doctor(fix, 0, "ok    DMAR table: present");
	assert_lacks(fix->out, "warn");
	assert_lacks(fix->out, "FAIL  ");
	put(fix, "/sys/module/vtd_dmar/initstate", "live\n");
	put(fix, "/sys/class/iommu/dmar0/x", "");
	put(fix, "/sys/kernel/iommu_groups/0/type", "DMA\n");
	put(fix, "/dev/vtd", "");
	doctor(fix, 0, "dmar0 is vtd_dmar's");
	assert_lacks(fix->out, "warn");
}

void test_doctor_empty(void **state)
{
	doctor(*state, 1, "FAIL  CPU: ");
}

void test_doctor_amd(void **state)
{
	struct fixture *fix = *state;

	put(fix, "/proc/cpuinfo", "vendor_id\t: AuthenticAMD\napicid\t: 0\n");
	put(fix, "/sys/firmware/acpi/tables/IVRS", "IVRS");
	doctor(fix, 1, "FAIL  IVRS table");
	assert_has(fix->out, "FAIL  CPU");
	assert_has(fix->out, "FAIL  DMAR table");
}

void test_doctor_emulator(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/proc/cpuinfo", "vendor_id\t: AuthenticAMD\napicid\t: 0\n");
	doctor(fix, 0, "warn  CPU");
}

void test_doctor_boot_line(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/proc/cmdline", "quiet intel_iommu=on\n");
	doctor(fix, 1, "intel_iommu=off and intremap=off missing");
	assert_has(fix->out, "/etc/default/grub");
	assert_has(fix->out, "take intel_iommu=on");
	put(fix, "/proc/cmdline", "intel_iommu=off xintremap=off\n");
	doctor(fix, 1, "boot line: intremap=off missing");
	put(fix, "/proc/cmdline", "intel_iommu=sm_on,off intremap=off\n");
	doctor(fix, 0, "ok    boot line");
	put(fix, "/proc/cmdline",
	    "intel_iommu=off intremap=off intel_iommu=on\n");
	doctor(fix, 1, "boot line: intel_iommu=off missing");
	put(fix, "/proc/cmdline", "intremap=off -- intel_iommu=off\n");
	doctor(fix, 1, "boot line: intel_iommu=off missing");
	put(fix, "/proc/cmdline", "intel-iommu=\"off\" \"intremap=off\"\n");
	doctor(fix, 0, "ok    boot line");
	put(fix, "/proc/cmdline",
	    "dyndbg=\"file x intel_iommu=off +p\" intremap=off\n");
	doctor(fix, 1, "boot line: intel_iommu=off missing");
	put(fix, "/proc/cmdline", "intel_iommu=off nointremap\n");
	doctor(fix, 0, "ok    boot line");
	put(fix, "/proc/cmdline", "intel_iommu=off nointremap intremap=on\n");
	doctor(fix, 1, "boot line: intremap=off missing");
	put(fix, "/proc/cmdline", "nointel_iommu intel_iommu intremap=off\n");
	doctor(fix, 1, "boot line: intel_iommu=off missing");
	put(fix, "/proc/cmdline", "intel_iommu= =off \" intremap=off\n");
	doctor(fix, 1, "intel_iommu=off and intremap=off missing");
}

void test_doctor_apic(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/proc/cmdline", "quiet\n");
	put(fix, "/proc/cpuinfo", INTEL "apicid\t\t: 254\n");
	doctor(fix, 1, "ok    APIC ids: up to 254");
	put(fix, "/proc/cpuinfo", INTEL "apicid\t\t: 255\n");
	doctor(fix, 1, "FAIL  APIC ids");
	assert_has(fix->out, "leave the boot line alone");
	assert_lacks(fix->out, "update-grub");
}

void test_doctor_x2apic(void **state)
{
	struct fixture *fix = *state;
	unsigned char msr[0x1b + 8] = { 0 };

	healthy(fix);
	put(fix, "/proc/cpuinfo", INTEL "flags\t\t: fpu x2apic\n");
	doctor(fix, 0, "warn  x2APIC");
	msr[0x1b + 1] = 0x08;
	put_bytes(fix, "/dev/cpu/0/msr", msr, sizeof(msr));
	doctor(fix, 0, "ok    x2APIC: off");
	msr[0x1b + 1] = 0x0c;
	put_bytes(fix, "/dev/cpu/0/msr", msr, sizeof(msr));
	doctor(fix, 0, "warn  x2APIC: on");
	put(fix, "/proc/cmdline", "intel_iommu=off intremap=off x2apic_phys\n");
	doctor(fix, 0, "ok    x2APIC");
}

void test_doctor_kernel(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/proc/sys/kernel/osrelease", "6.11.9\n");
	doctor(fix, 1, "FAIL  kernel: 6.11.9");
	put(fix, "/proc/sys/kernel/osrelease", "../../etc\n");
	doctor(fix, 1, "warn  kernel");
	put(fix, "/proc/sys/kernel/osrelease", "7.3.0\n");
	doctor(fix, 1, "warn  kernel: 7.3.0");
	assert_has(fix->out, "FAIL  module file");
	assert_has(fix->out, "apt install linux-headers-$(uname -r)");
	put(fix, "/lib/modules/7.3.0/build/Makefile", "\n");
	doctor(fix, 1, "FAIL  module file");
	assert_has(fix->out, "dkms autoinstall");
	put(fix, "/lib/modules/7.2.12/modules.dep", "extra/vtd_dmar.ko:\n");
	put(fix, "/proc/sys/kernel/osrelease", "7.2.12\n");
	doctor(fix, 0, "ok    kernel: 7.2.12");
}

void test_doctor_rivals(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/sys/class/iommu/dmar0/x", "");
	put(fix, "/sys/kernel/iommu_groups/0/type", "DMA\n");
	put(fix, "/proc/interrupts",
	    "  1:  0  IR-PCI-MSI-0000:00:03.0  0-edge\n");
	doctor(fix, 1, "FAIL  built-in driver: active, it owns dmar0");
	assert_has(fix->out, "FAIL  interrupt remapping");
	assert_has(fix->out, "warn  IOMMU groups");
	put(fix, "/sys/bus/virtio/devices/virtio3/device", "0x0017\n");
	doctor(fix, 1, "virtio3 is a virtio-iommu");
	put(fix, "/sys/kernel/iommu_groups/1/name", "vfio-noiommu\n");
	doctor(fix, 1, "no-IOMMU mode");
}

void test_doctor_signature(void **state)
{
	static const char name[] =
		"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct fixture *fix = *state;

	healthy(fix);
	put_bytes(fix, name, "\6\0\0\0\0", 5);
	put(fix, "/sys/kernel/security/lockdown",
	    "[none] integrity confidentiality\n");
	doctor(fix, 0, "ok    module signature: none needed");
	put_bytes(fix, name, "\6\0\0\0\1", 5);
	doctor(fix, 0, "warn  module signature: Secure Boot on, lockdown none");
	put_bytes(fix, name, "\6\0", 2);
	put(fix, "/sys/kernel/security/lockdown",
	    "none [integrity] confidentiality\n");
	doctor(fix, 0, "lockdown integrity");
	assert_has(fix->out, "mokutil --import");
}

void test_doctor_device(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/sys/module/vtd_dmar/initstate", "live\n");
	doctor(fix, 1, "FAIL  control device");
}

/* A module file: what it says of itself, and a signature by @cn, if not NULL. */
static void put_module(struct fixture *fix, const char *info, size_t bytes,
		       const char *cn)
{
	static const char path[] =
		"/lib/modules/6.12.107+deb13-amd64/updates/vtd_dmar.ko";
	char file[512] = "\177ELF code";
	size_t used = 12, length;

	put(fix, "/lib/modules/6.12.107+deb13-amd64/modules.dep",
	    "updates/vtd_dmar.ko:\n");
	memcpy(file + used, info, bytes);
	used += bytes;
	if (cn) {
		length = strlen(cn);
		memcpy(file + used, "\x30\x80\x06\x03\x55\x04\x03\x0c", 8);
		file[used + 8] = (char)length;
		memcpy(file + used + 9, cn, length);
		used += 9 + length;
		memset(file + used, 0, 12);
		file[used + 11] = (char)(9 + length);
		used += 12;
		memcpy(file + used, "~Module signature appended~\n", 28);
		used += 28;
	}
	put_bytes(fix, path, file, used);
}

void test_doctor_signer(void **state)
{
	static const char keys[] =
		"0012f5b4 I------     1 perm 1f030000     0     0 asymmetri Debian: Debian Secure Boot CA: 6ccece7e: X509.rsa 7e4c []\n"
		"1012f5b4 I------     1 perm 1f030000     0     0 asymmetri my own key: 1234: X509.rsa 5678 []\n"
		"2012f5b4 I------     1 perm 1f030000     0     0 keyring   .builtin_trusted_keys: 2\n";
	struct fixture *fix = *state;

	healthy(fix);
	put(fix, "/sys/kernel/security/lockdown",
	    "none [integrity] confidentiality\n");
	put_module(fix, "", 0, NULL);
	doctor(fix, 1, "FAIL  module signature: Secure Boot off, lockdown");
	assert_has(fix->out, "load, and vtd_dmar is not signed");
	put_module(fix, "", 0, "my own key");
	doctor(fix, 0, "cannot be seen");
	assert_has(fix->out, "signed by \"my own");
	put(fix, "/proc/keys", keys);
	doctor(fix, 0, "ok    module signature");
	put_module(fix, "", 0, "Debian Secure Boot CA");
	doctor(fix, 0, "ok    module signature");
	put_module(fix, "", 0, "own key");
	doctor(fix, 1, "FAIL  module signature");
	assert_has(fix->out, "mokutil --import");
	/* What cannot be read: a signature longer than the file, no name. */
	put_module(fix, "", 0, "\x81");
	doctor(fix, 1, "FAIL  module signature");
	put(fix, "/lib/modules/6.12.107+deb13-amd64/updates/vtd_dmar.ko",
	    "\177ELF\1\1\1\1\1\1\1\1\xff\xff\xff\xff~Module signature appended~\n");
	doctor(fix, 0, "warn  module signature");
	put(fix, "/lib/modules/6.12.107+deb13-amd64/updates/vtd_dmar.ko",
	    "\177ELF~Module signature appended~\n");
	doctor(fix, 1, "FAIL  module signature");
	put(fix, "/sys/kernel/security/lockdown",
	    "[none] integrity confidentiality\n");
	put(fix, "/sys/module/module/parameters/sig_enforce", "Y\n");
	put_module(fix, "", 0, NULL);
	doctor(fix, 1, "lockdown none, signatures enforced:");
	put(fix, "/sys/module/module/parameters/sig_enforce", "N\n");
	put(fix, "/sys/module/vtd_dmar/taint", "OE\n");
	put(fix, "/dev/vtd", "");
	doctor(fix, 0, "ok    module signature: none needed; the kernel notes");
}

/* A module file that is not signed and says @text of itself. */
#define PUT_INFO(fix, text) put_module(fix, text, sizeof(text) - 1, NULL)

void test_doctor_version(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	doctor(fix, 0, "ok    version: vtdctl 0.1; that of the module cannot");
	PUT_INFO(
		fix,
		"\0xversion=0.9\0version=0.1\0vermagic=6.12.107+deb13-amd64 SMP\0");
	doctor(fix, 0, "ok    version: vtd_dmar and vtdctl are 0.1");
	PUT_INFO(fix, "\0srcversion=1\0version=0.2\0");
	doctor(fix, 0, "warn  version: vtd_dmar is 0.2, vtdctl 0.1");
	PUT_INFO(fix, "\0vermagic=6.12.107+deb13-amd64-rt SMP\0");
	doctor(fix, 1, "FAIL  version: /lib/modules/");
	assert_has(fix->out, "6.12.107+deb13-amd64-rt");
	put(fix, "/dev/vtd", "");
	put(fix, "/sys/module/vtd_dmar/version", "0.1\n");
	PUT_INFO(fix, "\0version=0.2\0");
	doctor(fix, 0, "warn  version: vtd_dmar 0.1 is loaded, but 0.2 is");
	put(fix, "/sys/module/vtd_dmar/version", "0.0.9\n");
	doctor(fix, 0, "warn  version: vtd_dmar is 0.0.9, vtdctl 0.1");
	PUT_INFO(fix, "\0version=");
	doctor(fix, 0, "warn  version");
}

void test_doctor_rule(void **state)
{
	struct fixture *fix = *state;

	healthy(fix);
	doctor(fix, 0, "ok    modprobe rule: /etc/modprobe.d/vtd-kmod.conf");
	put(fix, "/etc/modprobe.d/vtd-kmod.conf",
	    "#remove vtd_dmar vtdctl detach\nremove vtd_dmarx vtdctl detach\nremove\n\n");
	doctor(fix, 0, "warn  modprobe rule: missing");
	put(fix, "/usr/lib/modprobe.d/other.conf",
	    "options a b=c\nremove vtd-dmar sh -c 'vtdctl detach'");
	doctor(fix, 0, "ok    modprobe rule: /usr/lib/modprobe.d/other.conf");
	put(fix, "/etc/modprobe.d/note.txt", "blacklist vtd_dmar\n");
	doctor(fix, 0, "ok    modprobe rule");
	put(fix, "/etc/modprobe.d/mine.conf", "  blacklist vtd_dmar\n");
	doctor(fix, 0, "warn  modprobe rule: /etc/modprobe.d/mine.conf keeps");
	put(fix, "/etc/modprobe.d/mine.conf", "install vtd_dmar /bin/false\n");
	doctor(fix, 0, "warn  modprobe rule: /etc/modprobe.d/mine.conf keeps");
}

void test_doctor_early(void **state)
{
	static const char image[] = "/boot/initrd.img-6.12.107+deb13-amd64";
	static const char list[] = "/etc/initramfs-tools/modules";
	struct utimbuf old = { .actime = 1000, .modtime = 1000 };
	struct fixture *fix = *state;
	char path[256];

	healthy(fix);
	doctor(fix, 0, "ok    early load: vtd_dmar is not loaded at boot");
	put(fix, "/etc/modules-load.d/x.conf", "nvme\nvtd-dmar\n");
	doctor(fix, 0, "ok    early load: at boot, but after");
	put(fix, list, "#vtd_dmar\nraid1\n");
	doctor(fix, 0, "ok    early load: at boot, but after");
	put(fix, list, "raid1\nvtd_dmar attach=0\n");
	doctor(fix, 0,
	       "warn  early load: asked for in the initramfs, which is");
	put(fix, image, "");
	doctor(fix, 0, "warn  early load: asked for in the initramfs, but not");
	put_module(fix, "", 0, NULL);
	doctor(fix, 0,
	       "ok    early load: from the initramfs, /boot/initrd.img-");
	snprintf(path, sizeof(path), "%s%s", fix->root, image);
	assert_int_equal(utime(path, &old), 0);
	doctor(fix, 0, "warn  early load: /boot/initrd.img-6.12");
	assert_has(fix->out, "update-initramfs -u");
	put(fix, list, "raid1\n");
	put(fix, "/etc/dracut.conf.d/v.conf",
	    "force_drivers+=\" nvme vtd_dmar \"\n");
	doctor(fix, 0, "warn  early load: /boot/initrd.img-6.12");
	put(fix, "/etc/dracut.conf.d/v.conf", "");
	put(fix, "/etc/vtd-kmod/initramfs", "#vtd_dmar\n");
	doctor(fix, 0, "ok    early load: at boot, but after");
	put(fix, "/etc/vtd-kmod/initramfs", "vtd_dmar\nvtd_intr_remap\n");
	doctor(fix, 0, "warn  early load: /boot/initrd.img-6.12");
	put(fix, "/etc/vtd-kmod/initramfs", "");
	put(fix, "/etc/modules-load.d/x.conf", "nvme\n");
	doctor(fix, 0, "ok    early load: vtd_dmar is not loaded at boot");
	put(fix, "/etc/systemd/system/sysinit.target.wants/vtd-attach.service",
	    "");
	doctor(fix, 0, "ok    early load: at boot, but after");
}

void test_doctor_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *val;

	assert_int_equal(run(fix, "doctor --json"), 1);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_true(json_object_object_get_ex(top, "result", &val));
	assert_string_equal(json_object_get_string(val), "fail");
	assert_true(json_object_object_get_ex(top, "checks", &val));
	assert_int_equal(json_object_array_length(val), 18);
	json_object_put(top);
}
