// SPDX-License-Identifier: GPL-2.0
/*
 * Judges the marker nops of a linked kernel with the kernel's own decoder and
 * rules: which rule each one follows, which ones are needless, also for a kernel that
 * relocates instructions, and which instructions are left that a probe costs a trap on.
 *
 * An instruction is fit for a jump if can_optimize() and copy_optimized_instructions()
 * would have it, told from the text alone: each instruction that the jump
 * overwrites is boostable and no branch of a static key, nothing branches to any
 * but the first, and all is within the function, in which there is no indirect jump.
 * Text that the kernel patches at boot (alternatives) is judged as it is in the file.
 *
 * Whether an instruction needs no nop where kprobes relocates is asked of plan_region(),
 * about the function without any nop. That leaves out springboards.
 *
 * usage: sites [-v] <vmlinux>      (-v: list what is left)
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define JMP32_INSN_SIZE	5

static const u8 nop5[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static const u8 endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };

struct function {
	uint64_t addr, size;
	const char *name;
	bool refused; /* no probes there: blacklisted */
};

/* An array of addresses, sorted once it is complete. */
struct addrs {
	uint64_t *a;
	size_t n;
};

static const u8 *image;
static const Elf64_Shdr *sections;
static const char *section_names, *strtab;
static const Elf64_Sym *symbols, *symbols_end;
static unsigned int num_sections;
static struct function *functions;
static size_t num_functions;
static struct addrs extable, targets, references, keys, blacklist;
static bool verbose;

static struct {
	unsigned long functions, refused, without, instructions, bytes, nops;
	unsigned long unboostable, short_end, indirect, keys, key_nops, needless, bypassed, relocatable;
	unsigned long ftrace, jump, entry, left_unboostable, left_short;
} count;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "sites: %s: %s\n", name, what);
	exit(2);
}

static void add(struct addrs *addrs, uint64_t addr)
{
	if (!(addrs->n & (addrs->n - 1))) {
		addrs->a = realloc(addrs->a, (addrs->n ? 2 * addrs->n : 1) * sizeof(addr));
		if (!addrs->a)
			die("out of memory", "addresses");
	}
	addrs->a[addrs->n++] = addr;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void sort(struct addrs *addrs)
{
	if (addrs->n)
		qsort(addrs->a, addrs->n, sizeof(*addrs->a), compare);
}

static bool has(const struct addrs *addrs, uint64_t addr)
{
	return addrs->n && bsearch(&addr, addrs->a, addrs->n, sizeof(addr), compare);
}

/* The bytes at an address of the kernel, or NULL if the file has none. */
static const u8 *text(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < num_sections; i++)
		if (sections[i].sh_flags & SHF_ALLOC && sections[i].sh_type == SHT_PROGBITS &&
		    addr - sections[i].sh_addr < sections[i].sh_size)
			return image + sections[i].sh_offset + (addr - sections[i].sh_addr);
	return NULL;
}

/* The value of a symbol, or 0 if there is none. */
static uint64_t symbol(const char *name)
{
	const Elf64_Sym *sym;

	for (sym = symbols; sym < symbols_end; sym++)
		if (!strcmp(strtab + sym->st_name, name))
			return sym->st_value;
	return 0;
}

/* What is at an address, or exit if nothing is. */
static const u8 *data(uint64_t addr, const char *what)
{
	const u8 *p = text(addr);

	if (!p)
		die("not in the file", what);
	return p;
}

/* The address that is stored at addr, relative to that. */
static uint64_t relative(uint64_t addr, const char *what)
{
	int32_t distance;

	memcpy(&distance, data(addr, what), sizeof(distance));
	return addr + distance;
}

/* struct exception_table_entry: the instruction, and where its fixup leads to */
static void read_extable(void)
{
	uint64_t addr, insn, fixup, end = symbol("__stop___ex_table");

	for (addr = symbol("__start___ex_table"); addr < end; addr += 12) {
		insn = relative(addr, "__ex_table");
		fixup = relative(addr + 4, "__ex_table");
		add(&extable, insn);
		/* To try once more is a way past a nop, too. */
		add(&targets, fixup);
	}
}

/* struct jump_entry: the instruction that is patched, and where it leads to */
static void read_jump_table(void)
{
	uint64_t addr, end = symbol("__stop___jump_table");

	for (addr = symbol("__start___jump_table"); addr < end; addr += 16) {
		add(&keys, relative(addr, "__jump_table"));
		add(&targets, relative(addr + 4, "__jump_table"));
	}
}

