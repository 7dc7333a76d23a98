// SPDX-License-Identifier: GPL-2.0
/*
 * What the checks of the predicate test share: the functions of an object, and the list
 * of differences that are known.
 */
#include <elf.h>
#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "objects.h"

static struct known {
	regex_t regex;
	char text[512];
	unsigned int used;
} known[64];
static unsigned int num_known;

unsigned int num_bad, num_listed;

void die(const char *what, const char *name)
{
	fprintf(stderr, "check: %s: %s\n", name, what);
	exit(2);
}

/* Each line: a regular expression for "<kind> <instruction>", a tab, a reason. */
void read_known(const char *name)
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

void report(const char *kind, const char *what, const unsigned char *p, size_t size)
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

void differ(const char *kind, const char *name, const unsigned char *p, size_t size)
{
	report(kind, strchr(name, '_') + 1, p, size);
}

/* Says how often each line was of use. */
void print_known(void)
{
	unsigned int i;

	for (i = 0; i < num_known; i++) {
		printf("predicate: %5u %s\n", known[i].used, known[i].text);
		if (!known[i].used)
			printf("predicate: this kernel does not need the last line\n");
	}
}

/* Calls @check for each function of the object @name. */
void for_each_function(const char *name,
		       void (*check)(const char *name, const unsigned char *p, size_t size))
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
			check(strtab + sym->st_name,
			      (unsigned char *)buf + sh[sym->st_shndx].sh_offset +
			      sym->st_value, sym->st_size);
}
