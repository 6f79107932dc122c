// SPDX-License-Identifier: GPL-2.0-or-later
#include "sottod_bob.h"

#include "sottod_inside.h"
#include "sottod_kernel.h"

static struct zrtp_session *bob;

static void bob_begins(void)
{
	static const uint8_t seed[ZRTP_SEED_LEN] = { 2 };
	struct zrtp_config config = { .client_id = "bob", .ssrc = 2,
				      .agreements = { ZRTP_KA_X255 } };

	if (!bob)
		REQUIRE(!zrtp_session_new(&bob, &config, seed));
}

/* What bob has to say goes to sottod. */
static void bob_says(void)
{
	struct zrtp_peer stranger = { .own_zid = { 0xb0 } };
	struct zrtp_action a;

	while (zrtp_session_next(bob, &a) > 0) {
		if (a.type == ZRTP_ACTION_SEND)
			sottod_kernel_packet(SOTTO_PACKET_ZRTP, a.packet.data, a.packet.len);
		if (a.type != ZRTP_ACTION_PEER)
			continue;
		memcpy(stranger.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
		zrtp_session_peer(bob, inside.now, &stranger);
	}
}

void bob_hears(bool echo)
{
	uint8_t data[SOTTO_PAYLOAD_MAX];
	enum sotto_packet_kind kind;
	size_t len;

	bob_begins();
	while ((len = sottod_kernel_sent(&kind, data))) {
		if (kind == SOTTO_PACKET_ZRTP)
			zrtp_session_packet(bob, inside.now, data, len);
		else if (echo)
			sottod_kernel_packet(kind, data, len);
	}
	zrtp_session_tick(bob, inside.now);
	bob_says();
	inside_run();
}

void bob_calls(void)
{
	const struct zrtp_peer nobody = { .own_zid = { 0xb0 } };

	bob_begins();
	zrtp_session_start(bob, inside.now, &nobody);
	bob_says();
	inside_run();
}

void bob_ends(void)
{
	zrtp_session_free(bob);
	bob = NULL;
}
