#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# BCC: funccount by name and by wildcard, trace with arguments and return values, argdist,
# stackcount, opensnoop

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# with COMMAND...: a tool that goes on until it is interrupted, while the workload runs
# shellcheck disable=SC2317 # called by "both"
with() {
	local tool i
	# A job in the background ignores interrupts, unless told otherwise.
	env --default-signal=INT stdbuf -oL "$@" >"$WORK/tool" 2>"$WORK/tool.err" &
	tool=$!
	for i in $(seq 600); do
		[ "$(wc -l <"$LIST")" -eq 0 ] || break
		kill -0 "$tool" 2>/dev/null || break
		sleep 0.5
	done
	# All of them, if there are many
	while i=$(wc -l <"$LIST") && sleep 2 && [ "$i" -lt "$(wc -l <"$LIST")" ]; do :; done
	zeros "$COUNT"
	sleep "${AFTER:-1}"
	kill -INT "$tool"
	wait "$tool"
	cat "$WORK/tool"
	! grep -i -E 'error|exception' "$WORK/tool.err" >&2
}

# shellcheck disable=SC2317 # called by "both"
counts() {
	with funccount-bpfcc "$1" | awk -v least="$COUNT" '$1 ~ /(read_zero|write_null|vfs_read|vfs_write)$/ {
		if ($1 ~ /vfs/) $2 = ($2 >= least)
		print $1, $2 }' | sort
}

both "funccount of one function" counts read_zero
equal "has each call" 1 "$(lines "read_zero $COUNT$")"
both "funccount of hundreds" counts 'vfs_*'
equal "has reads and writes" 2 "$(lines 'vfs_(read|write) 1$')"

both "trace with an argument" eval "with trace-bpfcc 'read_zero \"%d\", arg3' | awk '\$4 == \"read_zero\" { print \$3, \$4, \$5 }'"
equal "shows each" "$COUNT" "$(lines '^dd read_zero 1$')"
both "trace of returns" eval "with trace-bpfcc 'r::read_zero \"%d\", retval' | awk '\$4 == \"read_zero\" { print \$3, \$4, \$5 }'"
equal "shows each of them" "$COUNT" "$(lines '^dd read_zero 1$')"

# It says what it has counted every four seconds.
# shellcheck disable=SC2317 # called by "both"
values() {
	AFTER=9 with argdist-bpfcc -i 4 -C 'p::write_null(void *f, void *b, size_t n):u64:n' |
		sed -n 's/^[[:space:]]*\([0-9]*\)[[:space:]]*\(n = .*\)/\1 \2/p' | tail -n 1
}
both "argdist" values
equal "has all values" 1 "$(lines "^$COUNT n = 1$")"

# shellcheck disable=SC2317 # called by "both"
histogram() {
	# shellcheck disable=SC2016 # a word of the tool's
	AFTER=9 with argdist-bpfcc -i 4 -H 'r::read_zero(void *f, void *b, size_t n):u64:$retval' |
		sed -n 's/^ *\([0-9]* -> [0-9]*\) *: *\([0-9]*\) .*/\1: \2/p' | grep -v ': 0$' | tail -n 1
}
both "argdist, a histogram of what a function returns" histogram
equal "has all of them" 1 "$(lines "^0 -> 1: $COUNT$")"

both "stackcount" eval "with stackcount-bpfcc read_zero | sed 's/^ *//' | grep -E '^(read_zero|vfs_read|ksys_read|[0-9]+)$'"
equal "has one stack of all" 1 "$(lines "^$COUNT$")"
equal "with who called" 1 "$(lines '^vfs_read$')"

finish