/* NOKPROBE_SYMBOL() */
static void read_blacklist(void)
{
	uint64_t at, addr, end = symbol("__stop_kprobe_blacklist");

	for (at = symbol("__start_kprobe_blacklist"); at < end; at += sizeof(addr)) {
		memcpy(&addr, data(at, "_kprobe_blacklist"), sizeof(addr));
		add(&blacklist, addr);
	}
}

/* populate_kprobe_blacklist() and arch_populate_kprobe_blacklist() */
static const struct { const char *start, *end; } areas[] = {
	{ "__entry_text_start", "__entry_text_end" },
	{ "__kprobes_text_start", "__kprobes_text_end" },
	{ "__noinstr_text_start", "__noinstr_text_end" },
	{ "__static_call_text_start", "__static_call_text_end" },
	{ "__indirect_thunk_start", "__indirect_thunk_end" },
};

static void read_functions(void)
{
	uint64_t start, end;
	const Elf64_Shdr *sh;
	const Elf64_Sym *sym;
	size_t i, j;

	functions = calloc(symbols_end - symbols, sizeof(*functions));
	if (!functions)
		die("out of memory", "functions");
	for (sym = symbols; sym < symbols_end; sym++) {
		if (ELF64_ST_TYPE(sym->st_info) != STT_FUNC || !sym->st_size ||
		    sym->st_shndx >= num_sections)
			continue;
		sh = &sections[sym->st_shndx];
		/* Copies of alternatives are no functions of their own. */
		if (!strncmp(section_names + sh->sh_name, ".altinstr", 9))
			continue;
		/* The kernel's tests in assembly leave nops where no compiler would. */
		if (!strncmp(strtab + sym->st_name, "uno_test_", 9))
			continue;
		functions[num_functions++] = (struct function){
			.addr = sym->st_value,
			.size = sym->st_size,
			.name = strtab + sym->st_name,
			.refused = has(&blacklist, sym->st_value),
		};
	}
	qsort(functions, num_functions, sizeof(*functions), compare);
	/* Drop aliases. */
	for (i = j = 0; i < num_functions; i++)
		if (!j || functions[i].addr >= functions[j - 1].addr + functions[j - 1].size)
			functions[j++] = functions[i];
	num_functions = j;
	for (j = 0; j < ARRAY_SIZE(areas); j++) {
		start = symbol(areas[j].start);
		end = symbol(areas[j].end);
		for (i = 0; i < num_functions; i++)
			functions[i].refused |= functions[i].addr >= start &&
						functions[i].addr < end;
	}
}

static bool decode(struct insn *insn, uint64_t addr, const struct function *f)
{
	const u8 *p = text(addr);

	return p && !insn_decode(insn, p, f->addr + f->size - addr, INSN_MODE_64);
}

#define is(insn, bytes) ((insn)->length == sizeof(bytes) &&		\
			 !memcmp((insn)->kaddr, bytes, sizeof(bytes)))
#define is_marker(insn) is(insn, marker)

static void collect_targets(const struct function *f)
{
	uint64_t addr, target;
	struct insn insn;
	bool absolutely;

	for (addr = f->addr; addr < f->addr + f->size && decode(&insn, addr, f); addr += insn.length) {
		target = insn_target(&insn, addr, &absolutely);
		if (insn_may_jump_into_range(&insn, false))
			add(&targets, target);
		else if (target)
			add(&references, target);
	}
}

/* can_boost() in core.c */
static bool boosts(struct insn *insn, uint64_t addr)
{
	return !has(&extable, addr) && can_boost(insn, false);
}

static bool fits_jump(const struct function *f, uint64_t addr)
{
	uint64_t at = addr;
	struct insn insn;

	if (f->addr + f->size - addr < JMP32_INSN_SIZE)
		return false;
	for (; at < addr + JMP32_INSN_SIZE; at += insn.length)
		if (!decode(&insn, at, f) || !boosts(&insn, at) ||
		    has(&keys, at) || (at != addr && has(&targets, at)))
			return false;
	return true;
}

/*
 * A function as it were without its nops, and some of what follows it: what is at each
 * offset, as far as an instruction begins there, and whether a jump must not overwrite
 * that but with its first byte.
 */
