#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Source lines: what perf probe has made of each with code of some functions (see tools/lines)
# can be probed, is trapless, and is hit

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

probes=$KOUT/../lines/probes
total=$(wc -l <"$KOUT/../lines/variables")
say "$total lines"
check "there are hundreds of lines" [ "$total" -ge 200 ]

nr=0 refused=0
while read -r _ place; do
	nr=$((nr + 1))
	if ! echo "p:uno/line$nr $place" >>$TRACEFS/kprobe_events; then
		refused=$((refused + 1))
		say "refused: $place"
	fi
done < <(sort -u -k 2 "$probes") 2>/dev/null
say "$nr places, $refused of them refused"
check "nearly all of them can be probed" [ "$refused" -le $((nr / 100)) ]
echo 1 >$TRACEFS/events/uno/enable
sleep 5
say "$(armed)"
if option KPROBES_UNO_PAD; then
	check "nearly all of them are trapless" [ "$(trapping)" -le $((nr / 50)) ]
elif option KPROBES_UNO; then
	# Not what is short and in front of a branch target, as the compiler does nothing for it
	check "most of them are trapless" [ "$(trapping)" -le $((nr / 15)) ]
fi
zeros "$COUNT"
bash -c 'cat /proc/self/status /etc/passwd | sort >/dev/null'
hit=$(awk '$2 > 0 { n++ } END { print n + 0 }' $TRACEFS/kprobe_profile)
say "$hit have been hit"
check "a good part of them is hit" [ "$hit" -ge $((nr / 5)) ]
echo 0 >$TRACEFS/events/uno/enable

finish
