#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# stress-ng and a network workload on the loopback, while tools attach to and detach from
# hundreds of probe points, for $UNO_SECONDS (60): what can be counted is complete, and the
# text is what it was in the end

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

seconds=${UNO_SECONDS:-60}

# text: a checksum of the kernel's text, as /proc/kcore has it
text() {
	local from to
	from=$(sed -n 's/ T _stext$//p' /proc/kallsyms)
	to=$(sed -n 's/ T _etext$//p' /proc/kallsyms)
	gdb -batch -ex "dump binary memory $WORK/text 0x$from 0x$to" "$KOUT/vmlinux" /proc/kcore >/dev/null 2>&1
	sha256sum <"$WORK/text"
}

# load SECONDS: in the background
load() {
	stress-ng --quiet --timeout "$1" --fork 1 --pipe 1 --mmap 1 --mmap-bytes 16M --hdd 1 --hdd-bytes 8M \
		--temp-path "$WORK" --timer 1 --futex 1 &
	stress=$!
	iperf3 -s >/dev/null 2>&1 &
	server=$!
	sleep 3
	iperf3 -c 127.0.0.1 -t "$1" -b 20M >"$WORK/network" 2>&1 &
	client=$!
}

end_load() {
	wait $stress $client
	kill $server
	wait
}

trapped=''
# tool NUMBER: one of them comes and goes
tool() {
	case $(($1 % 4)) in
	0)	perf probe -q -a 'vfs_*' && perf probe -q -d 'probe:*' ;;
	1)	for function in tcp_sendmsg tcp_recvmsg do_mmap kernel_clone pipe_write; do
			for offset in $(offsets $function | awk 'NR % 3 == 0' | head -n 60); do
				echo "p:middle/${function}_$offset $function+$offset"
			done
		done >>$TRACEFS/kprobe_events 2>/dev/null
		echo 1 >$TRACEFS/events/middle/enable
		sleep 1
		trapped="$(trapping) of $(wc -l <"$LIST")"
		echo 0 >$TRACEFS/events/middle/enable
		echo '-:middle/' >>$TRACEFS/kprobe_events ;;
	2)	bpftrace -e 'kprobe:tcp_* { @[func] = count(); } interval:s:2 { exit(); }' ;;
	3)	timeout -s INT 300 funccount-bpfcc -d 2 'vfs_*' ;;
	esac >"$WORK/round" 2>&1
}

# What is changed in the text by whoever does such things first is changed now.
load 5
for round in 1 2 3 4; do
	tool $round || tail -n 5 "$WORK/round" | sed 's/^/# /'
done
end_load
clean_up
sleep 2
before=$(text)
check "the kernel's text can be read" [ "$(wc -c <"$WORK/text")" -gt 1000000 ]
cp "$WORK/text" "$WORK/text.before"

load $((seconds + 30))
echo 'p:uno/always read_zero' >>$TRACEFS/kprobe_events
echo 1 >$TRACEFS/events/uno/always/enable
end=$((SECONDS + seconds)) rounds=0 reads=0 failed=0
while [ $SECONDS -lt $end ] || [ $rounds -lt 4 ]; do
	rounds=$((rounds + 1))
	tool $rounds || { failed=$((failed + 1)); tail -n 5 "$WORK/round" | sed 's/^/# /'; }
	zeros 100
	reads=$((reads + 100))
done
say "$rounds rounds; in the last one with probes in the middle of functions $trapped trapped"
equal "none of them has failed" 0 $failed
echo 0 >$TRACEFS/events/uno/always/enable
# shellcheck disable=SC2046 # two words
set -- $(awk '$1 == "always" { print $2, $3 }' $TRACEFS/kprobe_profile)
say "hit $1 times, missed $2 times"
equal "hits and misses are all reads" $reads $(($1 + $2))
end_load
check "the network has worked" grep -q receiver "$WORK/network"
clean_up
sleep 2
equal "no probe is left" 0 "$(wc -l <"$LIST")"
equal "the text is what it was" "$before" "$(text)"
cmp -l "$WORK/text.before" "$WORK/text" | head -n 10 | sed 's/^/# /'

finish
