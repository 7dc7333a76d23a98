#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bpftrace: entries, offsets, returns, arguments, strings, stacks, histograms, many by
# wildcard, and another return value

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

# trace PROGRAM [COMMAND]: what it says, while the workload or another command of a shell runs
# shellcheck disable=SC2317 # called by "both"
trace() {
	echo "${2:-zeros}" >"$WORK/run"
	bpftrace --unsafe -e "$1" -c "/bin/bash $WORK/run" 2>"$WORK/stderr" |
		grep -v '^Attaching'
	cat "$WORK/stderr" >&2
	! grep -q -i error "$WORK/stderr"
}

both "an entry" trace 'kprobe:read_zero { @[comm] = count(); }'
equal "is counted" 1 "$(lines "^@\[dd\]: $COUNT$")"

both "arguments" trace 'kprobe:read_zero { @[arg2] = count(); }'
equal "have their values" 1 "$(lines "^@\[1\]: $COUNT$")"

both "a return" trace 'kretprobe:read_zero { @[retval] = count(); }'
equal "has its value" 1 "$(lines "^@\[1\]: $COUNT$")"

offset=$(middle read_zero)
bpftrace -e "kprobe:read_zero+$offset { @ = count(); }" -c /bin/true >"$WORK/offset" 2>&1
if grep -q 'offset support' "$WORK/offset"; then
	skip "an offset: this bpftrace has been built without offset support"
else
	both "an offset" trace "kprobe:read_zero+$offset { @[func] = count(); }"
	equal "is hit each time" 1 "$(lines "^@\[read_zero\]: $COUNT$")"
fi

both "a stack" trace "kprobe:read_zero { @[kstack(3)] = count(); }"
equal "is one of all" 1 "$(lines "^\]: $COUNT$")"
equal "with who called" 1 "$(lines '^ *vfs_read\+')"

# Others may not be in memory at that moment.
# shellcheck disable=SC2317 # called by "both"
strings() {
	trace 'kprobe:do_sys_openat2 /comm == "cat"/ { @[str(uptr(arg1))] = count(); }' \
		'listed cat /etc/hostname' | grep hostname
}
both "a string of the user's" strings
equal "is that of the file" 1 "$(lines '^@\[/etc/hostname\]: 1$')"

both "a histogram" trace 'kprobe:write_null { @ = hist(arg2); }'
equal "has all values" 1 "$(lines "^\[1\] +$COUNT ")"

# For wildcards it takes no kprobes, but fprobe.
UNLISTED=1 both "hundreds by a wildcard" eval \
	"trace 'kprobe:vfs_* /comm == \"dd\"/ { @[func] = count(); }' | grep -E 'vfs_(read|write)\]'"
equal "reads and writes among them" 2 "$(lines ": 3[0-9][0-9]$")"
export BPFTRACE_MAX_PROBES=5000
UNLISTED=1 both "thousands by wildcards" eval "trace '$(printf 'kprobe:%s_*,' tcp ext4 sched mem sock skb jbd2 | sed 's/,$//')
	/comm == \"dd\"/ { @ = count(); }' | sed 's/@: [0-9][0-9]*/@: some/'"
equal "some are hit" 1 "$(lines '^@: some')"

mapfile -t functions < <(sed -n 's/^\(vfs_[a-z_]*\|tcp_[a-z_]*\)$/\1/p' $TRACEFS/available_filter_functions | sort -r | uniq -u | head -n 300)
both "hundreds by their names" eval "trace '$(printf 'kprobe:%s,' "${functions[@]}" | sed 's/,$//')
	/comm == \"dd\"/ { @[func] = count(); }' | grep -E 'vfs_(read|write)\]' | sort"
equal "reads and writes among them, too" 2 "$(lines ": 3[0-9][0-9]$")"
check "they are as many" [ "$(wc -l <"$WORK/list.as-is")" = ${#functions[@]} ]

if option BPF_KPROBE_OVERRIDE; then
	both "another return value" eval \
		"trace 'kprobe:__x64_sys_geteuid /comm == \"id\"/ { override(1234); }' 'listed id -u'"
	equal "is what the program gets" 1 "$(lines '^1234$')"
else
	skip "another return value: no CONFIG_BPF_KPROBE_OVERRIDE"
fi

finish
