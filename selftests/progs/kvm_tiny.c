// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest guest of KVM that uses its interrupt controller: 16-bit code with
 * a handler, which gets interrupts by irqfd, as those of assigned devices come.
 *
 * Usage: kvm_tiny [N]      (N interrupts, default 100)
 * Prints what it saw; status 0 when every one arrived.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PORT 0x42 /* where the guest tells */
#define VECTOR 0x30
#define CODE 0x1000
#define HANDLER 0x1100
#define GSI 1

/* Every byte that the guest can reach. */
static uint8_t *memory;
#define MEMORY 0x10000

static const uint8_t code[] = {
	0xfb, /* sti */
	0xe6, PORT, /* out: ready */
	0xf4, /* hlt */
	0xeb, 0xfd, /* jmp to the hlt */
};

static const uint8_t handler[] = {
	0x50, /* push ax */
	0xb0, 0x20, /* mov al, 0x20 */
	0xe6, 0x20, /* out: end of interrupt */
	0xe6, PORT, /* out: it came */
	0x58, /* pop ax */
	0xcf, /* iret */
};

/* The first 8259: vectors from VECTOR on, everything let through. */
static const uint8_t set_up[] = {
	0xb0, 0x11,   0xe6, 0x20, /* ICW1 */
	0xb0, VECTOR, 0xe6, 0x21, /* ICW2 */
	0xb0, 0x04,   0xe6, 0x21, /* ICW3 */
	0xb0, 0x01,   0xe6, 0x21, /* ICW4 */
	0xb0, 0x00,   0xe6, 0x21, /* mask */
};

static int vm_create(int kvm)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = MEMORY,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);

	if (vm < 0)
		err(1, "KVM_CREATE_VM");
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "memory");
	region.userspace_addr = (uintptr_t)memory;
	memcpy(memory + CODE, set_up, sizeof(set_up));
	memcpy(memory + CODE + sizeof(set_up), code, sizeof(code));
	memcpy(memory + HANDLER, handler, sizeof(handler));
	/* Real mode: the vector's offset, then its segment, 0. */
	memory[(VECTOR + GSI) * 4] = HANDLER & 0xff;
	memory[(VECTOR + GSI) * 4 + 1] = HANDLER >> 8;
	if (ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000) ||
	    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) ||
	    ioctl(vm, KVM_CREATE_IRQCHIP))
		err(1, "setting the machine up");
	return vm;
}

static int vcpu_create(int vm)
{
	struct kvm_regs regs = { .rip = CODE, .rsp = 0x8000, .rflags = 2 };
	struct kvm_sregs sregs;
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);

	if (vcpu < 0 || ioctl(vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_CREATE_VCPU");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu, KVM_SET_REGS, &regs))
		err(1, "setting the CPU up");
	return vcpu;
}

/* Until it tells something; with the interrupt controller a hlt sleeps. */
static void run_until_told(int kvm, int vcpu)
{
	static struct kvm_run *run;
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (!run)
		run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu,
			   0);
	if (run == MAP_FAILED)
		err(1, "kvm_run");
	if (ioctl(vcpu, KVM_RUN, 0))
		err(1, "KVM_RUN");
	if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT)
		errx(1, "the guest left for reason %u", run->exit_reason);
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 100;
	struct kvm_irqfd irqfd = { .gsi = GSI };
	int kvm, vm, vcpu, i;

	alarm(60);
	kvm = open("/dev/kvm", O_RDWR);
	if (kvm < 0)
		err(1, "/dev/kvm");
	vm = vm_create(kvm);
	vcpu = vcpu_create(vm);
	irqfd.fd = eventfd(0, 0);
	if (ioctl(vm, KVM_IRQFD, &irqfd))
		err(1, "KVM_IRQFD");
	run_until_told(kvm, vcpu);
	for (i = 0; i < nr; i++) {
		if (eventfd_write(irqfd.fd, 1))
			err(1, "eventfd");
		run_until_told(kvm, vcpu);
	}
	printf("%d interrupts arrived\n", nr);
	return 0;
}
