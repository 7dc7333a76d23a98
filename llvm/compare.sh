#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# compare.sh OUT DIR: compile C files with and without -mkprobe-nops, and compare
# the objects with compare.py. The files are each $STEP-th of the kernel built in
# $KBUILD, with its flags, or of DIR. Used by `make compare`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1
dir=$2
number=0 files=0 bad=0 instructions=0 nops=0 branches=0

# check COMMAND...: runs COMMAND with the flags of each mode and compares.
check() {
	local mode line
	"$@" -mno-kprobe-nops -o "$out/none.o" >/dev/null 2>&1 || return
	files=$((files + 1))
	for mode in minimal all; do
		if ! "$@" "-mkprobe-nops=$mode" -o "$out/$mode.o"; then
			echo "compare: $mode does not compile: $*"
			bad=$((bad + 1))
			continue
		fi
		line=$(python3 "$here/compare.py" "$OBJDUMP" "$out/none.o" "$out/$mode.o") ||
			{ bad=$((bad + 1)); echo "compare: with: $*"; }
		echo "$line"
		read -r i n b < <(sed -n '$s/.*: \([0-9]*\) instr.*, \([0-9]*\) nops, \([0-9]*\) br.*/\1 \2 \3/p' <<<"$line")
		instructions=$((instructions + ${i:-0}))
		nops=$((nops + ${n:-0}))
		branches=$((branches + ${b:-0}))
	done
}

if [ -n "${KBUILD:-}" ]; then
	cd "$KBUILD" || exit 2
	while read -r cmd; do
		number=$((number + 1))
		[ $((number % STEP)) = 0 ] || continue
		# The command up to a ';', with this compiler, and no output files.
		flags=$(sed -n '1{s/^[a-z]*cmd_[^ ]* := //;s/;.*//;s/^.*clang //;s/-Wp,-MMD,[^ ]*//;s/ -o [^ ]*//;p}' "$cmd")
		eval "set -- $flags"
		check "$CLANG" "$@"
	done < <(find . -name '.*.o.cmd' -exec grep -lE '^[a-z]*cmd_.*clang .*-mkprobe-nops.* [^ ]*\.c *(;.*)?$' {} + | sort)
else
	for f in "$dir"/*.c; do
		number=$((number + 1))
		[ $((number % STEP)) = 0 ] || continue
		check "$CLANG" --target=x86_64-linux-gnu -w -O2 -falign-loops=1 -c "$f"
	done
fi
echo "compare: $files files in two modes: $instructions instructions, $nops nops, $branches branches encoded otherwise, $bad objects differ"
[ "$bad" = 0 ] && [ "$files" -gt 0 ]
