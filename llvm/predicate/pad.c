// SPDX-License-Identifier: GPL-2.0
/*
 * Checks what "kprobe-nops"="pad" makes of each instruction in the objects made of
 * generate.cpp's output, by the kernel's decoder and the same objects without it: is it
 * long enough for a jump, and the same instruction but for how it is encoded?
 *
 * usage: pad <list of differences> <object> <padded object> ...
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "objects.h"

#define JUMP_SIZE	5
#define MAX_PREFIXES	3

static const u8 separator[] = { 0xb8, 0x78, 0x56, 0x34, 0x12 };
static const u8 nops[][4] = { { 0x0f, 0x1f, 0x00 }, { 0x0f, 0x1f, 0x04, 0x00 } };

static struct plain {
	const char *name;
	const u8 *p;
	size_t size;
} *plain;
static unsigned int num_plain, next;
static unsigned int num_long, num_wider, num_prefixed, num_int3, num_nop, num_left, num_unknown;

/* A function: the separator, an instruction, perhaps something behind, the separator */
static bool unwrap(const u8 **p, size_t *size)
{
	if (*size < 2 * sizeof(separator) || memcmp(*p, separator, sizeof(separator)) ||
	    memcmp(*p + *size - sizeof(separator), separator, sizeof(separator)))
		return false;
	*p += sizeof(separator);
	*size -= 2 * sizeof(separator);
	return true;
}

static void add_plain(const char *name, const u8 *p, size_t size)
{
	if (!(num_plain & (num_plain - 1)))
		plain = realloc(plain, 2 * (num_plain + 1) * sizeof(*plain));
	if (!plain)
		die("out of memory", name);
	plain[num_plain++] = (struct plain){ name, p, size };
}

/* How many prefixes there are in front, REX among them */
static unsigned int num_prefixes(const u8 *p, size_t size)
{
	static const u8 prefixes[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3
	};
	unsigned int n = 0;

	while (n < size && (memchr(prefixes, p[n], sizeof(prefixes)) || (p[n] & 0xf0) == 0x40))
		n++;
	return n;
}

/*
 * A segment prefix means something to branches, to accesses by RSP or RBP, and to those
 * that have another one.
 */
static bool prefix_matters(const u8 *p, size_t size)
{
	struct insn insn;

	if (insn_decode(&insn, p, size, INSN_MODE_64))
		return true;
	switch (insn.opcode.bytes[0]) {
	case 0x0f:	/* Jcc, UD2, UD1, ENDBR and other nops */
		return !insn_is_avx(&insn) &&
		       ((insn.opcode.bytes[1] & 0xf0) == 0x80 || insn.opcode.bytes[1] == 0x0b ||
			insn.opcode.bytes[1] == 0xb9 || insn.opcode.bytes[1] == 0x1e);
	case 0x70 ... 0x7f:
	case 0xc2 ... 0xc3:
	case 0xca ... 0xcf:
	case 0xe0 ... 0xe3:
	case 0xe8 ... 0xeb:
	case 0xf1:
	case 0xff:
		if (!insn_is_avx(&insn) &&
		    (insn.opcode.bytes[0] != 0xff ||
		     (X86_MODRM_REG(insn.modrm.value) >= 2 && X86_MODRM_REG(insn.modrm.value) <= 5)))
			return true;
	}
	if (!insn.modrm.nbytes || X86_MODRM_MOD(insn.modrm.value) == 3)
		return false;
	return insn_has_prefix(&insn, 0x64) || insn_has_prefix(&insn, 0x65) ||
	       (!X86_REX_B(insn.rex_prefix.value) && !insn_is_avx(&insn) &&
		(insn.sib.nbytes ? X86_SIB_BASE(insn.sib.value) : X86_MODRM_RM(insn.modrm.value)) / 2 == 2 &&
		(insn.sib.nbytes || X86_MODRM_RM(insn.modrm.value) == 5));
}

