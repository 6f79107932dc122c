/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dishonest peer: it speaks to one engine, has every key of its own side, and
 * sends whatever its test wants. No network, no time but what the test sets.
 */
#ifndef ZRTP_MALLORY_H
#define ZRTP_MALLORY_H

#include "agreement.h"
#include "chain.h"
#include "confirm.h"
#include "keys.h"
#include "packet.h"
#include "zrtp.h"

struct mallory_seen {
	unsigned int count;
	uint8_t msg[ZRTP_PACKET_MAX];
	size_t len;
};

/**
 * struct mallory
 * @config: of the engine, to be changed before mallory_begin()
 * @victim: the engine, and what it told
 * @mute: the victim's owner does not answer ZRTP_ACTION_PEER
 * @seen: per type, the last message that the victim sent
 * @hello, @commit, @dhpart: ours, as sent
 * @flip: change @flip_bit of each message of @flip_type on its way
 */
struct mallory {
	struct zrtp_config config;
	struct zrtp_session *victim;
	struct zrtp_peer victim_peer;
	bool mute;
	unsigned int asked;
	uint64_t now;
	struct mallory_seen seen[ZRTP_MESSAGES];
	unsigned int sent;
	uint64_t sent_bytes, received_bytes;
	bool has_rx, has_tx, rx_secure, tx_secure, secure, retained, failed, error_remote;
	enum zrtp_error error;
	unsigned int cleared, tx_clear, refused;
	struct zrtp_action secured;	/* of type ZRTP_ACTION_SECURE */
	struct zrtp_action retain;	/* of type ZRTP_ACTION_RETAIN */
	unsigned int relays;
	struct zrtp_action relay;	/* the last of type ZRTP_ACTION_RELAY */
	struct zrtp_srtp rx, tx;

	struct zrtp_chain chain;
	uint8_t zid[ZRTP_ZID_LEN];
	uint32_t ssrc;
	bool mitm;			/* our Hello's M flag */
	bool mult;			/* our Hello lists Mult, and no other agreement */
	bool has_pbx;			/* we have a pbxsecret, and say so */
	uint8_t pbx[ZRTP_SECRET_LEN];
	struct zrtp_suite suite;
	struct zrtp_dh dh;
	uint8_t hello[ZRTP_HELLO_MAX], commit[ZRTP_COMMIT_LEN], dhpart[ZRTP_DHPART_MAX];
	size_t hello_len, commit_len, dhpart_len;
	struct zrtp_keys keys;

	bool flip;
	enum zrtp_message flip_type;
	size_t flip_bit;
};

/** mallory_init() - @start: the victim speaks first, else it only answers. */
void mallory_init(struct mallory *m, enum zrtp_agreement agreement, bool start);
/** mallory_begin() - The engine anew, from @config as it is now. */
void mallory_begin(struct mallory *m, bool start);
void mallory_free(struct mallory *m);

/** mallory_send() - A message in a good packet. Return: zrtp_session_packet()'s. */
int mallory_send(struct mallory *m, const uint8_t *msg, size_t len);
int mallory_ack(struct mallory *m, enum zrtp_message type);
int mallory_error(struct mallory *m, enum zrtp_error code);
/** mallory_wait() - Let @ms pass for the victim. */
void mallory_wait(struct mallory *m, uint64_t ms);

/* Each builds, keeps and sends the message; honest but for its arguments. */
int mallory_hello(struct mallory *m, const char *version);
int mallory_commit(struct mallory *m, const uint8_t *hvi);
/** mallory_make_dhpart() - Build only, so that hvi can commit to it; @pv NULL for a good one. */
void mallory_make_dhpart(struct mallory *m, enum zrtp_role role, const uint8_t *pv);
void mallory_hvi(const struct mallory *m, uint8_t hvi[ZRTP_HVI_LEN]);
int mallory_confirm(struct mallory *m, enum zrtp_role role, const struct zrtp_confirm_body *body);
/** mallory_derive() - All keys, once both DHParts are there. */
void mallory_derive(struct mallory *m, enum zrtp_role role);

/** mallory_discover() - Both Hellos and both HelloACKs. */
void mallory_discover(struct mallory *m);
/** mallory_until_dhpart1() - As initiator with an honest commitment: the victim has answered. */
void mallory_until_dhpart1(struct mallory *m, const uint8_t *pv);

/** mallory_secure() - Agree on keys, in @role; @body of our Confirm, whose H0 is put in. */
void mallory_secure(struct mallory *m, enum zrtp_role role, struct zrtp_confirm_body *body);

/**
 * mallory_seal() - A message that is sealed as Confirm is, of any type and body.
 * @body: before encryption; a multiple of 4 octets
 */
int mallory_seal(struct mallory *m, enum zrtp_role role, enum zrtp_message type,
		 const uint8_t *body, size_t len);

/** mallory_goclear() - As the side of @role, under the keys of mallory_derive(). */
int mallory_goclear(struct mallory *m, enum zrtp_role role);

/** mallory_run_as_initiator() - Say everything honestly, whatever comes back. */
void mallory_run_as_initiator(struct mallory *m);

#endif /* ZRTP_MALLORY_H */
