# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build everything
#   make demo       two hosts, a wiretap between them, speech in, speech out
#   make check      every test
#   make bench      what a packet costs, in instructions, beside the bare cipher and others
#   make install    module, daemon, CLI, plugin, units (DESTDIR, PREFIX)

# The kernel to build for: the running one if its headers are here, else the
# newest that is installed with headers.
KERNEL ?= $(shell tools/kernel-version)
KDIR ?= /lib/modules/$(KERNEL)/build
MODULE_BUILD := build/module-$(KERNEL)
MODULE := $(MODULE_BUILD)/module/sotto.ko

all: module userspace

setup:
	@tools/setup

# Out of the tree, so that several kernels can be built side by side.
module: | setup
	@tools/module-tree $(MODULE_BUILD)
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(MODULE_BUILD) modules

build/user/build.ninja: | setup
	@meson setup build/user
build/asan/build.ninja: | setup
	@meson setup build/asan -Db_sanitize=address,undefined -Db_lundef=false

userspace: build/user/build.ninja
	@ninja -C build/user
asan: build/asan/build.ninja
	@ninja -C build/asan

demo: setup
	@tools/demo

check: setup
	@tests/run

bench: setup
	@tools/bench

install: all
	meson install -C build/user --destdir "$(DESTDIR)/"
	install -D -m 644 $(MODULE) $(DESTDIR)/lib/modules/$(KERNEL)/extra/sotto.ko
	[ -n "$(DESTDIR)" ] || tools/after-install $(KERNEL)

clean:
	rm -rf build

.PHONY: all setup module userspace asan demo check bench install clean
