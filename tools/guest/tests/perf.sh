#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# perf probe and perf record: entries, offsets, source lines with variables, returns,
# arguments in registers, user strings, stacks, filters, many by wildcard

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# shellcheck disable=SC2317 # called by "thousand"
# network: a connection on the loopback
network() {
	iperf3 -s -1 >/dev/null 2>&1 &
	sleep 1
	iperf3 -c 127.0.0.1 -n 100K >/dev/null 2>&1
	wait
}
export -f network

# record EVENT [OPTION...]: what perf script says of the workload's hits, but for the time and
# the address: that is of the instruction, or of the byte behind an int3
# shellcheck disable=SC2317 # called by "both"
record() {
	local event=$1
	shift
	perf record -q -a -o "$WORK/data" -e "$event" "$@" -- bash -c zeros >"$WORK/record" 2>&1 ||
		{ cat "$WORK/record"; return 1; }
	perf script -i "$WORK/data" --ns -F "${FIELDS:-comm,event,trace}" 2>"$WORK/script.err" |
		grep -v -E '^ *(perf|bash) ' | sed 's/(\([0-9a-f]*\))/(at)/'
}

# probe DESCRIPTION DEFINITION: make the event probe:test
probe() {
	perf probe -q -d 'probe:*' 2>/dev/null
	check "$1" perf probe -q -a "$2"
}

probe "an entry" 'test=read_zero'
both "counts the same" record probe:test
equal "each read" "$COUNT" "$(lines 'probe:test')"

probe "an entry with a variable" 'test=read_zero count'
both "sees the same" record probe:test
equal "the value of each" "$COUNT" "$(lines 'count=(1|0x1)$')"

# shellcheck disable=SC2016 # a word of the kernel's
probe "a return" 'test=read_zero%return $retval'
both "returns the same" record probe:test__return
equal "each of them" "$COUNT" "$(lines 'arg1=(1|0x1)$')"

offset=$(middle read_zero)
probe "an offset, with a register" "test=read_zero+$offset di=%di:x64 sp=%sp:x64"
both "is hit as often" eval 'record probe:test | sed "s/=0x[0-9a-f]*/=/g"'
equal "each time" "$COUNT" "$(lines 'di= sp=')"

# The first line at which its variable is known and that has a place of its own
for line in $(perf probe -q -L read_zero | sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p'); do
	if [ "$line" != 0 ] && perf probe -q -D "read_zero:$line count" >/dev/null 2>&1; then
		at=$line
		break
	fi
done
say "line $at of read_zero()"
probe "a source line, with a variable" "test=read_zero:$at count"
both "has the same values" record probe:test
check "it has been hit" [ "$(lines 'probe:test.* count=')" -gt 0 ]

probe "a string of the user's" 'test=do_sys_openat2 filename:ustring'
# shellcheck disable=SC2317 # called by "both"
open() {
	perf record -q -a -o "$WORK/data" -e probe:test -- bash -c 'listed cat /etc/hostname' >/dev/null 2>&1
	perf script -i "$WORK/data" -F comm,trace 2>/dev/null | grep '^ *cat .*hostname' | sed 's/([^)]*)//'
}
both "is read" open
equal "which is that of the file" 1 "$(lines 'filename_ustring="/etc/hostname"')"

probe "an event to be filtered" 'test=write_null count'
both "the filter that lets all pass" record probe:test --filter 'count == 1'
equal "does so" "$COUNT" "$(lines 'probe:test')"
record probe:test --filter 'count != 1' >"$WORK/none"
equal "and another one lets none pass" 0 "$(grep -c probe:test "$WORK/none")"

probe "an event with a stack" "test=read_zero+$offset"
# shellcheck disable=SC2317 # called by "both"
stacks() {
	FIELDS=comm,ip,sym record probe:test -g | sed -n 's/^[[:space:]]*[0-9a-f]\{8,\} //p' |
		sort | uniq -c | awk '$1 >= '"$COUNT"' { print $2, $1 }'
}
both "has the same stacks" stacks
for function in read_zero vfs_read ksys_read do_syscall_64; do
	equal "with $function()" 1 "$(lines "^$function $COUNT")"
done

perf probe -q -d 'probe:*'
check "hundreds of events by a wildcard" perf probe -q -a 'vfs_*'
num=$(wc -l <$TRACEFS/kprobe_events)
say "$num events"
# shellcheck disable=SC2317 # called by "both"
many() {
	perf stat -x, -a -e 'probe:vfs_*' -- bash -c zeros 2>&1 |
		awk -F, -v least="$COUNT" '/probe:vfs_(read|write),/ { print $3, ($1 >= least) }'
}
both "count" many
equal "reads and writes" 2 "$(lines ' 1$')"

perf probe -q -d 'probe:*'
# Where functions are inlined, too. perf stops at the first event that is refused, as they are in
# what must not be traced: copies of "inline" functions that the compiler has not inlined. So what
# it would write is written here.
for group in inet jbd2 udp tcp_v4 fib neigh arp ext4_mb; do
	perf probe -q --max-probes 5000 -D "${group}_*" 2>"$WORK/perf"
done >"$WORK/definitions"
while read -r definition; do
	echo "$definition" >>$TRACEFS/kprobe_events
done <"$WORK/definitions" 2>/dev/null
num=$(wc -l <$TRACEFS/kprobe_events)
say "$num places of $(wc -l <"$WORK/definitions"), by wildcards"
check "they are more than a thousand" [ "$num" -ge 1000 ]
# On one CPU: perf takes all events of a CPU out and in again for each that it opens.
# shellcheck disable=SC2317 # called by "both"
thousand() {
	perf stat -x, -C 0 -e 'probe:*' -- taskset -c 0 bash -c 'listed network' 2>&1 |
		awk -F, '/probe:/ { n++; hit += ($1 > 0) } END { print n, (hit > 20) }'
}
MAY_TRAP=$(few "$num") both "count" thousand
# An event can have several places.
equal "are all counted, some are hit" 1 "$(lines "^$(find $TRACEFS/events/probe/* -maxdepth 0 -type d | wc -l) 1$")"
perf probe -q -d 'probe:*'
equal "all events are gone" 0 "$(wc -l <$TRACEFS/kprobe_events)"

finish
