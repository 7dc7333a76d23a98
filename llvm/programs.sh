#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# programs.sh OUT PREFIX PROGRAM...: builds programs of Debian's source packages in
# OUT/dl with OUT/bin/clang -O2, without anything for probes (the oracle), with wider
# encodings, with marker nops, and with one in front of every instruction, and runs the
# tests that the programs come with. All must pass, and with the same results as the
# oracle's.
# lua5.4 has no tests of its own; those of lua-lpeg, a C module for it, are run.

set -u
out=$1
prefix=$2
shift 2
cc=$out/bin/clang
jobs=${JOBS:-$(nproc)}
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL
bad=0
# The marker nop, as llvm-objdump prints its bytes
marker='0f 1f 44 6d 55'

# unpack PACKAGE DIR: the upstream source, without Debian's patches.
unpack() {
	local tar
	tar=$(find "$out/dl/" -name "$1_*.orig.tar.*z*" ! -name '*.asc' | sort -V | tail -n 1)
	mkdir -p "$2" && tar -C "$2" --strip-components=1 -xf "$tar"
}

# build PROGRAM FLAGS: in its source directory.
build() {
	case $1 in
	zlib) CC=$cc CFLAGS=$2 ./configure && make -j"$jobs" && make infcover ;;
	bzip2) make -j"$jobs" CC="$cc" CFLAGS="$2 -D_FILE_OFFSET_BITS=64" bzip2 ;;
	lua5.4)
		make -j"$jobs" -C src linux CC="$cc -std=gnu99" MYCFLAGS="$2" &&
			unpack lua-lpeg lpeg &&
			make -C lpeg linux CC="$cc" COPT="$2" LUADIR=../src
		;;
	xz-utils)
		./configure -q --disable-nls --disable-doc CC="$cc" CFLAGS="$2" && make -j"$jobs"
		;;
	sqlite3) # needs tcl-dev
		./configure -q --disable-editline --disable-readline CC="$cc" CFLAGS="$2" &&
			make -j"$jobs" testfixture
		;;
	*) echo "programs: $1 is not known" && false ;;
	esac
}

# run_tests PROGRAM: the whole output.
run_tests() {
	case $1 in
	zlib) make -s test && ./infcover ;;
	bzip2) make test ;;
	lua5.4)
		cd lpeg && ../src/lua -e 'local a = assert
			function assert(...) print("assertion"); return a(...) end
			dofile("test.lua")'
		;;
	xz-utils) make -s check ;;
	sqlite3) # its tests refuse to be run by root
		if [ "$(id -u)" = 0 ]; then
			chown -R 65534:65534 .
			set -- setpriv --reuid=65534 --regid=65534 --clear-groups
		else
			set --
		fi
		"$@" ./testfixture test/extraquick.test
		;;
	esac
}

# describe PROGRAM: $files have the marker nops; $results are those lines of the
# tests' output that are the same in each run, $passed those of them that count.
describe() {
	results='' passed='^$'
	case $1 in
	zlib) files='libz.so example infcover' passed='test OK|^[a-z].*: ' ;;
	bzip2) files=bzip2 results='^cmp ' passed='^cmp ' ;;
	lua5.4) files='src/lua lpeg/lpeg.so' passed='^assertion$' ;;
	xz-utils)
		files='src/liblzma/.libs/liblzma.so src/xz/.libs/xz'
		results='^([A-Z]*|# [A-Z]*): ' passed='^PASS:'
		;;
	sqlite3) files=testfixture results='\.\.\. Ok$|^!|^[0-9]+ errors' passed=' Ok$' ;;
	esac
}

# program NAME MODE FLAG...
program() {
	local name=$1 mode=$2 dir=$out/programs/$1-$2 status nops=0 text=0 file
	shift 2
	rm -rf "$dir" "$dir".*
	if ! (unpack "$name" "$dir" && cd "$dir" && build "$name" "-O2 -w $*") >"$dir.log" 2>&1; then
		echo "programs: $name $mode: cannot be built, see $dir.log"
		bad=1
		return
	fi
	describe "$name"
	(cd "$dir" && run_tests "$name") >"$dir.tests" 2>&1
	status=$?
	# SQLite has tests of which the names depend on the length of the path.
	grep -aE "$results" "$dir.tests" | sed 's/^\(pager1-16\.1\)\.[0-9]*/\1/' | sort >"$dir.results"
	for file in $files; do
		nops=$((nops + $("$prefix/bin/llvm-objdump" -d "$dir/$file" | grep -c "$marker")))
		text=$((text + $("$prefix/bin/llvm-size" -A "$dir/$file" | awk '$1 == ".text" { print $2 }')))
	done
	echo "programs: $name $mode: $(grep -cE "$passed" "$dir.results") passed," \
		".text $text bytes, $nops marker nops"
	if [ $status != 0 ]; then
		echo "programs: $name $mode: the tests fail, see $dir.tests"
		bad=1
	fi
	if ! cmp -s "$out/programs/$name-none.results" "$dir.results" ||
		! grep -qE "$passed" "$dir.results"; then
		echo "programs: $name $mode: $dir.results is not what it is without nops"
		bad=1
	fi
	case $mode in
	none) [ "$nops" = 0 ] && plain=$text ;;
	pad) [ "$nops" = 0 ] && [ "$text" -gt "$plain" ] ;;
	*) [ "$nops" != 0 ] ;;
	esac || {
		echo "programs: $name $mode: these are not the nops or encodings that were asked for"
		bad=1
	}
}

mkdir -p "$out/programs"
for name; do
	program "$name" none
	program "$name" pad -mkprobe-nops=pad
	program "$name" minimal -mkprobe-nops
	program "$name" all -mkprobe-nops=all
done
exit $bad
