// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each field is named once, in a function that writes it or reads and checks it, as
 * the walk goes: what is written is what is read.
 */
#include "wire.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

/* Whoever gives one of them another field lets it cross below, or says why not. */
#define SIZE_IS(type, size)	_Static_assert(sizeof(void *) != 8 || sizeof(type) == (size), #type)

SIZE_IS(struct zrtp_peer, 208);
SIZE_IS(struct zrtp_master, 216);
SIZE_IS(struct zrtp_srtp, 56);
SIZE_IS(struct zrtp_action, 344);
SIZE_IS(struct control_packet, 16);
SIZE_IS(struct sip_media, 54);

/**
 * struct walk - through a message
 * @at: what comes next, with @left octets from there on
 * @writing: else reading
 * @bad: the message has no valid form; the walk stands still
 */
struct walk {
	uint8_t *at;
	size_t left;
	bool writing;
	bool bad;
};

static void octets(struct walk *w, void *field, size_t len)
{
	w->bad = w->bad || len > w->left;
	if (w->bad)
		return;
	if (w->writing)
		memcpy(w->at, field, len);
	else
		memcpy(field, w->at, len);
	w->at += len;
	w->left -= len;
}

/* A number of @len octets, at most @max. */
static uint64_t number(struct walk *w, uint64_t value, size_t len, uint64_t max)
{
	uint8_t bytes[sizeof(value)];

	for (size_t i = 0; i < len; i++)
		bytes[i] = value >> (8 * i);
	octets(w, bytes, len);
	value = 0;
	for (size_t i = 0; i < len && !w->bad; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	sodium_memzero(bytes, sizeof(bytes));
	w->bad = w->bad || value > max;
	return w->bad ? 0 : value;
}

/* Where a walk writes, the struct is the caller's and not to be touched. */
#define WALK(w, field, len, max)						\
	do {									\
		uint64_t walked = number(w, (uint64_t)(field), len, max);	\
		if (!(w)->writing)						\
			(field) = walked;					\
	} while (0)

#define FLAG(w, field)	WALK(w, field, 1, 1)

/* An enumeration that has no member 0. */
#define ENUM(w, field, last)						\
	do {								\
		WALK(w, field, 1, last);				\
		(w)->bad = (w)->bad || !(field);			\
	} while (0)

static void suite(struct walk *w, struct zrtp_suite *s)
{
	ENUM(w, s->hash, ZRTP_HASH_S512);
	ENUM(w, s->cipher, ZRTP_CIPHER_AES3);
	ENUM(w, s->auth_tag, ZRTP_AUTH_GCM);
	ENUM(w, s->agreement, ZRTP_KA_PRSH);
	ENUM(w, s->sas_type, ZRTP_SAS_B256);
}

static void master(struct walk *w, struct zrtp_master *m)
{
	suite(w, &m->suite);
	octets(w, m->key, sizeof(m->key));
	octets(w, m->nonces, sizeof(m->nonces));
	WALK(w, m->n_nonces, 1, ZRTP_NONCES_KEPT);
}

static void peer(struct walk *w, struct zrtp_peer *p)
{
	octets(w, p->own_zid, sizeof(p->own_zid));
	octets(w, p->peer_zid, sizeof(p->peer_zid));
	octets(w, p->rs1, sizeof(p->rs1));
	octets(w, p->rs2, sizeof(p->rs2));
	FLAG(w, p->has_rs1);
	FLAG(w, p->has_rs2);
	octets(w, p->aux, sizeof(p->aux));
	WALK(w, p->aux_len, 1, ZRTP_AUX_MAX);
	octets(w, p->pbx, sizeof(p->pbx));
	FLAG(w, p->has_pbx);
	FLAG(w, p->verified);
	FLAG(w, p->tentative);
	FLAG(w, p->preshare);
}

static void srtp(struct walk *w, struct zrtp_srtp *s)
{
	ENUM(w, s->cipher, ZRTP_CIPHER_AES3);
	ENUM(w, s->auth_tag, ZRTP_AUTH_GCM);
	octets(w, s->key, sizeof(s->key));
	WALK(w, s->key_len, 1, ZRTP_KEY_MAX);
	octets(w, s->salt, sizeof(s->salt));
	WALK(w, s->salt_len, 1, ZRTP_SALT_MAX);
}

static void secure(struct walk *w, struct zrtp_action *a)
{
	suite(w, &a->secure.suite);
	ENUM(w, a->secure.role, ZRTP_ROLE_RESPONDER);
	octets(w, a->secure.own_zid, sizeof(a->secure.own_zid));
	octets(w, a->secure.peer_zid, sizeof(a->secure.peer_zid));
	octets(w, a->secure.peer_hello, sizeof(a->secure.peer_hello));
	octets(w, a->secure.sas_value, sizeof(a->secure.sas_value));
	FLAG(w, a->secure.secrets_matched);
	FLAG(w, a->secure.secrets_mismatch);
	FLAG(w, a->secure.aux_matched);
	FLAG(w, a->secure.hello_signalled);
	FLAG(w, a->secure.pbx_matched);
	FLAG(w, a->secure.peer_verified);
	FLAG(w, a->secure.peer_disclosure);
	FLAG(w, a->secure.peer_allow_clear);
	FLAG(w, a->secure.peer_signature);
	FLAG(w, a->secure.peer_mitm);
	FLAG(w, a->secure.peer_enrollment);
	FLAG(w, a->secure.multistream);
	FLAG(w, a->secure.preshared);
	FLAG(w, a->secure.peer_multistream);
	master(w, &a->secure.master);
}

static void retain(struct walk *w, struct zrtp_action *a)
{
	octets(w, a->retain.peer_zid, sizeof(a->retain.peer_zid));
	octets(w, a->retain.rs1, sizeof(a->retain.rs1));
	octets(w, a->retain.rs2, sizeof(a->retain.rs2));
	FLAG(w, a->retain.has_rs2);
	WALK(w, a->retain.expiry_s, 4, UINT32_MAX);
	FLAG(w, a->retain.frozen);
}

static void relay(struct walk *w, struct zrtp_action *a)
{
	ENUM(w, a->relay.what, ZRTP_RELAY_REFUSED);
	WALK(w, a->relay.sas_type, 1, ZRTP_SAS_B256);
	octets(w, a->relay.sas_value, sizeof(a->relay.sas_value));
	FLAG(w, a->relay.verified);
	FLAG(w, a->relay.disclosure);
	FLAG(w, a->relay.signature);
	WALK(w, a->relay.error, 4, UINT32_MAX);
	/* What is to be shown has a form. */
	w->bad = w->bad || (a->relay.what != ZRTP_RELAY_REFUSED && !a->relay.sas_type);
}

/* All that is left. */
static void packet(struct walk *w, const uint8_t **data, size_t *len, size_t max)
{
	if (!w->writing) {
		*data = w->at;
		*len = w->left;
	}
	w->bad = w->bad || !*len || *len > max;
	if (w->bad)
		return;
	if (w->writing)
		octets(w, (void *)*data, *len);
	else
		w->left = 0;
}

static void contend(struct walk *w, struct zrtp_contend *c)
{
	FLAG(w, c->dh);
	octets(w, c->value, sizeof(c->value));
}

static void action(struct walk *w, struct zrtp_action *a)
{
	ENUM(w, a->type, ZRTP_ACTION_YIELDED);
	if (w->bad)
		return;
	switch (a->type) {
	case ZRTP_ACTION_SEND:
		packet(w, &a->packet.data, &a->packet.len, ZRTP_PACKET_MAX);
		break;
	case ZRTP_ACTION_PEER:
		octets(w, a->peer_zid, sizeof(a->peer_zid));
		break;
	case ZRTP_ACTION_KEY_RX:
	case ZRTP_ACTION_KEY_TX:
		srtp(w, &a->srtp);
		break;
	case ZRTP_ACTION_SECURE:
		secure(w, a);
		break;
	case ZRTP_ACTION_RETAIN:
		retain(w, a);
		break;
	case ZRTP_ACTION_RELAY:
		relay(w, a);
		break;
	case ZRTP_ACTION_FAILED:
		WALK(w, a->error.code, 4, UINT32_MAX);	/* the peer's to say */
		FLAG(w, a->error.remote);
		break;
	case ZRTP_ACTION_CLEARED:
		FLAG(w, a->cleared.by_peer);
		break;
	case ZRTP_ACTION_CLEAR_REFUSED:
		FLAG(w, a->refused.remote);
		break;
	case ZRTP_ACTION_ANEW:
		FLAG(w, a->anew.same_call);
		break;
	case ZRTP_ACTION_CONTEND:
		contend(w, &a->contend);
		break;
	case ZRTP_ACTION_NO_ZRTP:
	case ZRTP_ACTION_YIELDED:
	case ZRTP_ACTION_RX_SECURE:
	case ZRTP_ACTION_TX_SECURE:
	case ZRTP_ACTION_TX_CLEAR:
	case ZRTP_ACTION_FALSE_HELLO:
		break;
	}
}

/* An address of the other family leaves nothing behind its own. */
static void media(struct walk *w, struct sip_media *m)
{
	static const uint8_t none[sizeof(m->addr)];

	FLAG(w, m->ipv6);
	octets(w, m->addr, sizeof(m->addr));
	WALK(w, m->port, 2, UINT16_MAX);
	FLAG(w, m->has_hash);
	octets(w, m->hash, sizeof(m->hash));
	w->bad = w->bad || !m->port || (!m->ipv6 && memcmp(m->addr + 4, none, 12));
}

/* As control_parse() leaves it: of another version only its number is there. */
static void control(struct walk *w, struct control_packet *p)
{
	WALK(w, p->ssrc, 4, UINT32_MAX);
	WALK(w, p->version, 1, UINT8_MAX);
	WALK(w, p->state.progress, 1, CONTROL_ENDED);
	WALK(w, p->state.reason, 1, CONTROL_REASON_NOT_ALLOWED);
	WALK(w, p->state.flags, 1, CONTROL_F_ALL);
	WALK(w, p->sequence, 4, UINT32_MAX);
	WALK(w, p->acknowledged, 4, UINT32_MAX);
	if (p->version == CONTROL_VERSION)
		w->bad = w->bad || !p->state.progress || !p->sequence;
}

/* Return: the type; how it goes on depends on it. */
static unsigned int head(struct walk *w, unsigned int type, uint64_t *id, unsigned int first,
			 unsigned int last)
{
	uint64_t version = number(w, WIRE_VERSION, 1, WIRE_VERSION);

	type = number(w, type, 1, last);
	WALK(w, *id, 8, UINT64_MAX);
	w->bad = w->bad || version != WIRE_VERSION || type < first;
	return type;
}

static void walk_order(struct walk *w, struct wire_order *o)
{
	unsigned int type = head(w, o->type, &o->id, WIRE_OPEN, WIRE_EXPECT);

	if (w->bad)
		return;
	if (!w->writing)
		o->type = type;
	switch (o->type) {
	case WIRE_OPEN:
		WALK(w, o->ssrc, 4, UINT32_MAX);
		break;
	case WIRE_MULTISTREAM:
	case WIRE_JOIN:
		master(w, &o->master);
		peer(w, &o->peer);
		break;
	case WIRE_START:
	case WIRE_PEER:
		peer(w, &o->peer);
		break;
	case WIRE_PACKET:
	case WIRE_CONTROL:
		packet(w, &o->packet.data, &o->packet.len, ZRTP_PACKET_MAX);
		break;
	case WIRE_SIGNALLING:
		FLAG(w, o->sent);
		packet(w, &o->packet.data, &o->packet.len, WIRE_SIGNALLING_MAX);
		break;
	case WIRE_EXPECT:
		octets(w, o->hash, sizeof(o->hash));
		break;
	case WIRE_CONTEND:
		contend(w, &o->contend);
		break;
	case WIRE_AUTHENTICATED:
	case WIRE_CLOSE:
	case WIRE_PING:
	case WIRE_REFUSE:
		break;
	}
}

static void walk_answer(struct walk *w, struct wire_answer *a)
{
	unsigned int type = head(w, a->type, &a->id, WIRE_READY, WIRE_SIGNALLED);

	if (w->bad)
		return;
	if (!w->writing)
		a->type = type;
	switch (a->type) {
	case WIRE_READY:
		WALK(w, a->locks, 4, WIRE_LOCKS_ALL);
		break;
	case WIRE_ACTION:
		action(w, &a->action);
		break;
	case WIRE_HEARD:
		control(w, &a->control);
		break;
	case WIRE_PONG:
		break;
	case WIRE_SIGNALLED:
		media(w, &a->media);
		break;
	}
}

static size_t written(const struct walk *w)
{
	return w->bad ? 0 : WIRE_MAX - w->left;
}

static int read_to_the_end(const struct walk *w)
{
	return w->bad || w->left ? -EBADMSG : 0;
}

size_t wire_put_order(uint8_t out[WIRE_MAX], const struct wire_order *order)
{
	struct walk w = { .at = out, .left = WIRE_MAX, .writing = true };

	walk_order(&w, (struct wire_order *)order);
	return written(&w);
}

size_t wire_put_answer(uint8_t out[WIRE_MAX], const struct wire_answer *answer)
{
	struct walk w = { .at = out, .left = WIRE_MAX, .writing = true };

	walk_answer(&w, (struct wire_answer *)answer);
	return written(&w);
}

int wire_get_order(const uint8_t *data, size_t len, struct wire_order *out)
{
	struct walk w = { .at = (uint8_t *)data, .left = len };
	int r;

	memset(out, 0, sizeof(*out));
	walk_order(&w, out);
	r = read_to_the_end(&w);
	if (r)
		sodium_memzero(out, sizeof(*out));
	return r;
}

int wire_get_answer(const uint8_t *data, size_t len, struct wire_answer *out)
{
	struct walk w = { .at = (uint8_t *)data, .left = len };
	int r;

	memset(out, 0, sizeof(*out));
	walk_answer(&w, out);
	r = read_to_the_end(&w);
	if (r)
		sodium_memzero(out, sizeof(*out));
	return r;
}
