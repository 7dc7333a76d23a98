// SPDX-License-Identifier: GPL-2.0
/*
 * Compares what the pass decided on each instruction in the objects made of
 * generate.cpp's output with what the kernel says: its decoder, its tables and its
 * insn_is_boostable(). What else can_boost() asks depends on where an instruction is.
 *
 * usage: check <list of differences> <entries of the opcode map> <object>...
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "objects.h"

static const u8 separator[] = { 0xb8, 0x78, 0x56, 0x34, 0x12 };
static const u8 padding[] = { 0x0f, 0x1f, 0x04, 0x00 };

/* An opcode, or a member of a group, of the kernel's opcode map. */
static struct entry {
	char name[16];
	bool seen;
} entries[4096];
static unsigned int num_entries, num_entries_seen;

static unsigned int num_instructions, num_undecodable;
static unsigned int num_boostable, num_unboostable;

static void read_entries(const char *name)
{
	FILE *f = fopen(name, "r");

	if (!f)
		die(strerror(errno), name);
	while (num_entries < ARRAY_SIZE(entries) &&
	       fscanf(f, "%15s", entries[num_entries].name) == 1)
		num_entries++;
	fclose(f);
}

static void saw(const char *name)
{
	unsigned int i;

	for (i = 0; i < num_entries; i++)
		if (!strcmp(entries[i].name, name) && !entries[i].seen) {
			entries[i].seen = true;
			num_entries_seen++;
		}
}

/* Marks the entry of the opcode map that insn is. */
static void cover(struct insn *insn)
{
	int map = insn->opcode.nbytes - 1, op = insn->opcode.bytes[map];
	char name[16];

	if (insn_is_avx(insn))
		map = insn_vex_m_bits(insn);
	else if (map == 2)
		map = insn->opcode.bytes[1] == 0x38 ? 2 : 3;
	snprintf(name, sizeof(name), "%d:%02x", map, op);
	saw(name);
	if (insn->modrm.nbytes) {
		snprintf(name, sizeof(name), "%d:%02x/%d", map, op,
			 X86_MODRM_REG(insn->modrm.value));
		saw(name);
	}
}

static bool take(const u8 **p, const u8 *end, const u8 *what)
{
	if (end - *p < 5 || memcmp(*p, what, 5))
		return false;
	*p += 5;
	return true;
}

static bool is_return(struct insn *insn)
{
	switch (insn->opcode.bytes[0]) {
	case 0xc2: /* near */
	case 0xc3:
	case 0xca: /* far */
	case 0xcb:
	case 0xcf: /* iret */
		return true;
	}
	return false;
}

/*
 * A function: [marker] instruction separator [marker] instruction [padding], or
 * only what begins with the separator if the instruction is a terminator. If that
 * is an indirect jump, which makes kprobes refuse the function, the separator has a
 * marker, too.
 */
static void check_function(const char *name, const u8 *p, size_t size)
{
	const u8 *start = p, *end = p + size, *sep;
	struct insn insn;
	bool inside, nop, boostable, all, padded;

	num_instructions++;
	all = end - p > 10 && !memcmp(p, marker, 5) && !memcmp(p + 5, separator, 5);
	if (all)
		p += 5;
	inside = !take(&p, end, separator);
	nop = take(&p, end, marker);
	if (insn_decode(&insn, p, end - p, INSN_MODE_64)) {
		num_undecodable++;
		return;
	}
	boostable = insn_is_boostable(&insn);
	if (inside) {
		sep = p + insn.length;
		p = sep;
		if (!take(&p, end, separator)) {
			differ("decoded", name, start, size);
			return;
		}
		if (!nop && !boostable)
			differ("missing", name, start, size);
		if (nop && boostable)
			differ("needless", name, start, size);
		nop = take(&p, end, marker);
		if (insn_decode(&insn, p, end - p, INSN_MODE_64)) {
			differ("decoded", name, start, size);
			return;
		}
	}
	padded = is_return(&insn) &&
		 end - p == insn.length + (ptrdiff_t)sizeof(padding) &&
		 !memcmp(p + insn.length, padding, sizeof(padding));
	if (p + insn.length + (padded ? sizeof(padding) : 0) != end ||
	    all != insn_is_indirect_jump(&insn, false)) {
		differ("decoded", name, start, size);
		return;
	}
	cover(&insn);
	if (boostable)
		num_boostable++;
	else
		num_unboostable++;
	/* At the end of a block. */
	if (!nop && !boostable)
		differ("missing-end", name, start, size);
	if (!nop && boostable && end - p < 5)
		differ("too-long", name, start, size);
	if (nop && boostable && insn.length >= 5 && !all)
		differ("too-short", name, start, size);
	if (nop && padded)
		differ("needless", name, start, size);
}

int main(int argc, char **argv)
{
	unsigned int i, num_differing;

	if (argc < 4)
		die("usage: known entries objects", argv[0]);
	read_known(argv[1]);
	read_entries(argv[2]);
	while (argc > 3)
		for_each_function(argv[--argc], check_function);

	num_differing = num_listed;
	for (i = 0; i < num_entries; i++)
		if (!entries[i].seen)
			report("uncovered", entries[i].name, NULL, 0);
	print_known();
	printf("predicate: %u of %u entries of the opcode map covered\n",
	       num_entries_seen, num_entries);
	printf("predicate: %u functions checked: %u boostable, %u not, %u that the kernel cannot decode; %u listed differences, %u others\n",
	       num_instructions, num_boostable, num_unboostable, num_undecodable,
	       num_differing, num_bad);
	return num_bad || !num_instructions || !num_boostable;
}
