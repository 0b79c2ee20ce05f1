# SPDX-License-Identifier: GPL-2.0
# vtd-kmod: VT-d as loadable modules. "make help" lists what can be made.

VERSION := 0.1
SHELL := /bin/bash
.DEFAULT_GOAL := all

# The kernel to build for, and where its modules go.
KDIR ?= /lib/modules/$(shell uname -r)/build
# What the headers say, so that KDIR alone is enough to install for another.
release = $(shell $(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease 2>/dev/null)
DESTDIR ?=
PREFIX ?= /usr
MODPROBE_D ?= /etc/modprobe.d
DKMS_SRC = /usr/src/vtd-kmod-$(VERSION)

lab := selftests/lab
enter := $(lab)/enter --
host := build/host
# What a module build needs; all of it exists from the first release on or
# comes with a later part.
sources := $(wildcard Kbuild compat dmar intr_remap posted_intr vfio_glue \
	include kunit)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 20

# --- building and installing on this host ----------------------------------

all: host-modules vtdctl ## the modules for the running kernel (KDIR=... for another) and vtdctl

# Built in a copy, so that the tree stays clean and other kernels' objects do
# not mix with these.
host-modules:
	@test -e Kbuild || { echo "make: no Kbuild in this directory" >&2; exit 1; }
	@test -e $(KDIR)/Makefile || { \
		echo "make: no kernel headers at $(KDIR); install linux-headers-$$(uname -r)," \
		"or name others with KDIR=..., or build for the lab's kernels with" \
		"make modules K=6.12" >&2; exit 1; }
	@mkdir -p $(host)/src
	@cp -a -u $(sources) $(host)/src/
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(host)/src modules

vtdctl:
	@pkg-config --exists json-c || { \
		echo "make: vtdctl needs the packages pkgconf and libjson-c-dev" >&2; exit 1; }
	@mkdir -p $(host)/tools
	$(MAKE) -C tools/vtdctl O=$(CURDIR)/$(host)/tools vtdctl

# Debian's headers carry neither a signing key nor System.map: modules_install
# must not try to sign, and leaves depmod to us.
install: all ## modules, vtdctl, man pages and the modprobe rule on this host
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(host)/src \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) \
		INSTALL_MOD_DIR=updates CONFIG_MODULE_SIG_ALL= modules_install
	$(MAKE) install-tools
	$(if $(DESTDIR),,depmod $(release))

