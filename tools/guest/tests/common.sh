# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of the tools share. They run as root in the guest, with $KOUT, the
# kernel's build, and source this from their directory.
#
# What a tool says with probes as the kernel arms them is compared with what it says of the
# same run with probes that are int3, by debug.kprobes-optimization. Those at entries of
# functions are ftrace's, either way. The workload is such that everything can be counted:
# "zeros" reads a byte of /dev/zero and writes it to /dev/null as often as it is told, and
# nobody else calls read_zero() and write_null(). It begins with a look at how the probes are
# armed, which "both" checks.

set -o pipefail
TRACEFS=/sys/kernel/tracing
LIST=/sys/kernel/debug/kprobes/list
NR=0
FAILED=0
WORK=$(mktemp -d)
COUNT=300

say() {
	echo "# $*"
}

# result STATUS DESCRIPTION
result() {
	NR=$((NR + 1))
	if [ "$1" = 0 ]; then
		echo "ok $NR $2"
	else
		echo "not ok $NR $2"
		FAILED=$((FAILED + 1))
	fi
}

# check DESCRIPTION COMMAND...
check() {
	local description=$1
	shift
	"$@" >"$WORK/check" 2>&1
	local status=$?
	[ $status = 0 ] || tail -n 15 "$WORK/check" | sed 's/^/# /'
	result $status "$description"
}

# equal DESCRIPTION WANTED FOUND
equal() {
	[ "$2" = "$3" ] || { say "$1: wanted '$2', found '$3'"; head -n 1 "$WORK/as-is" 2>/dev/null | sed "s/^/# /"; }
	result "$([ "$2" = "$3" ]; echo $?)" "$1"
}

skip() {
	NR=$((NR + 1))
	echo "ok $NR # SKIP $1"
}

finish() {
	clean_up
	equal "the kernel has not warned" 0 $(($(cat /proc/sys/kernel/tainted) & 0x280))
	echo "1..$NR"
	rm -rf "$WORK"
	[ $FAILED = 0 ]
	exit
}

clean_up() {
	sysctl -qw debug.kprobes-optimization=1
	echo 0 >$TRACEFS/events/enable
	echo >$TRACEFS/kprobe_events
}

# listed COMMAND...: run it, when probes are as they will be, and keep the list of them
listed() {
	local i
	for i in $(seq 50); do
		[ "$(sysctl -n debug.kprobes-optimization)" = 1 ] || break
		[ "$(trapping)" != 0 ] || break
		# Where some always trap
		[ "$i" -lt 20 ] || option KPROBES_UNO || break
		sleep 0.1
	done
	cp $LIST "$WORK/list"
	"$@"
}

# zeros [COUNT]: the workload
zeros() {
	listed dd if=/dev/zero of=/dev/null bs=1 count="${1:-$COUNT}" status=none
}

# option NAME: is it in the kernel's configuration?
option() {
	grep -q "^CONFIG_$1=[ym]" "$KOUT/.config"
}

# armed [LIST]: what kprobes/list says of its probes: how many by which mechanism
armed() {
	awk '/\[FTRACE\]/ { n["ftrace"]++; next }
		/\[UNO\]/ { n["marker nop"]++; next }
		/\[OPTIMIZED\]/ { n["jump"]++; next }
		/\[(DISABLED|GONE)\]/ { n["not armed"]++; next }
		{ n["int3"]++ }
		END { for (m in n) printf("%s %d, ", m, n[m]) }' "${1:-$LIST}" | sed 's/, $//'
}

# trapping [LIST]: how many probes trap, of those in the list
trapping() {
	grep -c -v -E '\[(FTRACE|UNO|OPTIMIZED|DISABLED|GONE)\]' "${1:-$LIST}"
}

export -f listed zeros option trapping
export COUNT WORK LIST

# few NUMBER: how many of so many probes, anywhere in functions, trap at most
few() {
	# Without wider encodings or marker nops what is short and in front of a branch target does.
	if option KPROBES_UNO_PAD || option KPROBES_UNO_NOPS; then echo $(($1 / 50)); else echo $(($1 / 15)); fi
}

# both DESCRIPTION COMMAND...: it says something, and the same with probes by int3; and the
# list says so of the probes, which are trapless otherwise, but for $MAY_TRAP of them, if the
# kernel has the option. Not with $UNLISTED, for what is no kprobe.
both() {
	local description=$1
	shift
	local status
	rm -f "$WORK/list"
	sysctl -qw debug.kprobes-optimization=1
	"$@" >"$WORK/as-is" 2>"$WORK/as-is.err"
	status=$?
	mv "$WORK/list" "$WORK/list.as-is"
	sysctl -qw debug.kprobes-optimization=0
	"$@" >"$WORK/int3" 2>"$WORK/int3.err"
	sysctl -qw debug.kprobes-optimization=1
	if [ $status = 0 ] && [ -s "$WORK/as-is" ] && diff "$WORK/as-is" "$WORK/int3" >"$WORK/diff"; then
		result 0 "$description"
	else
		tail -n 5 "$WORK/as-is.err" "$WORK/int3.err" | sed 's/^/# /'
		head -n 20 "$WORK/diff" 2>/dev/null | sed 's/^/# /'
		result 1 "$description"
	fi
	[ -z "${UNLISTED:-}" ] || return
	say "armed as they are by $(armed "$WORK/list.as-is"); otherwise by $(armed "$WORK/list")"
	check "probes are in the list" [ -s "$WORK/list.as-is" ]
	! option KPROBES_UNO ||
		check "${MAY_TRAP:+at most }${MAY_TRAP:-none} of them trap" [ "$(trapping "$WORK/list.as-is")" -le "${MAY_TRAP:-0}" ]
	check "but for those of ftrace, all do otherwise" \
		[ "$(grep -c -v -E '\[(FTRACE|DISABLED|GONE)\]' "$WORK/list")" = "$(trapping "$WORK/list")" ]
}

# lines: how many lines of the last "both" match
lines() {
	grep -c -E "$1" "$WORK/as-is"
}

# middle FUNCTION: the offset of an instruction in the middle of it that is neither the
# first one nor one that kprobes refuses, in the words of tools
middle() {
	local offset
	for offset in $(offsets "$1" | sed 1,2d); do
		echo "p:uno_middle $1+$offset" >$TRACEFS/kprobe_events 2>/dev/null || continue
		echo >$TRACEFS/kprobe_events
		echo "$offset"
		return
	done
	return 1
}

# offsets FUNCTION: of its instructions
offsets() {
	[ -e "$WORK/$1.s" ] || gdb -batch -ex "disassemble $1" "$KOUT/vmlinux" >"$WORK/$1.s" 2>/dev/null
	sed -n 's/^ *0x[0-9a-f]* <+\([0-9]*\)>:.*/\1/p' "$WORK/$1.s"
}
