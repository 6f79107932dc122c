/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both examples ask of libsotto.
 */
#ifndef EXAMPLE_SECURE_H
#define EXAMPLE_SECURE_H

#include <sotto.h>

/**
 * secure_flow() - From now on what goes over the socket of these addresses is encrypted.
 * @s: an open connection
 * @cookie: of this program: names its flows; text
 * @from: the socket's address
 * @to: the other end's
 * @tx: profile, master key and salt of what this end sends
 * @rx: of what it receives; the caller wipes both
 * @id: 0; out: the flow once there is one, which the caller deletes at the end of the call
 *	and after an error
 *
 * Return: 0 or a negative errno, for which sotto_error() has the sentence.
 */
int secure_flow(struct sotto *s, const char *cookie, const struct sotto_addr *from,
		const struct sotto_addr *to, struct sotto_key *tx, struct sotto_key *rx,
		uint64_t *id);

#endif
