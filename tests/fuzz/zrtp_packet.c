// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: two ZRTP engines whose network the input controls.
 *
 * The input is a list of operations on what is in flight: deliver, repeat,
 * drop, change and reseal, replace, inject, let time pass, have the owner of one
 * end ask for something. Besides what the sanitizers see it must hold that an
 * engine answers with nothing but the errors of its contract, that keys come
 * before "secure", that two ends which are both secure have the same keys, and
 * that nothing goes clear unless both allow it and the person of that end has
 * said so, whatever was done to their packets.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "zrtp.h"

#define FLIGHT_MAX	32
#define OPERATIONS_MAX	400

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

struct end {
	struct zrtp_session *session;
	struct zrtp_peer peer;
	struct zrtp_srtp rx, tx;
	bool has_rx, has_tx, rx_secure, tx_secure, secure, failed;
	bool allow_clear, cleared, confirmed;
	bool slow;			/* it is not told at once who that is */
	uint8_t sas[4];
};

struct flight {
	int to;
	size_t len;
	uint8_t data[ZRTP_PACKET_MAX];
};

struct world {
	struct end end[2];
	struct flight flight[FLIGHT_MAX];
	size_t in_flight;
	uint64_t now;
	const uint8_t *in;
	size_t left;
};

static uint8_t take(struct world *w)
{
	if (!w->left)
		return 0;
	w->left--;
	return *w->in++;
}

static void launch(struct world *w, int to, const uint8_t *data, size_t len)
{
	struct flight *f = &w->flight[w->in_flight];

	if (w->in_flight == FLIGHT_MAX)
		return;
	w->in_flight++;
	f->to = to;
	f->len = len;
	memcpy(f->data, data, len);
}

