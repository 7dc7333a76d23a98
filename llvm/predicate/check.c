// SPDX-License-Identifier: GPL-2.0
/*
 * Compares what the pass decided on each instruction in the objects made of
 * generate.cpp's output with what the kernel says: its decoder, its tables and its
 * insn_is_boostable(). What else can_boost() asks depends on where an instruction is.
 *
 * usage: check <list of differences> <entries of the opcode map> <object>...
 */
#include <elf.h>
#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static const u8 separator[] = { 0xb8, 0x78, 0x56, 0x34, 0x12 };
static const u8 padding[] = { 0x0f, 0x1f, 0x04, 0x00 };

static struct known {
	regex_t regex;
	char text[512];
	unsigned int used;
} known[64];
static unsigned int num_known;

/* An opcode, or a member of a group, of the kernel's opcode map. */
static struct entry {
	char name[16];
	bool seen;
} entries[4096];
static unsigned int num_entries, num_entries_seen;

static unsigned int num_instructions, num_undecodable, num_bad, num_listed;
static unsigned int num_boostable, num_unboostable;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "check: %s: %s\n", name, what);
	exit(2);
}

/* Each line: a regular expression for "<kind> <instruction>", a tab, a reason. */
static void read_known(const char *name)
{
	FILE *f = fopen(name, "r");
	struct known *k;
	char *line, *end, regex[512];

	if (!f)
		die(strerror(errno), name);
	while (num_known < ARRAY_SIZE(known)) {
		k = &known[num_known];
		line = fgets(k->text, sizeof(k->text), f);
		if (!line)
			break;
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		end = strchr(line, '\t');
		if (!end)
			die("no tab in front of the reason", line);
		snprintf(regex, sizeof(regex), "^(%.*s)$", (int)(end - line), line);
		if (regcomp(&k->regex, regex, REG_EXTENDED | REG_NOSUB))
			die("bad regular expression", line);
		num_known++;
	}
	if (!feof(f))
		die("too many lines", name);
	fclose(f);
}

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

static void report(const char *kind, const char *what, const u8 *p, size_t size)
{
	char text[256];
	unsigned int i;

	snprintf(text, sizeof(text), "%s %s", kind, what);
	for (i = 0; i < num_known; i++)
		if (!regexec(&known[i].regex, text, 0, NULL, 0)) {
			known[i].used++;
			num_listed++;
			return;
		}
	num_bad++;
	printf("predicate: %s:", text);
	while (size--)
		printf(" %02x", *p++);
	printf("\n");
}

static void differ(const char *kind, const char *name, const u8 *p, size_t size)
{
	report(kind, strchr(name, '_') + 1, p, size);
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

static void check_object(const char *name)
{
	FILE *f = fopen(name, "r");
	const Elf64_Shdr *sh, *symtab;
	const Elf64_Ehdr *eh;
	const Elf64_Sym *sym, *end;
	const char *strtab;
	char *buf = NULL;
	size_t size = 0, n;
	int i;

	if (!f)
		die(strerror(errno), name);
	do {
		buf = realloc(buf, size + (1 << 20));
		if (!buf)
			die("out of memory", name);
		n = fread(buf + size, 1, 1 << 20, f);
		size += n;
	} while (n);
	fclose(f);

	eh = (void *)buf;
	sh = (void *)(buf + eh->e_shoff);
	for (i = 0; i < eh->e_shnum; i++)
		if (sh[i].sh_type == SHT_SYMTAB)
			break;
	if (i == eh->e_shnum)
		die("no symbols", name);
	symtab = &sh[i];
	strtab = buf + sh[symtab->sh_link].sh_offset;
	sym = (void *)(buf + symtab->sh_offset);
	end = sym + symtab->sh_size / sizeof(*sym);
	for (; sym < end; sym++)
		if (ELF64_ST_TYPE(sym->st_info) == STT_FUNC)
			check_function(strtab + sym->st_name,
				       (u8 *)buf + sh[sym->st_shndx].sh_offset +
				       sym->st_value, sym->st_size);
	free(buf);
}

int main(int argc, char **argv)
{
	unsigned int i, num_differing;

	if (argc < 4)
		die("usage: known entries objects", argv[0]);
	read_known(argv[1]);
	read_entries(argv[2]);
	while (argc > 3)
		check_object(argv[--argc]);

	num_differing = num_listed;
	for (i = 0; i < num_entries; i++)
		if (!entries[i].seen)
			report("uncovered", entries[i].name, NULL, 0);
	for (i = 0; i < num_known; i++) {
		printf("predicate: %5u %s\n", known[i].used, known[i].text);
		if (!known[i].used)
			printf("predicate: this kernel does not need the last line\n");
	}
	printf("predicate: %u of %u entries of the opcode map covered\n",
	       num_entries_seen, num_entries);
	printf("predicate: %u functions checked: %u boostable, %u not, %u that the kernel cannot decode; %u listed differences, %u others\n",
	       num_instructions, num_boostable, num_unboostable, num_undecodable,
	       num_differing, num_bad);
	return num_bad || !num_instructions || !num_boostable;
}