struct plain {
	size_t size;
	struct { uint64_t addr; bool barred; } at[];
};

static bool may_come_to(uint64_t addr)
{
	return has(&targets, addr) || has(&references, addr) ||
	       !memcmp(text(addr), endbr64, sizeof(endbr64));
}

static void append(struct plain *plain, uint64_t addr, unsigned int length)
{
	plain->at[plain->size].addr = addr;
	plain->at[plain->size].barred |= may_come_to(addr) || has(&keys, addr);
	plain->size += length;
}

static struct plain *without_nops(const struct function *f)
{
	struct plain *plain = calloc(1, sizeof(*plain) + (f->size + 1 + MAX_INSN_SIZE) *
						       sizeof(plain->at[0]));
	uint64_t addr, end = f->addr + f->size;
	struct insn insn;

	if (!plain)
		die("out of memory", f->name);
	for (addr = f->addr; addr < end && decode(&insn, addr, f); addr += insn.length)
		if (is_marker(&insn)) /* what leads to it leads to the next one then */
			plain->at[plain->size].barred = may_come_to(addr);
		else
			append(plain, addr, insn.length);
	if (addr != end)
		return plain;
	/* A jump may overwrite filler as well. */
	if (f + 1 < functions + num_functions && f[1].addr - end < MAX_INSN_SIZE)
		end = f[1].addr;
	else
		end += MAX_INSN_SIZE;
	for (; addr < end && text(addr); addr++)
		append(plain, addr, 1);
	return plain;
}

static int decode_plain(void *ctx, struct insn *insn, u8 *bytes, unsigned long offset)
{
	const struct plain *plain = ctx;

	if (offset >= plain->size)
		return -1;
	memcpy(bytes, text(plain->at[offset].addr), MAX_INSN_SIZE);
	return insn_decode(insn, bytes, MAX_INSN_SIZE, INSN_MODE_64);
}

static bool may_fault(void *ctx, unsigned long offset)
{
	const struct plain *plain = ctx;

	return has(&extable, plain->at[offset].addr);
}

/* As make_detour(). Addresses are offsets, and any that is near will do for the detour. */
static bool is_relocatable(struct plain *plain, size_t offset)
{
	const struct region_text region_text = {
		.ctx = plain,
		.decode = decode_plain,
		.may_fault = may_fault,
	};
	u8 code[REGION_MAX_CODE];
	struct region region;
	size_t i;

	if (plan_region(&region, code, offset, offset, JMP32_INSN_SIZE, &region_text) < 0)
		return false;
	for (i = offset + 1; i < offset + JMP32_INSN_SIZE; i++)
		if (plain->at[i].barred)
			return false;
	return true;
}

/* An instruction of a function with marker nops, which has one itself if nop. */
static void judge(const struct function *f, struct insn *insn, bool nop, bool indirect)
{
	const uint64_t addr = f->addr + (insn->kaddr - text(f->addr));
	bool boostable = boosts(insn, addr);
	bool fits = boostable && !indirect && fits_jump(f, addr);
	const char *what = NULL;

	count.instructions++;
	if (has(&keys, addr)) {
		/* jump_label_text_reserved() refuses probes, and jumps into it. */
		count.keys++;
		count.key_nops += nop;
	} else if (nop && has(&targets, addr)) {
		count.bypassed++;
		what = "bypassed";
	} else if (nop && !boostable) {
		count.unboostable++;
	} else if (nop && indirect) {
		count.indirect++;
	} else if (nop && !fits) {
		count.short_end++;
	} else if (nop) {
		count.needless++;
		what = "needless";
	} else if (addr - f->addr <= sizeof(endbr64) &&
		   (insn->opcode.bytes[0] == 0xe8 || is(insn, nop5))) {
		count.ftrace++; /* the call of __fentry__ */
	} else if (addr == f->addr && is(insn, endbr64)) {
		count.entry++; /* arch_adjust_kprobe_addr() */
	} else if (fits) {
		count.jump++;
	} else if (boostable) {
		count.left_short++;
		what = "left, no room for a jump";
	} else {
		count.left_unboostable++;
		what = "left, not boostable";
	}
	if (what && verbose)
		printf("sites: %s+%#lx: %s\n", f->name, addr - f->addr, what);
}

