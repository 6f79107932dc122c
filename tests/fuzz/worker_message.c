// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: a message between sottod and its worker, as somebody writes it who
 * has taken the worker over; and the other way round.
 *
 * Besides what the sanitizers see it must hold that what is read can be written again,
 * and is the same octets: nothing valid has two forms, and nothing is left unread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

static void try_order(const uint8_t *data, size_t size)
{
	uint8_t again[WIRE_MAX];
	struct wire_order o;
	int r = wire_get_order(data, size, &o);

	REQUIRE(r == 0 || r == -EBADMSG);
	if (r)
		return;
	REQUIRE(wire_put_order(again, &o) == size);
	REQUIRE(!memcmp(again, data, size));
}

static void try_answer(const uint8_t *data, size_t size)
{
	uint8_t again[WIRE_MAX];
	struct wire_answer a;
	int r = wire_get_answer(data, size, &a);

	REQUIRE(r == 0 || r == -EBADMSG);
	if (r)
		return;
	REQUIRE(wire_put_answer(again, &a) == size);
	REQUIRE(!memcmp(again, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);	/* one octet too far is seen */

	REQUIRE(exact);
	memcpy(exact, data, size);
	try_order(exact, size);
	try_answer(exact, size);
	free(exact);
	return 0;
}
