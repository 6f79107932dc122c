// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a datagram one DNS message, to its last byte?
 */
#include <linux/unaligned.h>

#include "dns.h"

/* RFC 1035 4.1.1. */
#define HEADER_LEN	12
#define FLAGS_OFF	2
#define COUNTS_OFF	4	/* questions, answers, authorities, additional */
#define FLAG_RESPONSE	0x8000
#define FLAG_OPCODE	0x7800
#define FLAGS_QUERY	0x0130	/* what a query may have: RD, AD, CD */

#define QUESTION_LEN	4	/* type, class */
#define RECORD_LEN	10	/* type, class, TTL, length of what follows */
#define RECORD_SIZE_OFF	8
#define TYPE_OPT	41	/* RFC 6891 */
#define CLASS_UNICAST	0x8000	/* RFC 6762 5.4 */

#define LABEL_MAX	63
#define NAME_MAX_LEN	255
#define POINTER		0xc0	/* RFC 1035 4.1.4; it ends a name */

/* The bytes of the name at @off, 0 if there is none. */
static unsigned int name_len(const u8 *data, unsigned int len, unsigned int off)
{
	unsigned int at = off;

	while (at < len && at - off < NAME_MAX_LEN) {
		u8 label = data[at];

		if (!label)
			return at + 1 - off;
		if (label >= POINTER)
			return at + 2 <= len ? at + 2 - off : 0;
		if (label > LABEL_MAX)
			return 0;
		at += 1 + label;
	}
	return 0;
}

/* Where what is at @off ends: a name and as many bytes more. 0 if it does not fit. */
static unsigned int skip(const u8 *data, unsigned int len, unsigned int off, unsigned int more)
{
	unsigned int name = name_len(data, len, off);

	return name && name + more <= len - off ? off + name + more : 0;
}

static unsigned int skip_question(const u8 *data, unsigned int len, unsigned int off)
{
	unsigned int end = skip(data, len, off, QUESTION_LEN);

	if (!end)
		return 0;
	switch (get_unaligned_be16(data + end - 2) & ~CLASS_UNICAST) {
	case 1:		/* IN */
	case 3:		/* CH, in which servers tell their version */
	case 255:	/* any */
		return end;
	default:
		return 0;
	}
}

static unsigned int skip_record(const u8 *data, unsigned int len, unsigned int off, u16 *type)
{
	unsigned int end = skip(data, len, off, RECORD_LEN), size;

	if (!end)
		return 0;
	*type = get_unaligned_be16(data + end - RECORD_LEN);
	size = get_unaligned_be16(data + end - RECORD_LEN + RECORD_SIZE_OFF);
	return size <= len - end ? end + size : 0;
}

static bool is_query(const u8 *data)
{
	return !(get_unaligned_be16(data + FLAGS_OFF) & ~FLAGS_QUERY) &&
	       get_unaligned_be16(data + COUNTS_OFF) == 1 &&
	       !get_unaligned_be32(data + COUNTS_OFF + 2) &&
	       get_unaligned_be16(data + COUNTS_OFF + 6) <= 1;
}

static bool is_response(const u8 *data)
{
	return (get_unaligned_be16(data + FLAGS_OFF) & (FLAG_RESPONSE | FLAG_OPCODE)) ==
	       FLAG_RESPONSE && get_unaligned_be16(data + COUNTS_OFF) <= 1;
}

/**
 * sotto_dns_read() - Say whether it is DNS.
 * @data: UDP payload
 * @len: its length; 0 is allowed
 * @id: transaction id, if it is
 *
 * A query is one question, and of what may follow it only EDNS. Everything is walked,
 * and it must end where the datagram ends. What this asks of RTP so that it would be
 * mistaken is in Documentation/architecture.rst.
 *
 * Context: any. Time: by @len.
 * Return: which of the two, or SOTTO_DNS_NONE.
 */
enum sotto_dns_kind sotto_dns_read(const u8 *data, unsigned int len, u16 *id)
{
	unsigned int off = HEADER_LEN, records;
	bool query;
	u16 type;

	if (len < HEADER_LEN)
		return SOTTO_DNS_NONE;
	query = is_query(data);
	if (!query && !is_response(data))
		return SOTTO_DNS_NONE;
	if (get_unaligned_be16(data + COUNTS_OFF)) {
		off = skip_question(data, len, off);
		if (!off)
			return SOTTO_DNS_NONE;
	}
	records = get_unaligned_be16(data + COUNTS_OFF + 2) +
		  get_unaligned_be16(data + COUNTS_OFF + 4) +
		  get_unaligned_be16(data + COUNTS_OFF + 6);
	while (records--) {
		off = skip_record(data, len, off, &type);
		if (!off || (query && type != TYPE_OPT))
			return SOTTO_DNS_NONE;
	}
	if (off != len)
		return SOTTO_DNS_NONE;
	*id = get_unaligned_be16(data);
	return query ? SOTTO_DNS_QUERY : SOTTO_DNS_RESPONSE;
}
