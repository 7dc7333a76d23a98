# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the scripts: source it, do not run it.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$TOP/build}
# shellcheck disable=SC2034 # what follows is for the scripts that source this
LOGS=$BUILD/log KSRC=$BUILD/linux KOUT=$BUILD/kernel RESULTS=${RESULTS:-$BUILD/results}
# The kernel whose exact text patches/ holds, see "make refresh".
# shellcheck disable=SC2034
DEFAULT_BASE=6.1

# A look at somebody's repository must not write to it.
export GIT_OPTIONAL_LOCKS=0

# The only way to give up: one sentence that names the remedy.
die() {
	echo "uno: $*" >&2
	exit 1
}

# Work by git in trees of our own never depends on the user's settings.
own_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
	GIT_AUTHOR_NAME=Uno GIT_AUTHOR_EMAIL=uno@localhost \
	GIT_COMMITTER_NAME=Uno GIT_COMMITTER_EMAIL=uno@localhost \
		git -c commit.gpgsign=false -c gc.auto=0 -c advice.detachedHead=false "$@"
}

# Run a command of the kernel's build without what our own make handed down.
kernel_env() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u BUILD -u LLVM -u LLVM_OUT \
		-u KDIR -u CC -u ARCH -u O "$@"
}

# merge_config: the options in $KUNITCONFIG as one file, which the variable names
# then.  kunit.py wants no option to be said twice; here the last word counts.
merge_config() {
	local config parts=()
	for config in $KUNITCONFIG; do
		[ ! -d "$config" ] || config=$config/.kunitconfig
		[ -f "$config" ] || die "there is no '$config': KUNITCONFIG takes directories with a .kunitconfig, and files."
		parts+=("$config")
	done
	mkdir -p "$KOUT"
	KUNITCONFIG=$KOUT/.uno-config
	cat "${parts[@]}" >"$KUNITCONFIG"
}

# field NAME DIR: a variable of the kernel's top Makefile
field() {
	sed -n "s/^$1 *= *//p" "$2/Makefile" 2>/dev/null | head -n 1
}

# kernel_base DIR: "6.1"
kernel_base() {
	echo "$(field VERSION "$1").$(field PATCHLEVEL "$1")"
}

need_kernel_tree() {
	[ -d "$1" ] || die "there is no directory '$1': give KDIR=/path/to/linux."
	if [ -n "$(field VERSION "$1")" ] && [ -n "$(field PATCHLEVEL "$1")" ] &&
	   [ -f "$1/Kbuild" ] && [ -d "$1/arch/x86/kernel/kprobes" ]; then
		return
	fi
	die "'$1' is not a Linux kernel source tree: give KDIR=/path/to/linux, the directory with the kernel's top Makefile."
}

# qemu_accel ACCEL: QEMU's name for it.  One thread for all virtual CPUs: with a
# thread each, QEMU 7.2 can keep a translation of text that another CPU has
# just patched, and the guest takes an int3 that is not there any more.
qemu_accel() {
	case $1 in
	tcg) echo tcg,thread=single ;;
	*) echo "$1" ;;
	esac
}

series_names() {
	[ -f "$TOP/series" ] || die "there is no 'series' in $TOP: get a whole copy of the project."
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$TOP/series"
}

# series_parts FILE: the names of the series in "series" or another file of that form, by the
# markers "# series: NAME" in front of the first patch of each
series_parts() {
	sed -n 's/^# *series: *//p' "$1"
}

# part_names NAME [FILE]: the patches of one of them, or, if NAME is empty, those of none
part_names() {
	awk -v want="$1" '
		sub(/^# *series: */, "") { part = $0; next }
		{ sub(/#.*/, ""); gsub(/[ \t]/, "") }
		$0 != "" && part == want
	' "${2:-$TOP/series}"
}

# load_series DIR: files=() is each patch for the tree in DIR, in order; a
# namesake in patches/BASE/ goes first
load_series() {
	local name base
	base=$(kernel_base "$1")
	files=()
	for name in $(series_names); do
		if [ -f "$TOP/patches/$base/$name" ]; then
			files+=("$TOP/patches/$base/$name")
		elif [ -f "$TOP/patches/$name" ]; then
			files+=("$TOP/patches/$name")
		else
			die "'series' names '$name', which is not in patches/: add the patch or take its line out."
		fi
	done
	[ ${#files[@]} -gt 0 ] || die "'series' names no patch: there is nothing to apply."
}

series_id() {
	cat "${files[@]}" | sha256sum | cut -d' ' -f1
}

is_own_git() {
	[ -e "$1/.git" ]
}

# new_files PATCH...: the files that the patches create
new_files() {
	sed -n '/^--- \/dev\/null$/ { n; s|^+++ b/||p }' "$@"
}

# dry_run DIR SCRATCH REV PATCH...: does the whole series fit?  Applies it to a
# copy of just the files that it touches, as they are in DIR or, if REV is not
# empty, in that commit of DIR.
# 0: it fits, 1: it does not, 2: all of it is there already
dry_run() {
	local dir=$1 scratch=$2 rev=$3 path i
	shift 3
	rm -rf "$scratch"
	own_git init -q -b scratch "$scratch"
	sed -n -e 's|^--- a/||p' -e 's|^+++ b/||p' -e 's/^rename from //p' "$@" | sort -u |
		while read -r path; do
			mkdir -p "$scratch/$(dirname "$path")"
			if [ -z "$rev" ]; then
				[ ! -f "$dir/$path" ] || cp -p "$dir/$path" "$scratch/$path"
			else
				own_git -C "$dir" show "$rev:$path" >"$scratch/$path" 2>/dev/null ||
					rm "$scratch/$path"
			fi
		done
	own_git -C "$scratch" add -A -f .
	own_git -C "$scratch" commit -q --allow-empty -m base
	if own_git -C "$scratch" am -q "$@" >"$scratch.log" 2>&1; then
		return 0
	fi
	own_git -C "$scratch" am --abort
	for ((i = $#; i > 0; i--)); do
		own_git -C "$scratch" apply -R "${!i}" 2>/dev/null || return 1
	done
	return 2
}

# need_fit DIR [REV]: dry_run of files=(), and the sentence when it fails
need_fit() {
	local dir=$1 scratch status=0 first first_new
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/uno-fit.XXXXXX")
	dry_run "$dir" "$scratch/tree" "${2:-}" "${files[@]}" || status=$?
	first=$(sed -n 's/^Patch failed at //p' "$scratch/tree.log")
	rm -rf "$scratch"
	case $status in
	0) ;;
	2) die "'$dir' has the series already: nothing to do, or run 'make unapply' first." ;;
	*)
		while read -r first_new; do
			[ ! -e "$dir/$first_new" ] || [ -n "${2:-}" ] ||
				die "'$dir' has some other version of the series, with its $first_new: take that out first, by the project's copy that put it in."
		done < <(new_files "${files[@]}")
		die "the series does not fit '$dir' (Linux $(kernel_base "$dir")), first failing patch '$first': use a tree close to v6.3 or Debian's linux-source-6.1, or put a fitting form of that patch into patches/$(kernel_base "$dir")/." ;;
	esac
}