/* Is it the same instruction with a displacement of 4 bytes? */
static bool is_wider(const u8 *p, size_t size, const u8 *q, size_t size0)
{
	struct insn a, b;

	if (insn_decode(&a, p, size, INSN_MODE_64) || insn_decode(&b, q, size0, INSN_MODE_64) ||
	    a.length != size || b.length != size0 || a.prefixes.value != b.prefixes.value ||
	    a.rex_prefix.value != b.rex_prefix.value || a.vex_prefix.value != b.vex_prefix.value)
		return false;
	/* Branches: where they lead is for the linker. */
	if (b.opcode.bytes[0] == 0xeb && !insn_is_avx(&b))
		return a.opcode.bytes[0] == 0xe9;
	if ((b.opcode.bytes[0] & 0xf0) == 0x70 && !insn_is_avx(&b))
		return a.opcode.bytes[0] == 0x0f && a.opcode.bytes[1] == b.opcode.bytes[0] + 0x10;
	return a.opcode.value == b.opcode.value && a.displacement.nbytes == 4 &&
	       b.displacement.nbytes < 4 && a.displacement.value == b.displacement.value &&
	       (a.modrm.value & 0x3f) == (b.modrm.value & 0x3f) && a.sib.value == b.sib.value &&
	       a.immediate.value == b.immediate.value;
}

static bool ends_with_nop(const u8 *p, size_t size)
{
	return (size == 3 || size == 4) && !memcmp(p, nops[size - 3], size);
}

static void check_function(const char *name, const u8 *p, size_t size)
{
	const struct plain *f = &plain[next++];
	const u8 *start = p, *q = f->p;
	size_t whole = size, size0 = f->size, more, n;

	if (next > num_plain || strcmp(name, f->name))
		die("is not the same as without", name);
	if (!unwrap(&p, &size) || !unwrap(&q, &size0)) {
		differ("form", name, start, whole);
		return;
	}
	more = size - size0;
	if (size == size0 && !memcmp(p, q, size)) {
		if (size >= JUMP_SIZE) {
			num_long++;
		} else {
			num_left++;
			differ("left", name, p, size);
		}
		return;
	}
	if (size < JUMP_SIZE || size0 >= JUMP_SIZE)
		differ(size < JUMP_SIZE ? "short" : "needless", name, p, size);

	for (n = 0; n < more && p[n] == 0x3e; n++)
		;
	if (n && n == more && !memcmp(p + n, q, size0)) {
		num_prefixed++;
		if (n + num_prefixes(q, size0) > MAX_PREFIXES)
			differ("prefixes", name, p, size);
		if (prefix_matters(q, size0))
			differ("prefix", name, p, size);
		return;
	}
	if (!memcmp(p, q, size0)) {
		for (n = size0; n < size && p[n] == 0xcc; n++)
			;
		if (n == size) {
			num_int3++;
			return;
		}
		if (ends_with_nop(p + size0, more)) {
			num_nop++;
			return;
		}
	}
	if (is_wider(p, size, q, size0)) {
		num_wider++;
		return;
	}
	num_unknown++;
	differ("other", name, start, whole);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 4 || argc % 2)
		die("usage: known {object padded}...", argv[0]);
	read_known(argv[1]);
	for (i = 2; i < argc; i += 2)
		for_each_function(argv[i], add_plain);
	for (i = 3; i < argc; i += 2)
		for_each_function(argv[i], check_function);
	print_known();
	printf("pad: %u functions checked: %u long enough, %u wider displacements, %u with prefixes, %u with int3 and %u with a nop behind, %u left, %u others; %u listed differences, %u not\n",
	       next, num_long, num_wider, num_prefixed, num_int3, num_nop, num_left, num_unknown,
	       num_listed, num_bad);
	return num_bad || next != num_plain || !num_wider || !num_prefixed || !num_int3 || !num_nop;
}
