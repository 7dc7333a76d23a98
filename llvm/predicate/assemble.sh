#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# assemble.sh BIN none.mir pad.mir: print both as assembly with BIN/llc, and make
# none.s.o and pad.s.o of it with BIN/llvm-mc.  Some instructions that LLVM has can only
# be encoded: functions with one that the assembler refuses are left out of both.  As the
# assembler prefers VEX to EVEX, so does llc first, as it always does.

set -e
bin=$1
shift
for f; do
	"$bin/llc" -O0 -mattr=+avx512f,+egpr -start-before=x86-compress-evex -o "${f%.mir}.s" "$f"
	"$bin/llvm-mc" -triple=x86_64-linux-gnu -filetype=null "${f%.mir}.s" 2>&1 |
		sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: error:.*/\1/p' >"${f%.mir}.bad"
	awk 'FNR == NR { bad[$1]; next }
		/^[a-zA-Z0-9_]+:/ { name = $1 }
		FNR in bad { print name }' "${f%.mir}.bad" "${f%.mir}.s"
done | sort -u >"${1%.mir}.dropped"
for f; do
	awk 'FNR == NR { dropped[$1]; next }
		$1 in dropped { skip = 1 }
		/^\t\.(globl|type)/ { name = $2; sub(/,.*/, "", name) }
		/^\t\.(globl|type)/ && name ":" in dropped { next }
		!skip
		/^\t\.size/ { skip = 0 }' "${1%.mir}.dropped" "${f%.mir}.s" |
		"$bin/llvm-mc" -triple=x86_64-linux-gnu -filetype=obj -o "${f%.mir}.s.o" 2>/dev/null
done
echo "predicate: $(wc -l <"${1%.mir}.dropped") functions of ${1##*/} cannot be written as assembly"
