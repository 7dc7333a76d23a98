/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decoder, the opcode tables and can_boost() of a kernel, for a program on the
 * host: the Makefile takes them out of a kernel tree. Whoever includes this defines
 * search_exception_tables(addr) and copy_from_kernel_nofault(dst, addr, size) first.
 */
/* What the kernel's sources want of the kernel. */
typedef uint8_t u8;
typedef uint32_t u32;
typedef u8 kprobe_opcode_t;
#define CONFIG_X86_64 1
#define IS_ENABLED(x) (x)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG() abort()
#define unlikely(x) (x)
#define le16_to_cpu(x) (x)
#define le32_to_cpu(x) (x)
#define get_unaligned(p)						\
	({ __typeof__(*(p)) v_; memcpy(&v_, (p), sizeof(v_)); v_; })
#define test_bit(nr, p) (((volatile u8 *)(p))[(nr) / 8] >> (nr) % 8 & 1)

#include <asm/insn.h>
#include <asm/emulate_prefix.h>
#include "inat-tables.c"
#include "inat.c"
#include "insn.c"
#include "can_boost.c"

/* The marker nop of the pass: nopl 0x55(%rbp,%rbp,2) */
static const u8 marker[] = { 0x0f, 0x1f, 0x44, 0x6d, 0x55 };
