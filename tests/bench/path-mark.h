/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks around what is measured, which profile-plugin.c finds: a nop of seven bytes
 * with a displacement that nobody else has.
 */
#ifndef BENCH_PATH_MARK_H
#define BENCH_PATH_MARK_H

#define PATH_MARK_BEGIN	0x01
#define PATH_MARK_END	0x02

#define PATH_MARK_BYTES(mark)	{ 0x0f, 0x1f, 0x80, mark, 0x54, 0x4f, 0x53 }

/* nopl 0x534f54MM(%rax) */
#define path_mark(mark)	\
	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x54, 0x4f, 0x53" : : "i"(mark) : "memory")

#endif /* BENCH_PATH_MARK_H */
