#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# lit-tests.sh DIR PREFIX TREE BIN LIT_OPTION... -- TEST...: run tests of the source
# TREE with lit, with the tools of the packages in PREFIX, but clang, llc, llvm-mc and lld
# from BIN. Everything that is written, results.json too, goes below DIR. TEST is
# a file or directory of TREE below one of {clang,lld,llvm}/test.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 prefix=$2 tree=$3 bin=$4
shift 4
options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
shift

# Copies, or hard links: clang looks for its files from where its binary is.
rm -rf "$dir"
mkdir -p "$dir"
cp -a "$prefix/bin" "$dir/bin"
ln -s "$prefix/lib" "$dir/lib"
for tool in clang llc llvm-mc lld; do
	rm "$dir/bin/$tool"
	cp -lL "$bin/$tool" "$dir/bin/$tool" 2>/dev/null || cp -L "$bin/$tool" "$dir/bin/$tool"
done
for suite in clang lld llvm; do
	mkdir -p "$dir/$suite/test"
	cp "$here/lit.cfg.py" "$dir/$suite/test/lit.site.cfg.py"
done

cd "$dir"
lit=$prefix/build/utils/lit/lit.py
[ -e "$lit" ] || lit=$prefix/bin/lit
UNO_TREE=$tree exec python3 "$lit" --output results.json \
	--xunit-xml-output results.xml "${options[@]}" "$@"