static void judge_function(const struct function *f)
{
	bool nop = false, any = false, indirect = false;
	struct plain *plain;
	size_t offset = 0;
	struct insn insn;
	uint64_t addr;

	for (addr = f->addr; addr < f->addr + f->size && decode(&insn, addr, f); addr += insn.length) {
		any |= is_marker(&insn);
		indirect |= insn_is_indirect_jump(&insn, false);
	}
	if (!any) {
		count.without++;
		return;
	}
	count.functions++;
	count.bytes += f->size;
	plain = without_nops(f);
	for (addr = f->addr; addr < f->addr + f->size && decode(&insn, addr, f); addr += insn.length) {
		if (is_marker(&insn)) {
			count.nops++;
			nop = true;
			continue;
		}
		judge(f, &insn, nop, indirect);
		count.relocatable += nop && !indirect && is_relocatable(plain, offset);
		offset += insn.length;
		nop = false;
	}
	free(plain);
}

static void read_image(const char *name)
{
	FILE *f = fopen(name, "r");
	const Elf64_Ehdr *eh;
	unsigned int i;
	size_t size;
	u8 *p;

	if (!f)
		die(strerror(errno), name);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	p = malloc(size);
	if (!p || fread(p, 1, size, f) != size)
		die("cannot be read", name);
	fclose(f);
	eh = (const void *)p;
	if (size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_type == ET_REL)
		die("no linked ELF file", name);
	image = p;
	sections = (const void *)(p + eh->e_shoff);
	num_sections = eh->e_shnum;
	section_names = (const char *)p + sections[eh->e_shstrndx].sh_offset;
	for (i = 0; i < num_sections; i++)
		if (sections[i].sh_type == SHT_SYMTAB) {
			symbols = (const void *)(p + sections[i].sh_offset);
			symbols_end = symbols + sections[i].sh_size / sizeof(*symbols);
			strtab = (const char *)p + sections[sections[i].sh_link].sh_offset;
		}
	if (!symbols)
		die("no symbols", name);
}

static void line(const char *what, unsigned long n, unsigned long of)
{
	printf("sites: %9lu %6.2f %%  %s\n", n, of ? 100.0 * n / of : 0.0, what);
}

int main(int argc, char **argv)
{
	unsigned long trapless;
	size_t i;

	verbose = argc == 3 && !strcmp(argv[1], "-v");
	if (argc != 2 + verbose)
		die("usage: [-v] vmlinux", argv[0]);
	read_image(argv[argc - 1]);
	read_extable();
	read_jump_table();
	read_blacklist();
	sort(&extable);
	sort(&blacklist);
	sort(&keys);
	read_functions();
	for (i = 0; i < num_functions; i++)
		collect_targets(&functions[i]);
	sort(&targets);
	sort(&references);
	for (i = 0; i < num_functions; i++)
		if (functions[i].refused)
			count.refused++;
		else
			judge_function(&functions[i]);

	printf("sites: %lu functions with marker nops, %lu without, %lu that kprobes refuses\n",
	       count.functions, count.without, count.refused);
	printf("sites: %lu bytes, of them %lu in marker nops: %.2f %% on top of the others\n",
	       count.bytes, 5 * count.nops,
	       500.0 * count.nops / (count.bytes - 5 * count.nops));
	line("instructions, without marker nops", count.instructions, count.instructions);
	line("have a nop that is", count.nops, count.instructions);
	line("  needed, not boostable", count.unboostable, count.nops);
	line("  needed, boostable but no room for a jump", count.short_end, count.nops);
	line("  needed, in a function with an indirect jump", count.indirect, count.nops);
	line("  needed to keep jumps off a static key's branch", count.key_nops, count.nops);
	line("  needless", count.needless, count.nops);
	line("  bypassed by a branch", count.bypassed, count.nops);
	line("  needless where kprobes relocates instructions", count.relocatable, count.nops);
	line("are branches of static keys: kprobes refuses them", count.keys, count.instructions);
	line("have none and are fit for a jump", count.jump, count.instructions);
	line("have none and are ftrace's", count.ftrace, count.instructions);
	line("have none and are endbr64: probes on them move on", count.entry, count.instructions);
	line("are left, not boostable", count.left_unboostable, count.instructions);
	line("are left, no room for a jump", count.left_short, count.instructions);
	trapless = count.instructions - count.left_unboostable - count.left_short -
		   count.keys - count.bypassed;
	line("are trapless in all", trapless, count.instructions);
	return count.bypassed != 0;
}
