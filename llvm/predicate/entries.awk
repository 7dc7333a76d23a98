# SPDX-License-Identifier: GPL-2.0
#
# Lists the entries of the kernel's x86-opcode-map.txt as <map>:<opcode>, and the
# members of groups as <map>:<opcode>/<reg>. Not listed are prefixes, escapes,
# entries without an instruction, and what 64-bit mode does not have.

/^Table: one byte/   { map = 0 }
/^Table: 2-byte/     { map = 1 }
/^Table: 3-byte.* 1/ { map = 2 }
/^Table: 3-byte.* 2/ { map = 3 }
/^Table: EVEX map/   { map = $4 }
/^GrpTable:/         { group = $2 }
/^EndTable/          { group = "" }

/^[0-9a-f]+:/ {
	op = $1
	sub(":", "", op)
	sub(/^[0-9a-f]+:[ \t]*/, "")
	sub(/[ \t]*#.*/, "")
	# Of several forms, drop those that 64-bit mode does not have.
	n = split($0, forms, "|")
	text = ""
	for (i = 1; i <= n; i++)
		if (forms[i] !~ /\(i64\)|\(!?REX|SEG=|Prefix|[Ee]scape|REX\.|^ *REX/ &&
		    forms[i] !~ /^[ \t]*$/)
			text = text "|" forms[i]
	if (text == "")
		next
	if (group != "") {
		members[group] = members[group] " " op
		next
	}
	name = map ":" op
	if (match(text, /Grp[0-9A-Z_]+/)) {
		grouped[name] = substr(text, RSTART, RLENGTH)
		order[++count] = name
	} else
		print name
}

END {
	for (i = 1; i <= count; i++) {
		n = split(members[grouped[order[i]]], regs, " ")
		for (j = 1; j <= n; j++)
			print order[i] "/" regs[j]
	}
}
