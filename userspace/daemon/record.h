/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of running calls in the runtime directory, one sealed file each, so
 * that a restarted sottod knows again what the kernel's flows are about. A file
 * is named by the cookie that the kernel keeps with the flow.
 */
#ifndef SOTTOD_RECORD_H
#define SOTTOD_RECORD_H

#include "call.h"
#include "seal.h"

struct record;

/** record_open() - @runtime_dir must exist; @seal must outlive it. 0 or a negative errno */
int record_open(struct record **out, const char *runtime_dir, const struct seal *seal);
void record_close(struct record *r);

/** record_write() - Replaces the call's record, whole or not at all. */
int record_write(struct record *r, const struct call *call);

/** record_read() - Return: 0, -ENOENT, -EBADMSG (spoilt, or another version's). */
int record_read(struct record *r, const uint8_t cookie[CALL_COOKIE_LEN], struct call *out);

/** record_remove() - Harmless when there is none. */
int record_remove(struct record *r, const uint8_t cookie[CALL_COOKIE_LEN]);

/** record_sweep() - Removes what @keep does not answer for with true. */
int record_sweep(struct record *r, bool (*keep)(const uint8_t cookie[CALL_COOKIE_LEN], void *arg),
		 void *arg);

#endif
