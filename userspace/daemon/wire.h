/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sottod and its worker say to each other: one message, one datagram of a
 * SOCK_SEQPACKET socket. Pure: no I/O.
 *
 *	octet 0		WIRE_VERSION
 *	octet 1		type
 *	octet 2..9	id
 *	then		what belongs to the type: always the same length, but for the
 *			packet of WIRE_PACKET, WIRE_CONTROL and ZRTP_ACTION_SEND, which
 *			is what is left, 1..ZRTP_PACKET_MAX octets, and that of
 *			WIRE_SIGNALLING, 1..WIRE_SIGNALLING_MAX
 *
 * Numbers are little endian. A message is valid as a whole or refused: length, every
 * enumeration, every flag and every inner length are checked, because whoever has
 * taken the worker over writes what he likes.
 */
#ifndef SOTTOD_WIRE_H
#define SOTTOD_WIRE_H

#include "control.h"
#include "sip.h"
#include "zrtp.h"

#define WIRE_VERSION	1
#define WIRE_MAX	4096	/* octets of a message; a socket reads no longer one */
#define WIRE_SIGNALLING_MAX	4000	/* octets of a packet of SIP */

/* From sottod. @id names a session, but for WIRE_CONTROL a flow. */
enum wire_order_type {
	WIRE_OPEN = 1,		/* @ssrc */
	WIRE_MULTISTREAM,	/* @peer and @master: more keys of a call */
	WIRE_START,		/* @peer: say Hello */
	WIRE_PEER,		/* @peer: answers ZRTP_ACTION_PEER */
	WIRE_PACKET,		/* @packet: ZRTP, as it came */
	WIRE_AUTHENTICATED,	/* SRTP has come that the rx key fits */
	WIRE_CLOSE,
	WIRE_CONTROL,		/* @packet: of the control channel, as it came */
	WIRE_PING,		/* answered when all before it has been done */
	WIRE_JOIN,		/* @peer and @master: answers ZRTP_ACTION_PEER of another stream */
	WIRE_CONTEND,		/* @contend: what has come on another stream */
	WIRE_REFUSE,		/* end it, and say so */
	WIRE_SIGNALLING,	/* @sent and @packet: SIP, from its IP header on; @id is nobody's */
	WIRE_EXPECT,		/* @hash: no other Hello is the peer's; before WIRE_START */
};

/* From the worker. */
enum wire_answer_type {
	WIRE_READY = 64,	/* @locks; comes first and once */
	WIRE_ACTION,		/* @action, of a session */
	WIRE_HEARD,		/* @control: what the WIRE_CONTROL of flow @id has said */
	WIRE_PONG,
	WIRE_SIGNALLED,		/* @media: a far end's, from now on; @id is nobody's */
};

/* What the worker is locked in by. Without one of WIRE_LOCKS_NEEDED it does not work. */
#define WIRE_LOCK_CAPABILITIES	(1U << 0)	/* it has none and can get none */
#define WIRE_LOCK_HIDDEN	(1U << 1)	/* no core file, no look inside */
#define WIRE_LOCK_SECCOMP	(1U << 2)
#define WIRE_LOCK_NETWORK	(1U << 3)	/* a network namespace without a network */
#define WIRE_LOCK_FILES		(1U << 4)	/* a root directory without files */
#define WIRE_LOCKS_NEEDED	(WIRE_LOCK_CAPABILITIES | WIRE_LOCK_HIDDEN | WIRE_LOCK_SECCOMP)
#define WIRE_LOCKS_ALL		(WIRE_LOCKS_NEEDED | WIRE_LOCK_NETWORK | WIRE_LOCK_FILES)

/** struct wire_packet - where it is is the caller's */
struct wire_packet {
	const uint8_t *data;
	size_t len;
};

/** struct wire_order - may hold secrets; whoever has filled it wipes it */
struct wire_order {
	enum wire_order_type type;
	uint64_t id;
	union {
		uint32_t ssrc;
		struct {
			struct zrtp_peer peer;
			struct zrtp_master master;
		};
		struct zrtp_contend contend;
		struct {
			struct wire_packet packet;
			bool sent;	/* from this machine; else it came to it */
		};
		uint8_t hash[ZRTP_HELLO_HASH_LEN];
	};
};

/**
 * struct wire_answer - likewise
 *
 * What the peer calls its program does not cross: sottod has no use for it.
 */
struct wire_answer {
	enum wire_answer_type type;
	uint64_t id;
	union {
		uint32_t locks;
		struct zrtp_action action;
		struct control_packet control;
		struct sip_media media;
	};
};

/** struct wire_desk - where either side reads and writes: from sodium_malloc(), and wiped */
struct wire_desk {
	uint8_t in[WIRE_MAX];
	uint8_t out[WIRE_MAX];
	struct wire_order order;
	struct wire_answer answer;
};

/**
 * wire_put_order() - Write a message.
 *
 * Return: its length, or 0 for an order that has no valid form.
 */
size_t wire_put_order(uint8_t out[WIRE_MAX], const struct wire_order *order);
size_t wire_put_answer(uint8_t out[WIRE_MAX], const struct wire_answer *answer);

/**
 * wire_get_order() - Read one.
 * @out: its packet points into @data; nothing is left in it of a message that is refused
 *
 * Return: 0, or -EBADMSG.
 */
int wire_get_order(const uint8_t *data, size_t len, struct wire_order *out);
int wire_get_answer(const uint8_t *data, size_t len, struct wire_answer *out);

#endif
