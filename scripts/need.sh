# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the scripts that use what others have made: what has to be there, or else one
# sentence that names the remedy, before anything is changed.  Source it behind lib.sh.

# Debian's clang, as "make deps" installs it
CLANG=${CLANG:-/usr/lib/llvm-19/bin/}

need_tree() {
	[ -f "$KSRC/Makefile" ] || die "there is no kernel tree in '$KSRC': run 'make tree'."
}

need_kernel() {
	[ -f "$KOUT/arch/x86/boot/bzImage" ] ||
		die "there is no kernel in '$KOUT': run 'make kernel'."
}

need_guest() {
	[ -f "$BUILD/initramfs.cpio" ] ||
		die "there is no guest '$BUILD/initramfs.cpio': run 'make initramfs'."
}

# need_tool COMMAND PACKAGE
need_tool() {
	command -v "$1" >/dev/null ||
		die "there is no '$1': run 'make deps', or install what has it, $2 on Debian."
}

need_qemu() {
	need_tool qemu-system-x86_64 qemu-system-x86
}

# need_compiler: what builds the kernel, by $COMPILER, as cc= and what make is told of
# it, kbuild=().  It is "uno", the patched clang with the path prefix $LLVM; "clang",
# Debian's with the path prefix $CLANG; or "gcc".
# shellcheck disable=SC2034 # for those who source this
need_compiler() {
	case ${COMPILER:-uno} in
	uno)
		cc=${LLVM:-}clang kbuild=("LLVM=${LLVM:-}")
		[ -x "$cc" ] || die "there is no '$cc': run 'make llvm'."
		;;
	clang)
		cc=${CLANG}clang kbuild=("LLVM=$CLANG")
		[ -x "$cc" ] ||
			die "there is no '$cc': run 'make deps', or give CLANG=/path/to/bin/."
		;;
	gcc)
		need_tool gcc gcc
		cc=$(command -v gcc) kbuild=()
		;;
	*) die "there is no compiler '$COMPILER': COMPILER takes uno, clang and gcc." ;;
	esac
}
