#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# compare.sh OUT DIR: compile C files with and without -mkprobe-nops, and compare
# the objects with compare.py. Compile them to assembly with debug information,
# too: without the marker nops, both must assemble to the very same object. The
# files are each $STEP-th of the kernel built in $KBUILD, with its flags, or of DIR.
# If $WITH is another build of that kernel, with the flag, all objects of the two
# are compared as they are. Used by `make compare`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1
dir=$2
number=0 files=0 bad=0 instructions=0 nops=0 branches=0

# bare ASM OBJECT: assembles ASM without the marker nops, and without what makes room
# for jumps.
bare() {
	sed -E -e '/^\tnopl\t(85\(%rbp,%rbp,2\)|\(%rax,%rax\)|\(%rax\))$/d' \
		-e '/^\t(ds|int3)$/d; s/^\t\{disp32\}\t/\t/' "$1" >"$1.bare" &&
		"$CLANG" --target=x86_64-linux-gnu -x assembler -c "$1.bare" -o "$2"
}

# code OBJECT: its instructions, but for what fills gaps, which is for the assembler.
code() {
	"$OBJDUMP" -dr --no-leading-addr "$1" | grep -vE 'file format|nop[wl]?|int3|data16'
}

# account LINE: adds up what compare.py says.
account() {
	local i n b
	echo "$1"
	read -r i n b < <(sed -n '$s/.*: \([0-9]*\) instr.*, \([0-9]*\) nops,.* \([0-9]*\) br.*/\1 \2 \3/p' <<<"$1")
	instructions=$((instructions + ${i:-0}))
	nops=$((nops + ${n:-0}))
	branches=$((branches + ${b:-0}))
}

# check COMMAND...: runs COMMAND with the flags of each mode and compares.
check() {
	local mode line
	"$@" -mno-kprobe-nops -o "$out/none.o" >/dev/null 2>&1 || return
	files=$((files + 1))
	"$@" -gdwarf-4 -mno-kprobe-nops -S -o "$out/none.s"
	bare "$out/none.s" "$out/none.bare.o"
	for mode in pad minimal all; do
		if ! "$@" "-mkprobe-nops=$mode" -o "$out/$mode.o"; then
			echo "compare: $mode does not compile: $*"
			bad=$((bad + 1))
			continue
		fi
		line=$(python3 "$here/compare.py" "$OBJDUMP" "$out/none.o" "$out/$mode.o" ${mode/#[!p]*/}) ||
			{ bad=$((bad + 1)); echo "compare: with: $*"; }
		account "$line"
		# Version 5 numbers addresses by their labels, and the same place may have two.
		"$@" -gdwarf-4 "-mkprobe-nops=$mode" -S -o "$out/$mode.s"
		if ! bare "$out/$mode.s" "$out/$mode.bare.o" ||
			! cmp "$out/none.bare.o" "$out/$mode.bare.o"; then
			echo "compare: $mode: 1 differences with debug information, without the nops: $*"
			bad=$((bad + 1))
		fi
		# What assembles from text, and what is written at once
		[ "$mode" = pad ] || continue
		"$@" -mkprobe-nops=pad -S -o "$out/pad.s"
		"$CLANG" --target=x86_64-linux-gnu -x assembler -c "$out/pad.s" -o "$out/pad.s.o"
		if ! cmp <(code "$out/pad.o") <(code "$out/pad.s.o"); then
			echo "compare: pad: 1 differences between object and assembly: $*"
			bad=$((bad + 1))
		fi
	done
}

if [ -n "${WITH:-}" ]; then
	pad=
	! grep -rqE --include='.*.o.cmd' -m 1 '^[a-z]*cmd_.*-mkprobe-nops=pad' "$WITH" || pad=pad
	while read -r line; do
		account "$line"
		[[ $line == *' differences' ]] || continue
		files=$((files + 1))
		[[ $line == *' 0 differences' ]] || bad=$((bad + 1))
	done < <(cd "$WITH" && grep -rlE --include='.*.o.cmd' '^[a-z]*cmd_.*clang .*-mkprobe-nops.* [^ ]*\.c *(;.*)?$' . |
		sed 's|/\.\([^/]*\)\.cmd$|/\1|' | sort |
		xargs -P "$JOBS" -I@ python3 "$here/compare.py" "$OBJDUMP" "$KBUILD/@" "$WITH/@" $pad)
	echo "compare: $files objects: $instructions instructions, $nops nops, $branches branches encoded otherwise, $bad objects differ"
	[ "$bad" = 0 ] && [ "$files" -gt 0 ]
	exit
elif [ -n "${KBUILD:-}" ]; then
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
echo "compare: $files files in three modes: $instructions instructions, $nops nops, $branches branches encoded otherwise, $bad objects differ"
[ "$bad" = 0 ] && [ "$files" -gt 0 ]
