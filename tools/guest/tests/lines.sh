#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# perf probe by source lines: each line with code of some functions gets probes, which are
# trapless, and are hit. Which lines there are and which variables are known there is
# printed, as tools/lines compares it with what it is on a kernel without the option.

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

FUNCTIONS=(vfs_read vfs_write do_sys_openat2 path_openat do_filp_open link_path_walk
	ext4_file_write_iter shmem_getpage_gfp generic_file_read_iter
	kernel_clone copy_process wake_up_new_task do_mmap mmap_region handle_mm_fault
	tcp_sendmsg_locked tcp_recvmsg_locked tcp_v4_rcv ip_rcv_core sock_sendmsg
	ksys_read do_pipe2 do_epoll_wait do_futex)

# code FUNCTION: the numbers of its lines with code
code() {
	perf probe -q -L "$1" 2>/dev/null | sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p'
}

# define FUNCTION WHAT LINE...: what perf probe would write to kprobe_events
define() {
	local function=$1 what=$2 args=()
	shift 2
	for line in "$@"; do
		args+=(-D "uno_$function=$function:$line$what")
	done
	perf probe -q "${args[@]}" 2>/dev/null
}

total=0
for function in "${FUNCTIONS[@]}"; do
	mapfile -t lines_of < <(code "$function")
	[ ${#lines_of[@]} -gt 0 ] || continue
	total=$((total + ${#lines_of[@]}))
	define "$function" '' "${lines_of[@]}" >"$WORK/one" ||
		result 1 "each line of $function() has a place"
	sort -u -k 2 "$WORK/one" >>"$WORK/defined"
	echo "# lines $function: ${lines_of[*]}"
	for line in $([ "$function" != vfs_read ] || echo "${lines_of[@]}"); do
		echo "# variables $function:$line: $(define "$function" " \$vars" "$line" |
			sed 's/^[^ ]* [^ ]* *//; s/=[^ ]*//g' | sort -u | paste -s -d '|')"
	done
done
say "$total lines"
check "there are hundreds of lines with code" [ "$total" -ge 200 ]

nr=0 refused=0
while read -r _ place; do
	nr=$((nr + 1))
	echo "p:uno/line$nr $place" >>$TRACEFS/kprobe_events || refused=$((refused + 1))
done <"$WORK/defined" 2>"$WORK/refused"
say "$nr places, $refused of them refused"
check "nearly all of them can be probed" [ "$refused" -le $((nr / 100)) ]
echo 1 >$TRACEFS/events/uno/enable
sleep 3
say "$(armed)"
if option KPROBES_UNO; then
	check "nearly all of them are trapless" [ "$(trapping)" -le $((nr / 100)) ]
fi
zeros "$COUNT"
hit=$(awk '$2 > 0 { n++ } END { print n + 0 }' $TRACEFS/kprobe_profile)
say "$hit have been hit"
check "a good part of them is hit" [ "$hit" -ge $((nr / 10)) ]
echo 0 >$TRACEFS/events/uno/enable

finish
