#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# SystemTap: a script with probes on functions, statements and returns, whose module is
# built against the kernel by the compiler that built the kernel

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# As whoever builds a module for this kernel has to say
make=()
if option CC_IS_CLANG; then
	make=(-B "LLVM=$LLVM")
fi

# The line of what is done in each call, with a variable that is known there
line=$(perf probe -q -L read_zero | sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p' | sed -n 3p)
say "line $line of read_zero()"
cat >"$WORK/uno.stp" <<EOF
global entries, values, returns, lines
probe kernel.function("read_zero") { entries++; values += \$count }
probe kernel.function("read_zero").return { if (\$return == 1) returns++ }
probe kernel.statement("read_zero@drivers/char/mem.c+$line") { lines++ }
probe end { printf("entries %d values %d returns %d lines %d\n", entries, values, returns, lines > 0) }
EOF

cd "$WORK" || exit
check "the script becomes a module" stap -p4 -m uno_stap -r "$KOUT" "${make[@]}" uno.stp
# Called by "both"
# shellcheck disable=SC2317
script() {
	staprun -c "bash -c zeros" uno_stap.ko
}
both "it runs" script
equal "and sees each" 1 "$(lines "entries $COUNT values $COUNT returns $COUNT lines 1")"

finish
