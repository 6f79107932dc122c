// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for qemu's software emulation: how many instructions the guest runs at
 * which address, between two marks that the measuring program sets (path-mark.h).
 *
 *	-plugin profile-plugin.so,out=PREFIX
 *
 * writes PREFIX.0 for the first pair of marks, PREFIX.1 for the second: lines "address
 * instructions", a block of code each. For one virtual processor.
 *
 * Debian 12 has no header for plugins: what we use of qemu's interface 1 is declared here.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "path-mark.h"

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, enum qemu_plugin_op op,
					      void *counter, uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu, void *arg),
					    enum qemu_plugin_cb_flags flags, void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t n);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int argc, char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define BLOCKS	(1U << 21)	/* a hash table, never full */

struct block {
	uint64_t at;
	uint64_t ran;	/* counted by qemu's own code */
	uint64_t before;	/* of it, before the mark */
};

static struct block *blocks;
static unsigned int n_blocks;
static const char *prefix;
static unsigned int n_profiles;

static struct block *block_at(uint64_t at)
{
	uint64_t i = at * 0x9e3779b97f4a7c15ULL >> 43;

	while (blocks[i].at && blocks[i].at != at)
		i = (i + 1) % BLOCKS;
	if (!blocks[i].at && ++n_blocks > BLOCKS / 2) {
		fputs("profile-plugin: too much code\n", stderr);
		abort();
	}
	blocks[i].at = at;
	return &blocks[i];
}

static void begin(unsigned int cpu, void *arg)
{
	for (unsigned int i = 0; i < BLOCKS; i++)
		blocks[i].before = blocks[i].ran;
}

static void end(unsigned int cpu, void *arg)
{
	char name[4096];
	FILE *f;

	snprintf(name, sizeof(name), "%s.%u", prefix, n_profiles++);
	f = fopen(name, "w");
	if (!f) {
		perror(name);
		abort();
	}
	for (unsigned int i = 0; i < BLOCKS; i++)
		if (blocks[i].ran != blocks[i].before)
			fprintf(f, "%" PRIx64 " %" PRIu64 "\n", blocks[i].at,
				blocks[i].ran - blocks[i].before);
	fclose(f);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	static const uint8_t begins[] = PATH_MARK_BYTES(PATH_MARK_BEGIN);
	static const uint8_t ends[] = PATH_MARK_BYTES(PATH_MARK_END);
	size_t n = qemu_plugin_tb_n_insns(tb);

	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
						 &block_at(qemu_plugin_tb_vaddr(tb))->ran, n);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) != sizeof(begins))
			continue;
		if (!memcmp(qemu_plugin_insn_data(insn), begins, sizeof(begins)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (!memcmp(qemu_plugin_insn_data(insn), ends, sizeof(ends)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("profile-plugin: out=PREFIX\n", stderr);
		return 1;
	}
	prefix = argv[0] + 4;
	blocks = calloc(BLOCKS, sizeof(*blocks));
	if (!blocks)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
