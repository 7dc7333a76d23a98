#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# times.sh [TOOL...]: how long these tools (perf, bpftrace, funccount; all of them if none is named)
# take to attach to many probe points, and to detach: "time,WHAT,PROBES,NS to attach,NS to
# detach" each. Not a test. With one CPU that executes an instruction in a nanosecond these are
# instructions, and what is waited for. That must not be a disk, as time goes on to the next timer
# meanwhile: what is told is the second time.

# shellcheck source-path=SCRIPTDIR/tests source=common.sh
. "$(dirname "$0")/tests/common.sh"

now() {
	date +%s%N
}

# line WHAT PROBES BEGIN ATTACHED DETACH GONE
line() {
	echo "time,$1,$2,$(($4 - $3)),$(($6 - $5))"
}

# The command that a tool runs when it has attached itself
cat >"$WORK/attached" <<-'END'
	#!/bin/bash
	date +%s%N
	wc -l </sys/kernel/debug/kprobes/list
	date +%s%N
END
chmod +x "$WORK/attached"

# attached WHAT COMMAND...: it runs that one
attached() {
	local what=$1 begin
	shift
	begin=$(now)
	"$@" >"$WORK/out" 2>&1
	local gone
	gone=$(now)
	mapfile -t said < <(grep -E '^[0-9]+$' "$WORK/out")
	[ ${#said[@]} = 3 ] || { head -n 20 "$WORK/out"; return; }
	line "$what" "${said[1]}" "$begin" "${said[0]}" "${said[2]}" "$gone"
}

# count_functions PATTERN: funccount says when it is attached, and goes when it is interrupted. What
# it does before, compile a program, takes longer than anything else, and is left out.
count_functions() {
	local begin attached detach num
	env --default-signal=INT stdbuf -oL funccount-bpfcc "$1" >"$WORK/out" 2>&1 &
	until [ "$(wc -l <$LIST)" != 0 ]; do
		sleep 0.01
	done
	begin=$(now)
	until grep -q '^Tracing' "$WORK/out"; do
		sleep 0.01
	done
	attached=$(now)
	num=$(wc -l <$LIST)
	detach=$(now)
	kill -INT $!
	wait $!
	line "funccount '$1'" "$num" "$begin" "$attached" "$detach" "$(now)"
}

# What perf probe does for source lines behind its look at debug information
perf_times() {
	attached '' perf stat -x, -C 0 -e 'kmem:*' -- "$WORK/attached" >/dev/null
	cut -d ' ' -f 2 "$KOUT/../lines/probes" | sort -u >"$WORK/places"
	for num in 1 "$(wc -l <"$WORK/places")"; do
		begin=$(now)
		head -n "$num" "$WORK/places" | {
			while read -r place; do
				nr=$((${nr:-0} + 1))
				echo "p:lines/line$nr $place"
			done 2>/dev/null
		} >>$TRACEFS/kprobe_events
		made=$(now)
		num=$(wc -l <$TRACEFS/kprobe_events)
		attached "perf stat -e 'lines:*'" perf stat -x, -C 0 -e 'lines:*' -- "$WORK/attached"
		remove=$(now)
		echo '-:lines/' >>$TRACEFS/kprobe_events
		line "the events of source lines, made and removed" "$num" "$begin" "$made" "$remove" "$(now)"
	done
}

# One by one: for a wildcard bpftrace takes no kprobes, but fprobe
bpftrace_times() {
	mapfile -t functions < <(sed -n 's/^\(tcp_[a-z_]*\)$/\1/p' $TRACEFS/available_filter_functions | sort | uniq -u | head -n 300)
	named=$(printf 'kprobe:%s,' "${functions[@]}")
	for _ in once 'more, and told'; do
		attached "bpftrace, by name" bpftrace -e "kprobe:${functions[0]} { @[func] = count(); }" -c "/bin/bash $WORK/attached"
	done | tail -n 1
	attached "bpftrace, by name" bpftrace -e "${named%,} { @[func] = count(); }" -c "/bin/bash $WORK/attached"
	attached "bpftrace 'kprobe:tcp_*'" bpftrace -e 'kprobe:tcp_* { @[func] = count(); }' -c "/bin/bash $WORK/attached"
}

funccount_times() {
	count_functions 'tcp_*'
}

[ $# != 0 ] || set -- perf bpftrace funccount
for tool in "$@"; do
	"${tool}_times"
done