static void act(struct world *w, int i)
{
	struct end *e = &w->end[i];
	struct zrtp_action a;

	while (zrtp_session_next(e->session, &a) > 0) {
		switch (a.type) {
		case ZRTP_ACTION_SEND:
			launch(w, !i, a.packet.data, a.packet.len);
			break;
		case ZRTP_ACTION_PEER:
			memcpy(e->peer.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
			REQUIRE(e->slow || !zrtp_session_peer(e->session, w->now, &e->peer));
			break;
		case ZRTP_ACTION_KEY_RX:
			e->rx = a.srtp;
			e->has_rx = true;
			break;
		case ZRTP_ACTION_KEY_TX:
			e->tx = a.srtp;
			e->has_tx = true;
			break;
		case ZRTP_ACTION_RX_SECURE:
			REQUIRE(e->has_rx);
			e->rx_secure = true;
			break;
		case ZRTP_ACTION_TX_SECURE:
			REQUIRE(e->has_tx);
			e->tx_secure = true;
			break;
		case ZRTP_ACTION_SECURE:
			REQUIRE(e->rx_secure && e->tx_secure && !e->secure && !e->failed);
			e->secure = true;
			memcpy(e->sas, a.secure.sas_value, sizeof(e->sas));
			break;
		case ZRTP_ACTION_FAILED:
			REQUIRE(!e->failed && !e->secure);
			e->failed = true;
			break;
		case ZRTP_ACTION_CLEARED:
			REQUIRE(e->secure && e->allow_clear && !e->cleared);
			e->secure = false;
			e->cleared = true;
			break;
		case ZRTP_ACTION_TX_CLEAR:
			REQUIRE(e->cleared && e->confirmed);
			break;
		case ZRTP_ACTION_CLEAR_REFUSED:
			REQUIRE(e->secure);
			break;
		default:
			break;
		}
	}
}

static void deliver(struct world *w, int to, const uint8_t *data, size_t len)
{
	/* Exactly as large as it is, so that one octet too far is seen. */
	uint8_t *exact = malloc(len ? len : 1);
	int r;

	REQUIRE(exact);
	memcpy(exact, data, len);
	r = zrtp_session_packet(w->end[to].session, w->now, exact, len);
	free(exact);
	REQUIRE(r == 0 || r == -EBADMSG);
	act(w, to);
}

static void reseal(uint8_t *data, size_t len)
{
	uint32_t crc;

	if (len < ZRTP_OVERHEAD)
		return;
	crc = zrtp_crc32c(data, len - ZRTP_CRC_LEN);
	for (int i = 0; i < ZRTP_CRC_LEN; i++)
		data[len - ZRTP_CRC_LEN + i] = crc >> 8 * i;
}

static void change(struct world *w, struct flight *f)
{
	for (int n = take(w) % 4; n >= 0; n--) {
		size_t at = (take(w) | take(w) << 8) % f->len;

		f->data[at] ^= take(w);
	}
	reseal(f->data, f->len);
}

/* Another length, with the length field that goes with it. */
static void resize(struct world *w, struct flight *f)
{
	size_t words = (take(w) | take(w) << 8) % ((ZRTP_PACKET_MAX - ZRTP_OVERHEAD) / 4);
	size_t len = words * 4 + ZRTP_OVERHEAD;

	if (len > f->len)
		memset(f->data + f->len, take(w), len - f->len);
	f->len = len;
	if (words) {
		f->data[ZRTP_HEADER_LEN + 2] = words >> 8;
		f->data[ZRTP_HEADER_LEN + 3] = words;
	}
	reseal(f->data, f->len);
}

static void inject(struct world *w, bool sealed)
{
	uint8_t data[ZRTP_PACKET_MAX];
	int to = take(w) & 1;
	size_t len = take(w) | (take(w) & 3) << 8;

	if (len > w->left)
		len = w->left;
	memcpy(data, w->in, len);
	w->in += len;
	w->left -= len;
	if (sealed)
		reseal(data, len);
	deliver(w, to, data, len);
}

static void tick(struct world *w)
{
	uint64_t a = zrtp_session_deadline(w->end[0].session);
	uint64_t b = zrtp_session_deadline(w->end[1].session);
	uint64_t due = a < b ? a : b;

	if (due == ZRTP_NEVER)
		return;
	w->now = due > w->now ? due : w->now;
	for (int i = 0; i < 2; i++) {
		REQUIRE(!zrtp_session_tick(w->end[i].session, w->now));
		act(w, i);
	}
}

static void forget(struct world *w, size_t i)
{
	memmove(&w->flight[i], &w->flight[i + 1], (w->in_flight - i - 1) * sizeof(w->flight[0]));
	w->in_flight--;
}

static void on_flight(struct world *w, uint8_t op)
{
	size_t i = op >> 4 & 3;
	struct flight f;

	if (!w->in_flight)
		return;
	i = i < w->in_flight ? i : 0;
	f = w->flight[i];
	switch (op & 15) {
	case 8:			/* repeat */
		break;
	case 9:			/* drop */
		forget(w, i);
		return;
	case 10:
		change(w, &f);
		break;
	case 11:
		resize(w, &f);
		break;
	case 12:		/* back to its sender */
		f.to = !f.to;
		break;
	default:
		forget(w, i);
		break;
	}
	deliver(w, f.to, f.data, f.len);
}

/* The call of which both may be another stream. */
static const struct zrtp_master master = {
	.suite = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32 },
	.key = "0123456789abcdef0123456789abcdef",
};

/* Of several streams one waits, yields, joins. */
static void ask_of_streams(struct world *w, uint8_t op)
{
	struct zrtp_contend contend = { .dh = op >> 5 & 1 };
	struct end *e = &w->end[op >> 4 & 1];
	int r = 0;

	switch (op >> 5 & 3) {
	case 0:
	case 1:
		memset(contend.value, take(w), sizeof(contend.value));
		r = zrtp_session_contend(e->session, w->now, &contend);
		break;
	case 2:
		e->slow = !e->slow;
		break;
	case 3:
		r = take(w) & 1 ? zrtp_session_peer(e->session, w->now, &e->peer) :
				  zrtp_session_join(e->session, w->now, &master, &e->peer);
		break;
	}
	REQUIRE(!r || r == -EINVAL);
	act(w, op >> 4 & 1);
}

