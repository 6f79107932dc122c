// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: one end of the control channel, fed by the input.
 *
 * The input is a list of packets, each with its length, and of what this end
 * says meanwhile. Besides what the sanitizers see it must hold that what is read
 * can be written again, that the other end's sequence never goes back, and that
 * an end is not answered more often than it speaks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

static void check_parse(const uint8_t *data, size_t len)
{
	struct control_packet p, again;
	uint8_t built[CONTROL_LEN];
	int r = control_parse(data, len, &p);

	REQUIRE(r == 0 || r == -EBADMSG);
	if (r || p.version != CONTROL_VERSION)
		return;
	REQUIRE(len == CONTROL_LEN && p.sequence && p.state.progress <= CONTROL_ENDED);
	control_build(built, &p);
	REQUIRE(!control_parse(built, sizeof(built), &again));
	REQUIRE(!memcmp(&p, &again, sizeof(p)));
}

static void receive(struct control *c, uint64_t now, const uint8_t *data, size_t len)
{
	uint32_t before = c->their_sequence;
	uint8_t *exact = malloc(len ? len : 1);	/* one octet too far is seen */
	uint8_t out[CONTROL_LEN];
	struct control_packet p;
	int sent = 0;

	REQUIRE(exact);
	memcpy(exact, data, len);
	check_parse(exact, len);
	if (!control_parse(exact, len, &p))
		control_receive(c, now, &p);
	free(exact);
	REQUIRE(c->their_sequence >= before && c->acknowledged <= c->own_sequence);
	while (control_next(c, now, out))
		REQUIRE(++sent == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_state say = { .progress = CONTROL_CALLING };
	struct control c;
	uint64_t now = 1;
	size_t len;

	control_init(&c, 1);
	while (size >= 2) {
		now += data[0];
		len = data[1] & 63;
		if (data[1] & 64) {
			say.progress = CONTROL_CALLING + (data[1] & 3);
			say.flags ^= data[1] & CONTROL_F_ALL;
			control_say(&c, now, &say);
		}
		data += 2;
		size -= 2;
		len = len < size ? len : size;
		receive(&c, now, data, len);
		data += len;
		size -= len;
	}
	return 0;
}