install-tools:
	$(MAKE) -C tools/vtdctl O=$(CURDIR)/$(host)/tools DESTDIR=$(DESTDIR) \
		PREFIX=$(PREFIX) install
	install -D -m 644 $(lab)/modprobe.conf \
		$(DESTDIR)$(MODPROBE_D)/vtd-kmod.conf
	install -D -m 755 packaging/vtd-bootline $(DESTDIR)$(PREFIX)/sbin/vtd-bootline
	install -D -m 755 packaging/initramfs-hook \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/hooks/vtd-kmod
	install -D -m 755 packaging/initramfs-early \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/scripts/init-top/00-vtd-kmod
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90vtd-kmod \
		packaging/dracut/module-setup.sh packaging/dracut/vtd-early.sh
	install -m 755 packaging/initramfs-early \
		$(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90vtd-kmod/vtd-early
	test -e $(DESTDIR)/etc/vtd-kmod/initramfs || install -D -m 644 \
		packaging/initramfs.conf $(DESTDIR)/etc/vtd-kmod/initramfs
	for page in $(filter-out Documentation/man/vtdctl%,$(wildcard Documentation/man/*.[1-9])); do \
		install -D -m 644 $$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit; \
	done

uninstall: ## takes them away again
	rm -f $(DESTDIR)/lib/modules/$(release)/updates/vtd_{dmar,intr_remap,posted_intr,vfio_glue,iommufd}.ko*
	rm -f $(DESTDIR)$(MODPROBE_D)/vtd-kmod.conf \
		$(DESTDIR)$(PREFIX)/sbin/vtd-bootline \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/hooks/vtd-kmod \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/scripts/init-top/00-vtd-kmod \
		$(DESTDIR)/etc/vtd-kmod/initramfs
	rm -rf $(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90vtd-kmod
	rmdir $(DESTDIR)/etc/vtd-kmod 2> /dev/null || :
	$(MAKE) -C tools/vtdctl DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) uninstall
	for page in $(notdir $(wildcard Documentation/man/*.[1-9])); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; \
	done
	$(if $(DESTDIR),,depmod $(release))

dkms-install: vtdctl ## the modules through DKMS, rebuilt with each new kernel
	@command -v dkms > /dev/null || { \
		echo "make: dkms is missing; install the package dkms" >&2; exit 1; }
	rm -rf $(DKMS_SRC)
	mkdir -p $(DKMS_SRC)
	cp -a $(filter-out kunit,$(sources)) dkms.conf packaging/dkms-initramfs \
		LICENSE $(DKMS_SRC)/
	dkms install --force vtd-kmod/$(VERSION)
	$(MAKE) install-tools

# Built anew, with what Debian builds programs with, so that the same tree gives
# the same package.
deb_cflags := -O2 -g -fstack-protector-strong -fstack-clash-protection -fPIE \
	-fcf-protection -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$(CURDIR)=.
deb_ldflags := -pie -Wl,-z,relro,-z,now

deb: ## the packages vtd-dkms and vtd-tools, in build/deb
	@rm -rf build/deb
	@mkdir -p build/deb/tools
	$(MAKE) -s -C tools/vtdctl O=$(CURDIR)/build/deb/tools VERSION=$(VERSION) \
		CFLAGS="$(deb_cflags)" LDFLAGS="$(deb_ldflags)" vtdctl
	packaging/deb build/deb build/deb/tools/vtdctl $(filter-out kunit,$(sources))

rpm: ## the same as packages for distributions with RPM, in build/rpm
	packaging/rpm build/rpm

sign: ## signs the modules built here, for Secure Boot (MOK_KEY=..., MOK_CERT=...)
	@packaging/sign $(KDIR) $(wildcard $(host)/src/*.ko)

clean: ## everything built here (the lab is kept: make lab-clean)
	rm -rf build

# --- the lab and the tests -------------------------------------------------

lab: ## makes or updates the lab, cached outside the clone (VTD_LAB_DIR, VTD_LAB_MIRROR)
	@$(lab)/make

lab-debug: ## the kernel with sanitizers, built once (about 20 minutes) and cached
	@$(lab)/debug

lab-kcsan: ## the kernel that finds data races, in the same way
	@$(lab)/debug kcsan

lab-clean: ## removes labs made from other recipes than today's
	@$(lab)/make --clean

# K=6.12, K=7.2, K=debug or K=kcsan; the first two when not given. C=1 runs sparse over
# every file instead.
modules: lab
	@set -e; for k in $(or $(K),6.12 7.2); do \
		$(lab)/modules $(if $(C),--sparse) $$k; \
		$(if $(C),,echo "modules for $$k: build/$$k/overlay";) \
	done

demo: lab ## the main job end to end in a lab guest (K=6.12 or K=7.2)
	@K="$(K)" selftests/demo

check: lab ## all tests that a change must pass
	@$(lab)/check style native mutants kunit selftest bench-short

style: lab ## W=1 and sparse on both kernels, checkpatch, clang-format, shellcheck, docs
	@$(enter) selftests/style

native: lab ## pure logic in user space under sanitizers
	@$(enter) $(MAKE) -s --no-print-directory -C selftests/native check

selftest: lab ## guests on the stock kernels
	@selftests/run $(if $(K),-k $(K))

kunit: lab ## the KUnit suites on the stock kernels
	@kunit/build $(or $(K),6.12 7.2)
	@selftests/run $(if $(K),-k $(K)) --tier kunit

check-debug: lab lab-debug ## KUnit and guest tests under the kernel with sanitizers
	@kunit/build debug
	@$(lab)/check kunit-debug selftest-debug wear-debug

kunit-debug:
	@selftests/run -k debug --tier kunit

# The cases that look at the most code for their time.
selftest-debug:
	@selftests/run -k debug load dma vfio isolation life-bound life-adopt

# A tenth of the long runs.
wear-debug:
	@selftests/run -k debug --soak -j 1 life-cycles life-surprise life-chain irq-suspend

check-race: lab lab-kcsan ## KUnit and guest tests under the kernel that finds data races
	@kunit/build kcsan
	@$(lab)/check kunit-kcsan selftest-kcsan

kunit-kcsan:
	@selftests/run -k kcsan --tier kunit kunit

# Those in which threads, interrupts and commands meet.
selftest-kcsan:
	@selftests/run -k kcsan -j 1 race-seen dma irq-load irq-storm life-storm

mutants: lab ## wrong changes to the driver, one at a time: a test must catch each (M="qi-*")
	@$(enter) selftests/mutants/mutants.py $(M)

coverage: lab lab-debug ## lines of the driver that all tests together reach; two hours, resumed where it stopped
	@selftests/coverage/run

check-package: lab ## the packages in a whole Debian machine, over reboots and kernels; long
	@selftests/package/check

soak: lab ## the long runs, resumed where they stopped (SOAK_MINUTES, K=...)
	@K="$(K)" SOAK_MINUTES="$(SOAK_MINUTES)" selftests/soak

matrix: lab ## builds for every kernel that Debian offers, experimental included (M="7.*")
	@$(if $(M),:,selftests/matrix/run --self-test)
	@selftests/matrix/run $(M)

docs: lab ## the documentation as web pages, in build/docs
	@$(enter) selftests/style docs && echo "build/docs/index.html"

bench-short: lab ## the same in short: no ratio may be more than 5 % worse than the one kept
	@selftests/bench/run --check

bench: lab ## instructions a driver call costs, ours beside the built-in driver (K=...)
	@selftests/bench/run $(if $(K),-k $(K))

.PHONY: help all host-modules vtdctl install install-tools uninstall \
	dkms-install deb rpm sign clean lab lab-clean lab-debug lab-kcsan modules demo check \
	style native selftest kunit check-debug kunit-debug selftest-debug \
	wear-debug check-race kunit-kcsan selftest-kcsan \
	mutants coverage check-package matrix docs soak bench bench-short
