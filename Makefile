# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build everything
#   make demo       two hosts, a wiretap between them, speech in, speech out
#   make demo-softphone  the same with two ordinary softphones that call each other by SIP
#   make check      the tests; with KERNEL=6.12, 6.12-rt or 7.2 on that kernel
#   make check-long      what takes longer
#   make check-kernels   on each of them and on 6.1
#   make check-debug     the module's on one with KASAN, lockdep, kmemleak and faults
#   make check-red       does each test miss what it claims when that is broken?
#   make coverage   how much of the ZRTP engine its unit tests run through
#   make bench      what a packet costs, in instructions, beside the bare cipher and others
#   make deb        Debian's packages, in build/packages
#   make check-install   installs them in machines of Debian 12 and 13, and lives with them
#   make install    module, daemon, CLI, plugin, units (DESTDIR, PREFIX)

# The kernel to build and to test for: a release, or a series of tools/kernel-get.
# Else the running one if its headers are here, or the newest that is installed.
RELEASE = $(shell tools/kernel-version $(KERNEL))
MODULE_BUILD = build/module-$(RELEASE)
MODULE = $(MODULE_BUILD)/module/sotto.ko

all: module userspace

setup:
	@tools/setup
	@[ -z "$(KERNEL)" ] || tools/kernel-get "$(KERNEL)" >/dev/null

# Two builds of the same thing take turns: tests run beside each other.
ALONE = mkdir -p build && flock build/lock

# Out of the tree, so that several kernels can be built side by side.
module: | setup
	@tools/module-tree $(MODULE_BUILD)
	@$(ALONE) tools/kernel-make $(RELEASE) $(MODULE_BUILD) --no-print-directory modules

build/user/build.ninja: | setup
	@$(ALONE) meson setup build/user
build/asan/build.ninja: | setup
	@meson setup build/asan -Db_sanitize=address,undefined -Db_lundef=false

userspace: build/user/build.ninja
	@$(ALONE) ninja -C build/user
asan: build/asan/build.ninja
	@ninja -C build/asan

demo: setup
	@tools/demo

demo-softphone: setup
	@tools/demo-softphone

check: setup
	@tests/run

check-long: setup
	@tests/run long

check-kernels: setup
	@tests/check-kernels

check-debug: setup
	@tests/run debug

check-red: setup
	@tests/check-red

bench: setup
	@tools/bench

coverage: setup
	@tools/coverage

deb:
	@$(ALONE) tools/deb

check-install:
	@tests/check-install

# The module's source for DKMS alone: then "dkms install sotto/VERSION".
install-dkms:
	@tools/install-dkms "$(DESTDIR)"

install: all
	$(ALONE) meson install -C build/user --destdir "$(DESTDIR)/"
	install -D -m 644 $(MODULE) $(DESTDIR)/lib/modules/$(RELEASE)/extra/sotto.ko
	install -D -m 644 module/modules-load.conf $(DESTDIR)/usr/lib/modules-load.d/sotto.conf
	[ -n "$(DESTDIR)" ] || tools/after-install $(RELEASE)

clean:
	rm -rf build

.PHONY: all setup module userspace asan demo demo-softphone check check-long check-kernels check-debug check-red \
	bench coverage deb check-install install install-dkms clean
