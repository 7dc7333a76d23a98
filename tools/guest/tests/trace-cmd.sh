#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# trace-cmd: recording kprobe events at entries, in the middle and at returns, with
# arguments and filters, beside the function tracer

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# record OPTION...: what the report says of the workload's hits
# shellcheck disable=SC2317 # called by "both"
record() {
	trace-cmd record -q -o "$WORK/dat" "$@" bash -c zeros >"$WORK/record" 2>&1 || cat "$WORK/record"
	trace-cmd report -i "$WORK/dat" 2>/dev/null |
		sed -n 's/^ *dd-[0-9]* .*: \(uno_[a-z]*\|function\): */\1 /p' |
		sed 's/0x[0-9a-f]\{16\}/pointer/g; s/([^)]*)/(at)/'
}

offset=$(middle read_zero)
{
	echo 'p:kprobes/uno_entry read_zero count=%dx:u64'
	echo "p:kprobes/uno_middle read_zero+$offset"
	# shellcheck disable=SC2016 # a word of the kernel's
	echo 'r:kprobes/uno_return read_zero ret=$retval:s64'
} >$TRACEFS/kprobe_events
check "the events are there" [ "$(wc -l <$TRACEFS/kprobe_events)" = 3 ]

both "events of a group" record -e kprobes
for event in 'uno_entry .*count=1$' 'uno_middle' 'uno_return .*ret=1$'; do
	equal "${event%% *}: each" "$COUNT" "$(lines "^$event")"
done
both "a filter that lets all pass" record -e kprobes:uno_entry -f 'count == 1'
equal "does so" "$COUNT" "$(lines '^uno_entry')"
record -e kprobes:uno_entry -f 'count == 2' >"$WORK/none"
equal "another lets none pass" 0 "$(grep -c uno_entry "$WORK/none")"
both "beside the function tracer" record -p function -l read_zero -e kprobes:uno_middle
equal "probes are hit" "$COUNT" "$(lines '^uno_middle')"
equal "functions are traced" "$COUNT" "$(lines '^function')"

finish
