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

# Neighbours are in different groups: each is to be seen as if it were alone, and a jump can't be
# where another probe is below it.
nr=0 refused=0 groups=8
while read -r _ place; do
	nr=$((nr + 1))
	if ! echo "p:uno$((nr % groups))/line$nr $place" >>$TRACEFS/kprobe_events; then
		refused=$((refused + 1))
		say "refused: $place"
	fi
done < <(sort -u -k 2 "$probes" | sort -t + -k 1,1 -k 2n) 2>/dev/null
say "$nr places, $refused of them refused"
check "nearly all of them can be probed" [ "$refused" -le $((nr / 100)) ]
trap=0
for group in $(seq 0 $((groups - 1))); do
	echo 1 >"$TRACEFS/events/uno$group/enable"
	listed true
	trap=$((trap + $(trapping "$WORK/list")))
	say "$(armed "$WORK/list")"
	grep -v -E '\[' "$WORK/list" | sed 's/^/# traps: /'
	echo 0 >"$TRACEFS/events/uno$group/enable"
done
! option KPROBES_UNO || check "nearly all of them are trapless" [ $trap -le "$(few $nr)" ]
for group in $(seq 0 $((groups - 1))); do
	echo 1 >"$TRACEFS/events/uno$group/enable"
done
say "together: $(armed)"
zeros "$COUNT"
bash -c 'cat /proc/self/status /etc/passwd | sort >/dev/null'
hit=$(awk '$2 > 0 { n++ } END { print n + 0 }' $TRACEFS/kprobe_profile)
say "$hit have been hit"
check "a good part of them is hit" [ "$hit" -ge $((nr / 5)) ]

finish
