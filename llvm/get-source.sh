#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# get-source.sh OUT PACKAGE[=VERSION]...: get source packages as `apt-get source`
# would, into OUT/dl, without unpacking them. The machine's apt sources are asked
# for where its packages came from; the deb-src lines made of that, and all state,
# stay in OUT/apt. What is in OUT/dl with the right checksums is not downloaded.

set -eu
out=$1
shift
mkdir -p "$out/dl"
cd "$out/dl"

# good PACKAGE[=VERSION]: is it here, and complete?
good() {
	local dsc version=${1#"${1%%=*}"}
	version=${version#=} version=${version#*:}
	dsc=$(find . -name "${1%%=*}_${version:-*}.dsc" | sort -V | tail -n 1)
	[ -n "$dsc" ] && sed -n '/^Checksums-Sha256/,/^Files/s/^ \([0-9a-f]*\) [0-9]* \(.*\)/\1  \2/p' \
		"$dsc" | grep -v '\.asc$' | sha256sum -c
}

# good_without_dsc PACKAGE=VERSION: get and check the tarballs by the checksums of
# the signed index. A file that is not where the index says may be in the pool of
# another of the sources.
good_without_dsc() {
	local uri name sum place
	apt-get "${options[@]}" -o "Dir::Etc::SourceList=$apt/sources.list" \
		--print-uris --only-source source "$1" |
		sed -n "s/^'\(.*\)' \(.*\.tar\.[a-z0-9]*\) [0-9]* SHA256:/\1 \2 /p" >"$apt/uris"
	[ -s "$apt/uris" ] || return
	while read -r uri name sum; do
		! echo "$sum  $name" | sha256sum -c || continue
		while read -r place; do
			! /usr/lib/apt/apt-helper download-file "$place" "$name" "SHA256:$sum" || continue 2
		done < <(echo "$uri"; grep -o 'https*://[^ ]*' "$apt/sources.list" | sort -u |
			sed "s|/*\$|/pool/main/${1::1}/${1%%=*}/${uri##*/}|")
		return 1
	done <"$apt/uris"
}

missing=()
for package; do
	good "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

apt=$out/apt
mkdir -p "$apt/lists/partial" "$apt/cache"
apt-get indextargets --format "deb-src [signed-by=\$(SIGNED_BY)] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
	'Identifier: Packages' | sed 's/ \[signed-by=\$.SIGNED_BY.\]//' | sort -u >"$apt/sources.list"
sed '/-security/d' "$apt/sources.list" >"$apt/release.list"
options=(-o Dir::Etc::SourceParts=-
	-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Get::List-Cleanup=0)
failed=0
apt-get "${options[@]}" -o "Dir::Etc::SourceList=$apt/sources.list" update || :
for package in "${missing[@]}"; do
	# An archive may list what it does not have, where another has the same.
	for sources in "$apt/sources.list" "$apt/release.list"; do
		apt-get "${options[@]}" -o "Dir::Etc::SourceList=$sources" \
			--only-source --download-only source "$package" && good "$package" && continue 2
	done
	! good_without_dsc "$package" || continue
	echo "No source of $package to be had from this machine's apt sources:" \
		"put its .dsc and the files that it lists into $PWD." >&2
	failed=1
done
exit $failed
