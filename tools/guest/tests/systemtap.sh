#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# SystemTap: the module of uno.stp, which tools/stap has built against the kernel

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# shellcheck disable=SC2317 # called by "both"
script() {
	staprun -c "bash -c zeros" "$KOUT/../stap/uno_stap.ko"
}
both "a script with a function, a return and a statement" script
equal "sees each of them" 1 "$(lines "entries $COUNT values $COUNT returns $COUNT lines $COUNT")"

finish
