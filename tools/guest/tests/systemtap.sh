#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# SystemTap: the module of uno.stp, which tools/stap has built against the kernel

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# staprun switches jump optimization off, for all probes, and leaves it off.
# shellcheck disable=SC2317 # called by "both"
script() {
	local optimize
	optimize=$(sysctl -n debug.kprobes-optimization)
	staprun -c "bash -c 'sysctl -qw debug.kprobes-optimization=$optimize; zeros'" "$KOUT/../stap/uno_stap.ko"
}
both "a script with a function, a return and a statement" script
equal "sees each of them" 1 "$(lines "entries $COUNT values $COUNT returns $COUNT lines $COUNT")"

finish
