/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel is asked by a program on the host, which the Makefile builds with the
 * kernel's own files: its decoder, and its rules. vanilla.c, of its tool, has what the
 * rules leave to core.c and targets.c.
 */
#include <linux/kernel.h>
#include <asm/insn.h>

#include <kprobes/region.h>
#include <kprobes/rules.h>
#include "vanilla.h"

/* The marker nop of the pass: nopl 0x55(%rbp,%rbp,2) */
static const u8 marker[] = { 0x0f, 0x1f, 0x44, 0x6d, 0x55 };
