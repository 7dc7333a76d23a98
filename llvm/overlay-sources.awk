# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Usage: grep -rH '#include' ... | awk -f overlay-sources.awk changed.list -
#
# Prints the sources to compile for the overlay: each changed .cpp, and each
# .cpp of clang or of the X86 backend that includes a changed header, directly or
# not. It goes by the text of #include lines and ignores #if around them, so that it
# may find too many, never too few. X86.h and X86BaseInfo.h are left out: the Makefile
# makes sure that they only gain declarations of passes and flags of operands, which
# change nothing for others.

FNR == NR {
	if ($0 ~ /^(clang|lld|llvm)\/(docs|test|unittests)\// || $0 ~ /CMakeLists\.txt$/ ||
	    $0 == "llvm/lib/Target/X86/X86.h" ||
	    $0 == "llvm/lib/Target/X86/MCTargetDesc/X86BaseInfo.h")
		next
	if (match($0, /^clang\/include\/clang\/(Driver|Options)\/Options\.td$/))
		changed[substr($0, 1, RLENGTH - 2) "inc"]
	else if ($0 ~ /^(clang\/lib|clang\/tools\/driver|llvm\/lib\/(IR|Target\/X86))\/.*\.cpp$/)
		changed[$0]
	else if ($0 ~ /^(clang\/(include|lib)|llvm\/lib\/Target\/X86)\/.*\.(h|def)$/)
		changed[$0]
	else {
		print "llvm: the overlay cannot follow a change of " $0 ": build with FULL=1" >"/dev/stderr"
		failed = 1
		exit
	}
	next
}

# file:#include "header"
{
	file = $0
	sub(/:.*/, "", file)
	header = $0
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*$/, "", header)
	name = header
	sub(/.*\//, "", name)
	includes[name] = includes[name] file " " header "\n"
}

# Does the text HEADER of an #include line name the file PATH? A public header
# is named by its path below include/, a private one by any end of its path.
function names(header, path, public) {
	public = path
	if (sub(/^clang\/include\//, "", public))
		return header == public
	return substr("/" path, length(path) - length(header) + 1) == "/" header
}

END {
	if (failed)
		exit 1
	for (path in changed)
		queue[++n] = path
	while (n) {
		path = queue[n--]
		name = path
		sub(/.*\//, "", name)
		count = split(includes[name], lines, "\n")
		for (i = 1; i < count; i++) {
			split(lines[i], line, " ")
			# clang and the backend have private headers of the same name.
			if (names(line[2], path) && !(line[1] in changed) &&
			    substr(line[1], 1, 4) == substr(path, 1, 4)) {
				changed[line[1]]
				queue[++n] = line[1]
			}
		}
	}
	for (path in changed)
		if (path ~ /\.cpp$/)
			print path
}
