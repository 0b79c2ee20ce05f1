// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl irqs".
 */
#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

static const char irqs_reply[] =
	"remapping isolated=no x2apic=off x2apic_opt_out=yes\n"
	"table unit=dmar0 address=0x34a0000 entries=2048 used=32 lost=0 ids=8-bit compatibility=delivered\n"
	"irq nr=24 device=0000:00:1e.0 kind=msi-x format=remapped unit=dmar0 index=0x6 entry=0x00000000000400f00000000000220001 vector=0x22 cpu=0 dest=0x0 count=4294967297 name=\"virtio0-config\" reason=\"\"\n"
	"irq nr=7 device=ioapic0.7 kind=pin format=remapped unit=dmar0 index=0x14 entry=0x00000000000000000000000000000000 vector=- cpu=- dest=- count=0 name=\"\" reason=\"\"\n"
	"irq nr=38 device=dmar0 kind=other format=compatibility unit=- index=- entry=- vector=0x28 cpu=1 dest=0x1 count=0 name=\"dmar0\" reason=\"a unit's own interrupts do not go through it\"\n"
	"irq nr=40 device=0000:00:05.0 kind=msi-x format=posted unit=dmar0 index=0x21 entry=0x00000001000400280abc104000418001 vector=0x29 cpu=1 dest=0x1 descriptor=0x10abc1040 posted_vector=0x41 count=3 name=\"vfio\" reason=\"\"\n"
	"posting kvm=on\n"
	"descriptor address=0x10abc1040 state=halted cpu=1 interrupts=1 posts=120 notifications=20 wakeups=3 suppressed=5 name=\"spdk\"\n"
	"left device=0000:07:00.0 reason=\"no unit of the DMAR table has the device\"\n"
	"later what=ever\n";

void test_irqs(void **state)
{
	struct fixture *fix = *state;

	fix->reply = irqs_reply;
	assert_int_equal(run(fix, "irqs"), 0);
	assert_string_equal(fix->sent, "irqs");
	assert_columns(fix->out);
	assert_has(fix->out, "interrupts are NOT isolated");
	assert_has(fix->out, "x2APIC mode: off; the firmware asks not to");
	assert_has(fix->out, "0x34a0000, 32 of 2048 entries used, 8-bit");
	assert_lacks(fix->out, "lost");
	assert_has(fix->out,
		   "left: 0000:07:00.0: no unit of the DMAR table has");
	assert_has(
		fix->out,
		"  24 0000:00:1e.0   remapped      dmar0    0x6    0x22      0 4294967297\n");
	assert_has(
		fix->out,
		"\n     entry 0x00000000000400f00000000000220001 virtio0-config\n");
	assert_has(fix->out, "\n     -> a unit's own interrupts do not");
	assert_has(fix->out,
		   "\n     as vector 0x41 to the descriptor at 0x10abc1040\n");
	assert_has(fix->out,
		   "KVM is told that interrupts can be posted: yes\n");
	assert_has(fix->out,
		   "descriptor at 0x10abc1040, of spdk: halted, CPU 1,");
	assert_has(fix->out, "5 in silence");
	fix->reply =
		"remapping isolated=yes x2apic=on x2apic_opt_out=no\n"
		"table unit=dmar0 address=0x1000 entries=256 used=3 lost=2 ids=32-bit compatibility=blocked\n";
	assert_int_equal(run(fix, "irqs"), 0);
	assert_columns(fix->out);
	assert_has(fix->out, "interrupts are isolated");
	assert_has(fix->out, "x2APIC mode: on\n");
	assert_has(fix->out, "of those lost: 2");
}

void test_irqs_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *list, *one;

	fix->reply = irqs_reply;
	assert_int_equal(run(fix, "irqs --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_false(json_object_get_boolean(member(top, "isolated")));
	assert_true(json_object_get_boolean(member(top, "x2apic_opt_out")));
	list = member(top, "tables");
	assert_int_equal(json_object_array_length(list), 1);
	one = json_object_array_get_idx(list, 0);
	assert_int_equal(json_object_get_int(member(one, "entries")), 2048);
	list = member(top, "irqs");
	assert_int_equal(json_object_array_length(list), 4);
	one = json_object_array_get_idx(list, 3);
	assert_string_equal(member_text(one, "posted_vector"), "0x41");
	assert_true(json_object_get_boolean(member(top, "kvm_posts")));
	one = json_object_array_get_idx(member(top, "descriptors"), 0);
	assert_string_equal(member_text(one, "state"), "halted");
	assert_int_equal(json_object_get_int(member(one, "wakeups")), 3);
	one = json_object_array_get_idx(list, 0);
	assert_int_equal(json_object_get_int(member(one, "nr")), 24);
	assert_string_equal(member_text(one, "index"), "0x6");
	assert_true(json_object_get_int64(member(one, "count")) == 4294967297);
	assert_null(member(one, "reason"));
	assert_null(member(json_object_array_get_idx(list, 1), "vector"));
	one = json_object_array_get_idx(list, 2);
	assert_string_equal(member_text(one, "format"), "compatibility");
	assert_null(member(one, "entry"));
	list = member(top, "left");
	assert_string_equal(member_text(json_object_array_get_idx(list, 0),
					"device"),
			    "0000:07:00.0");
	json_object_put(top);
}

void test_irqs_refused(void **state)
{
	struct fixture *fix = *state;

	fix->write_error = -ENODEV;
	fix->reply = "interrupts are not remapped: 'modprobe vtd_intr_remap'\n";
	assert_int_equal(run(fix, "irqs --json"), 2);
	assert_has(fix->err, "modprobe vtd_intr_remap");
	assert_string_equal(fix->out, "");
}