/* What the owner of an end may ask for, whenever it likes. */
static void ask(struct world *w, uint8_t op)
{
	struct end *e = &w->end[op >> 4 & 1];
	int r;

	switch (op >> 5 & 3) {
	case 0:
		REQUIRE(!zrtp_session_srtp_authenticated(e->session, w->now));
		break;
	case 1:
		r = zrtp_session_go_clear(e->session, w->now);
		REQUIRE(r == -EINVAL || r == -EPERM || (!r && e->allow_clear && e->secure));
		e->confirmed = e->confirmed || !r;
		break;
	case 2:
		r = zrtp_session_clear_confirmed(e->session);
		REQUIRE(r == -EINVAL || (!r && e->cleared));
		e->confirmed = e->confirmed || !r;
		break;
	case 3:
		r = zrtp_session_refuse(e->session, w->now);
		REQUIRE(!r == (!e->secure && !e->cleared && !e->failed));
		break;
	}
	act(w, op >> 4 & 1);
}

static void operate(struct world *w)
{
	uint8_t op = take(w);

	switch (op & 15) {
	case 13:
		tick(w);
		break;
	case 14:
		inject(w, op & 0x10);
		break;
	case 15:
		if (op & 0x80)
			ask_of_streams(w, op);
		else
			ask(w, op);
		break;
	default:
		on_flight(w, op);
	}
}

static void make(struct world *w, int i, uint8_t flags)
{
	const uint8_t seed[ZRTP_SEED_LEN] = { 1 + i };
	struct zrtp_config config = { .client_id = "fuzz", .ssrc = 1 + i };
	struct end *e = &w->end[i];

	if (flags & 2)
		config.agreements[0] = ZRTP_KA_X255;
	if (flags & 4)
		config.hashes[0] = ZRTP_HASH_S384;
	memset(e->peer.own_zid, 0x10 + i, ZRTP_ZID_LEN);
	e->peer.has_rs1 = flags & 8;
	e->peer.has_rs2 = flags & 16;
	e->peer.aux_len = flags & 32 ? 7 : 0;
	config.preshared = e->peer.preshare = flags & 64;
	/* The first may allow it alone: then it never comes to it. */
	config.allow_clear = e->allow_clear = flags & 128 && !(i && flags & 32);
	REQUIRE(!zrtp_session_new(&e->session, &config, seed));
	if (i == 0 || flags & 1) {
		REQUIRE(!zrtp_session_start(e->session, w->now, &e->peer));
		act(w, i);
	}
}

static void check(const struct world *w)
{
	const struct end *a = &w->end[0], *b = &w->end[1];

	/*
	 * srtp_authenticated() is the owner's word that the other side has the
	 * keys; the input may lie here, but the keys follow from the Confirm.
	 */
	if (!a->secure || !b->secure)
		return;
	REQUIRE(!memcmp(a->tx.key, b->rx.key, sizeof(a->tx.key)));
	REQUIRE(!memcmp(a->rx.key, b->tx.key, sizeof(a->rx.key)));
	REQUIRE(!memcmp(a->tx.salt, b->rx.salt, sizeof(a->tx.salt)));
	REQUIRE(!memcmp(a->sas, b->sas, sizeof(a->sas)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	uint8_t flags;

	memset(&w, 0, sizeof(w));
	w.in = data;
	w.left = size;
	w.now = 1;
	flags = take(&w);
	make(&w, 0, flags);
	make(&w, 1, flags);
	for (int i = 0; w.left && i < OPERATIONS_MAX; i++)
		operate(&w);
	check(&w);
	zrtp_session_free(w.end[0].session);
	zrtp_session_free(w.end[1].session);
	return 0;
}
