#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tools' own tests of kprobes: those of perf and of bpftrace. Some fail on any kernel, or
# not always, in such a guest: what is compared is the result with the option and without, by
# tools/suites.

# shellcheck source-path=SCRIPTDIR source=common.sh
. ./common.sh

tab=$(printf '\t')

# Each "NR: NAME : RESULT" of perf's
mapfile -t tests < <(perf test list 2>&1 | grep -i -E 'probe|vfs_getname|kallsyms|kmod|perf hooks' | sed -n 's/^ *\([0-9]*\): .*/\1/p')
say "perf test ${tests[*]}"
check "there are such tests of perf" [ ${#tests[@]} -ge 5 ]
perf test "${tests[@]}" 2>&1 | tee "$WORK/perf.out" |
	sed -n "s/^ *[0-9.]*: *\(.*[^ ]\) *: \([A-Za-z]*\).*/# result: perf: \1$tab\2/p" |
	sed "s/${tab}Ok/${tab}ok/; s/${tab}FAILED/${tab}failed/; s/${tab}Skip/${tab}skipped/"
check "they have results" grep -q ': Ok' "$WORK/perf.out"
clean_up

cp -r "$KOUT/../../suites/tests" "$WORK/tests"
cd "$WORK/tests" || exit
BPFTRACE_RUNTIME_TEST_EXECUTABLE=$(dirname "$(command -v bpftrace)")
export BPFTRACE_RUNTIME_TEST_EXECUTABLE
python3 runtime/engine/main.py >"$WORK/bpftrace.out" 2>&1
sed -n "s/^\[ *\(OK\|FAILED\|TIMEOUT\|SKIP\) *\] \([^ ]*\.[^ ]*\)$/# result: bpftrace: \2$tab\1/p" "$WORK/bpftrace.out" |
	sed "s/${tab}OK/${tab}ok/; s/${tab}FAILED/${tab}failed/; s/${tab}TIMEOUT/${tab}failed/; s/${tab}SKIP/${tab}skipped/" |
	sort -u
grep -A 5 -E 'FAILED|TIMEOUT' "$WORK/bpftrace.out" | head -n 60 | sed 's/^/# /'
check "there are such tests of bpftrace, with results" \
	[ "$(grep -c -F '[       OK ]' "$WORK/bpftrace.out")" -ge 10 ]
cd / || exit

finish
