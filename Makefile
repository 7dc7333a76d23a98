# SPDX-License-Identifier: GPL-2.0
#
# The one entry point; "make help" lists the targets.

# Where everything is built; nothing outside of it is written.
BUILD ?= build
override BUILD := $(abspath $(BUILD))
JOBS ?= $(shell nproc)
# The base kernel: a tree of your own, or else Debian's packaged source.
KDIR ?=
KERNEL_TAR ?= /usr/src/linux-source-6.1.tar.xz
# Room for the compiler, the kernel tree and its build, in GiB.
DISK ?= 8
# Options of the kernel: directories with a .kunitconfig, or files.
KUNITCONFIG ?= $(CURDIR)/kunit
# KUnit suites that have to run, kselftest collections, and QEMU's CPUs.  Zen 1
# (EPYC) is the one whose return thunks stay active.
SUITES ?= kprobes_targets kprobes_uno_insn kprobes_uno_detour kprobes_uno_detour_change \
	kprobes_uno_detour_trace kprobes_uno_detour_fault kprobes_uno_detour_stress kprobes_test
KSELFTEST_TARGETS ?= kprobes_uno
CPUS ?= max EPYC
# What "make test" runs on other kernels, of kunit/*.config: that with marker nops, and the
# one that gcc has built. Scripts, each with the CPU that it takes, and of the kselftests
# just these: on the former, what is about marker nops alone.
MORE_TESTS ?= minimal/kunit-max minimal/kselftest-max gcc/kunit-max gcc/kselftest-max gcc/targets-max
KSELFTESTS_minimal ?= tracefs attach many text_poke
KSELFTESTS_gcc ?= events census coverage modules livepatch random
MORE := $(patsubst %/,%,$(sort $(dir $(MORE_TESTS))))
# What test-matrix tests: the .config files in kunit/.
CONFIGS ?= $(sort $(basename $(notdir $(wildcard kunit/*.config))))
# What test-others runs: kselftest collections, those in selftests/others if there is none.
OTHERS ?=
# What test-mutants breaks: names in selftests/mutants, all of them if there is none.
MUTANTS ?=

# What "make mail" writes: one of those that "series" marks, or all of them; and the
# release of LLVM that "make mail-llvm" takes.
SERIES ?=
MAIL_LLVM ?= 22

# The compiler is built in LLVM_OUT.  Another one can be given on the command
# line, as the path prefix that Kbuild takes, LLVM=/path/to/bin/.
LLVM_OUT ?= $(BUILD)/llvm
override LLVM_OUT := $(abspath $(LLVM_OUT))
ifneq ($(origin LLVM),command line)
LLVM := $(LLVM_OUT)/bin/
OWN_LLVM := 1
endif

# What the compiler needs on top of this, llvm/Makefile knows.
PACKAGES ?= git make gcc g++ libc6-dev dpkg-dev patch perl python3 xz-utils cpio \
	rsync bc flex bison libelf-dev libssl-dev kmod ccache quilt shellcheck pkg-config \
	procps python3-ply python3-git qemu-system-x86 busybox-static linux-source-6.1 \
	gnuplot-nox pahole lz4

export BUILD JOBS KDIR KERNEL_TAR KUNITCONFIG SUITES KSELFTEST_TARGETS LLVM LLVM_OUT
export ACCEL TIMEOUT CPUS OTHERS SERIES

STEP := scripts/step
STAGES := lit $(CPUS:%=kunit-%) $(CPUS:%=kselftest-%) $(MORE_TESTS)
# Under TCG a guest takes one core, so as many run at a time as there are. But kunit.py has
# one place for a kernel's output: its stages, and lit, come one after the other.
in_turn = $(findstring kunit-,$1)$(filter lit,$1)
LANES = '$(foreach s,$(STAGES),$(if $(call in_turn,$s),$s))' $(foreach s,$(STAGES),$(if $(call in_turn,$s),,$s))

.NOTPARALLEL:
.PHONY: help deps disk llvm llvm-tree llvm-refresh tree refresh kernel initramfs \
	demo bench bench-quick tools tools-shell test test-matrix test-others test-mutants total targets proof shell \
	lit run-lit kunit kselftest apply unapply check check-series sender mail mail-llvm clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r t d; do printf '  make %-14s %s\n' "$$t" "$$d"; done
	@echo
	@echo 'Variables: BUILD, JOBS, KDIR, FULL=1, ACCEL=tcg|kvm, CPUS, TIMEOUT, LLVM, KUNITCONFIG, CONFIGS, OTHERS, MUTANTS, TOOLS_KERNELS, TOOLS_TESTS, CHECKS, SERIES, MAIL_LLVM, NODEPS=1.'

demo: deps disk llvm tree kernel initramfs ## build all, boot, print what a probe costs by each mechanism
	@scripts/demo

bench: deps llvm tree ## measure it all beside vanilla into Documentation/benchmarks.md; takes hours
	@scripts/disk 18
	@$(MAKE) --no-print-directory -C bench
bench-quick: deps llvm tree ## less of that, into build/bench/quick; minutes, once its kernels are built
	@scripts/disk 14
	@$(MAKE) --no-print-directory -C bench QUICK=1

# What makes a disk with a Debian system
tools tools-shell: PACKAGES += mmdebstrap fakeroot e2fsprogs systemtap linux-perf dpkg-dev
tools: deps $(if $(filter-out gcc-%,$(or $(TOOLS_KERNELS),pad)),llvm) tree ## run perf, bpftrace, BCC, trace-cmd and SystemTap in a Debian 12 on kernels with the option and without
	@scripts/disk $$((8 + 2 * $(words $(or $(TOOLS_KERNELS),1 2 3 4))))
	@$(MAKE) --no-print-directory -C tools
tools-shell: deps $(if $(filter-out gcc-%,$(firstword $(TOOLS_KERNELS) pad)),llvm) tree ## a prompt in that Debian, on the first of TOOLS_KERNELS
	@scripts/disk 10
	@$(MAKE) --no-print-directory -C tools shell

test: deps disk ## run every test; the last line is "N passed, N failed"
	@rm -rf $(BUILD)/results
	@$(MAKE) --no-print-directory llvm tree kernel initramfs
	@for config in $(MORE); do $(MAKE) --no-print-directory -s config-$$config || \
		echo "uno: there is no kernel of kunit/$$config.config, going on without"; done
	@printf '%s\n' $(LANES) | xargs -P $$([ "$$(scripts/accel)" = kvm ] && echo 1 || nproc) -I'{}' sh -c 'for stage in {}; do \
		$(MAKE) --no-print-directory -s run-$$stage || echo "uno: $$stage failed, going on with the others"; done'
	@$(MAKE) --no-print-directory -s total

lit: llvm tree run-lit ## test the compiler only
kunit: llvm tree kernel $(CPUS:%=run-kunit-%) ## run the KUnit suites only
kselftest: llvm tree kernel initramfs $(CPUS:%=run-kselftest-%) ## run the kselftests only

test-matrix: deps disk llvm tree ## run KUnit suites and kselftests for each of CONFIGS, kunit/*.config
	@scripts/test-matrix $(CONFIGS)

test-others: deps disk llvm tree ## the kernel's own tests with the option on and off, side by side
	@scripts/test-others

test-mutants: deps disk llvm tree ## break the series on purpose: which test finds each of MUTANTS?
	@scripts/test-mutants $(MUTANTS)

total:
	@scripts/total $(STAGES)

run-lit:
	@TAIL=40 $(STEP) lit 'the compiler tests' scripts/lit
run-kunit-%:
	@TAIL=60 $(STEP) kunit-$* 'KUnit: $(SUITES), -cpu $*' scripts/kunit $*
run-kselftest-%:
	@TAIL=60 $(STEP) kselftest-$* 'kselftest: $(KSELFTEST_TARGETS), -cpu $*' scripts/kselftest $*

# Of a configuration: build/matrix/NAME and build/results/NAME, see scripts/config.
config-%:
	@$(STEP) $* 'building the kernel and the guest of kunit/$*.config' \
		scripts/config $* sh -c 'scripts/kernel && selftests/initramfs'
$(MORE_TESTS:%=run-%): run-%:
	@TAIL=60 KSELFTESTS=$$(printf '%s' $(KSELFTESTS_$(@D:run-%=%):%=kprobes_uno:%.sh,)) $(STEP) $(subst /,-,$*) \
		'kernel $(subst /,: ,$(subst -, on -cpu ,$*))' scripts/config $(@D:run-%=%) scripts/$(subst -, ,$(*F))

run-targets-%:
	@TAIL=60 $(STEP) targets-$* 'jumps over branch targets, -cpu $*' scripts/targets $*

targets: llvm tree kernel initramfs $(CPUS:%=run-targets-%) ## probe what branches of the whole kernel lead into

proof: llvm tree config-minimal ## count the trapless hits' exceptions by QEMU's own log: none
	@scripts/config minimal scripts/proof

shell: llvm tree kernel initramfs ## boot the kernel to a shell prompt
	@selftests/run shell shell

deps: ## install the Debian packages that are missing
ifndef NODEPS
	@scripts/deps $(PACKAGES) $$($(MAKE) -s --no-print-directory -C llvm packages FULL=$(FULL))
endif

disk:
	@scripts/disk $(DISK)

llvm: ## build the patched clang, llc, llvm-mc and ld.lld (FULL=1: all of LLVM from source)
ifdef OWN_LLVM
	@$(STEP) llvm 'building clang, llc, llvm-mc and ld.lld' $(MAKE) -C llvm OUT=$(LLVM_OUT) JOBS=$(JOBS) FULL=$(FULL) all
endif

llvm-tree: ## unpack LLVM's source with the patches applied, to work on it
	@$(MAKE) --no-print-directory -C llvm OUT=$(LLVM_OUT) tree
llvm-refresh: ## write that work back to llvm/
	@$(MAKE) --no-print-directory -C llvm OUT=$(LLVM_OUT) refresh

tree: ## make build/linux: the base kernel with the series as commits
	@$(STEP) tree 'preparing $(BUILD)/linux' scripts/tree
refresh: ## write the commits of build/linux back to patches/ and series
	@scripts/refresh

kernel: ## build the kernel in build/kernel
	@$(STEP) kernel 'building the kernel in $(BUILD)/kernel' scripts/kernel
initramfs:
	@$(STEP) initramfs 'building the guest' selftests/initramfs

apply: ## KDIR=/path/to/linux: put the series onto your own kernel tree
	@scripts/apply '$(KDIR)'
unapply: ## KDIR=/path/to/linux: take it back
	@scripts/unapply '$(KDIR)'

check: ## shellcheck, checkpatch, licences, and is patches/ what build/linux holds?
	@scripts/check

# Without marker nops the series needs no compiler of its own but for "pad" and the like.
CHECKS ?= style docs gcc gcc-off
check-series: PACKAGES += sparse
check-series: deps tree ## each patch of the series by itself: style, documents, and $CHECKS, names of kunit/*.config: builds, boots and passes
	@CHECKS='$(CHECKS)' scripts/check-series

# Who has no name for a sign-off need not wait for the tree.
sender:
	@scripts/sender >/dev/null
mail: PACKAGES += b4
mail: sender deps tree ## write the series, or SERIES=name, into build/outgoing as they are sent; sends nothing
	@scripts/mail
mail-llvm: PACKAGES += clang-format-19
mail-llvm: sender deps ## the same of the compiler's patches: pull requests, their texts and the RFC
	@$(MAKE) --no-print-directory -C llvm RELEASE=$(MAIL_LLVM) SOURCE_ONLY=1 OUT=$(BUILD)/llvm$(MAIL_LLVM) tree
	@scripts/mail-llvm $(BUILD)/llvm$(MAIL_LLVM)/tree

clean: ## remove build/, work in build/linux included
	rm -rf $(BUILD)
