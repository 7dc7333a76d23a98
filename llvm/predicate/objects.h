/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the checks of the predicate test share
 */
#include <stddef.h>

extern unsigned int num_bad, num_listed;

void die(const char *what, const char *name);
void read_known(const char *name);
void report(const char *kind, const char *what, const unsigned char *p, size_t size);
void differ(const char *kind, const char *name, const unsigned char *p, size_t size);
void print_known(void);
void for_each_function(const char *name,
		       void (*check)(const char *name, const unsigned char *p, size_t size));
