/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a SIP message says of the media of a call, RFC 3261, RFC 4566: addresses, ports, and
 * the hash of the Hello that will come from there, RFC 6189 8.1. Pure, and read in the
 * worker only: anybody can send such a packet.
 */
#ifndef SOTTOD_SIP_H
#define SOTTOD_SIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zrtp.h"

#define SIP_MEDIA_MAX	4	/* media lines of one call that are looked at */
#define SIP_CALL_LEN	16

/**
 * struct sip_media - one media line
 * @ipv6: else @addr has 4 octets
 * @addr: network byte order
 * @port: host byte order, never 0
 * @has_hash: the Hello that comes from there is named by @hash
 */
struct sip_media {
	bool ipv6;
	uint8_t addr[16];
	uint16_t port;
	bool has_hash;
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
};

enum sip_method { SIP_OTHER, SIP_INVITE, SIP_ACK, SIP_PRACK, SIP_UPDATE };

/**
 * struct sip_message
 * @status: of a response, 100..699; 0 for a request
 * @method: of the request, or of that to which it responds
 * @cseq: number of the request
 * @call: a hash of the Call-ID
 * @media: @n of them
 */
struct sip_message {
	unsigned int status;
	enum sip_method method;
	uint32_t cseq;
	uint8_t call[SIP_CALL_LEN];
	size_t n;
	struct sip_media media[SIP_MEDIA_MAX];
};

/**
 * sip_parse() - Read a packet from its IP header on.
 * @packet: IPv4 or IPv6, UDP, whole; nothing of it need be as it should
 *
 * A message without a body, or with one of another type, has no media. Return: 0 or -EBADMSG.
 */
int sip_parse(const uint8_t *packet, size_t len, struct sip_message *out);

#endif
