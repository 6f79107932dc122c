// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTP header extensions and their encryption.
 *
 *	header 12 | CSRCs | profile, length | elements | payload
 *
 * RFC 6904 encrypts the values of chosen elements. Cryptex encrypts the CSRCs, all
 * elements and the payload; "profile" says so, and it stays in clear with the length.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "crypto.h"
#include "ext.h"
#include "kdf.h"
#include "rtp.h"

#define RTP_HEADER_LEN		12
#define RTP_X			0x10

/* "Defined by profile", RFC 8285 4.2 and 4.3; RFC 9335 5. */
#define PROFILE_ONE_BYTE	0xbede
#define PROFILE_TWO_BYTE	0x1000	/* and four bits that programs may use */
#define PROFILE_TWO_BYTE_MASK	0xfff0
#define CRYPTEX_ONE_BYTE	0xc0de
#define CRYPTEX_TWO_BYTE	0xc2de

#define ID_STOP			15	/* of one-byte elements: what follows is not to be read */

struct element {
	u8 id;
	unsigned int off;	/* of the value in the extension */
	unsigned int len;	/* of the value */
};

static u16 profile_of(const u8 *data, const struct sotto_rtp_info *info)
{
	return get_unaligned_be16(data + info->ext_off);
}

static void set_profile(u8 *data, const struct sotto_rtp_info *info, u16 profile)
{
	data[info->ext_off] = profile >> 8;
	data[info->ext_off + 1] = profile & 0xff;
}

/*
 * The element at @off or behind it. Return: where the next one may begin, 0 if there
 * are no more, or -EINVAL.
 */
static int next_element(const u8 *ext, unsigned int len, unsigned int off, bool two_byte,
			struct element *e)
{
	unsigned int head = two_byte ? 2 : 1;

	/* Padding lies between elements too, a byte at a time. */
	while (off < len && !ext[off])
		off++;
	if (off == len)
		return 0;
	if (two_byte) {
		e->id = ext[off];
		if (len - off < head)
			return -EINVAL;
		e->len = ext[off + 1];
	} else {
		e->id = ext[off] >> 4;
		/* An id of 0 with a length ends the extension as well. */
		if (e->id == ID_STOP || !e->id)
			return 0;
		e->len = (ext[off] & 0x0f) + 1;
	}
	e->off = off + head;
	if (e->len > len - e->off)
		return -EINVAL;
	return e->off + e->len;
}

/*
 * The keystream runs over the whole extension, also where nothing is encrypted: the
 * block that the value begins in is taken whole, and what lies before it is put back.
 */
static int xor_value(const struct sotto_cm *cm, const u8 iv[SOTTO_CM_IV_LEN], u8 *ext,
		     const struct element *e)
{
	unsigned int lead = e->off % SOTTO_CM_IV_LEN;
	unsigned int block = e->off / SOTTO_CM_IV_LEN;
	u8 counter[SOTTO_CM_IV_LEN];
	u8 before[SOTTO_CM_IV_LEN];
	u8 *from = ext + e->off - lead;
	int err;

	memcpy(counter, iv, SOTTO_CM_IV_LEN);
	counter[14] = block >> 8;
	counter[15] = block & 0xff;
	memcpy(before, from, lead);
	err = sotto_cm_xor(cm, counter, from, lead + e->len);
	memcpy(from, before, lead);
	return err;
}

/**
 * sotto_ext_ids_empty() - Is there no id in a set?
 * @ids: set
 *
 * Context: any.
 */
bool sotto_ext_ids_empty(const struct sotto_ext_ids *ids)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ids->bits); i++)
		if (ids->bits[i])
			return false;
	return true;
}

/**
 * sotto_ext_xor() - Encrypt or decrypt chosen elements (RFC 6904).
 * @cm: cipher of the header extension
 * @salt: its salt, 14 bytes
 * @ids: which elements
 * @data: packet, directly mapped
 * @info: what sotto_rtp_parse() says of it
 * @index: of the packet
 *
 * An extension that is not of RFC 8285 has no elements. libsrtp2 2.5 lets the keystream
 * stand still over padding between elements, we do as the RFC says; padding at the end
 * is the same for both.
 *
 * Context: process or softirq. Return: 0; -EINVAL if an element is longer than the
 * extension; a negative errno of the cipher. After an error the extension is undefined.
 */
int sotto_ext_xor(const struct sotto_cm *cm, const u8 *salt, const struct sotto_ext_ids *ids,
		  u8 *data, const struct sotto_rtp_info *info, u64 index)
{
	u8 *ext = data + info->ext_off + SOTTO_EXT_HEADER_LEN;
	u8 iv[SOTTO_CM_IV_LEN];
	bool two_byte;
	int off = 0;

	if (!info->ext_off)
		return 0;
	two_byte = (profile_of(data, info) & PROFILE_TWO_BYTE_MASK) == PROFILE_TWO_BYTE;
	if (!two_byte && profile_of(data, info) != PROFILE_ONE_BYTE)
		return 0;
	sotto_cm_iv(iv, salt, info->ssrc, index);
	for (;;) {
		struct element e;
		int err;

		off = next_element(ext, data + info->header_len - ext, off, two_byte, &e);
		if (off <= 0)
			return off;
		if (!e.len || !sotto_ext_ids_has(ids, e.id))
			continue;
		err = xor_value(cm, iv, ext, &e);
		if (err)
			return err;
	}
}

/**
 * sotto_cryptex_is() - Has an arrived packet been through Cryptex?
 * @data: packet
 * @info: what sotto_rtp_parse() says of it
 *
 * Context: any.
 */
bool sotto_cryptex_is(const u8 *data, const struct sotto_rtp_info *info)
{
	return info->ext_off && (profile_of(data, info) == CRYPTEX_ONE_BYTE ||
				 profile_of(data, info) == CRYPTEX_TWO_BYTE);
}

/**
 * sotto_cryptex_applies() - Is there anything in the header for Cryptex to encrypt?
 * @info: what sotto_rtp_parse() says of the packet
 *
 * Context: any.
 */
bool sotto_cryptex_applies(const struct sotto_rtp_info *info)
{
	return info->header_len > RTP_HEADER_LEN;
}

/**
 * sotto_cryptex_growth() - Bytes that Cryptex adds to a plain packet (RFC 9335 5.1).
 * @data: packet
 * @info: what sotto_rtp_parse() says of it
 *
 * CSRCs without an extension get an empty one, which carries the mark.
 *
 * Context: any. Return: 0 or 4; -EINVAL if it has an extension that Cryptex has no
 * mark for: it must not go in clear.
 */
int sotto_cryptex_growth(const u8 *data, const struct sotto_rtp_info *info)
{
	if (!info->ext_off)
		return sotto_cryptex_applies(info) ? SOTTO_EXT_HEADER_LEN : 0;
	switch (profile_of(data, info)) {
	case PROFILE_ONE_BYTE:
	case PROFILE_TWO_BYTE:
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * sotto_cryptex_mark() - Mark a plain packet, which is going to be encrypted.
 * @data: packet to which it applies, with room for what it grows by
 * @len: its length; what it grows by is added
 * @info: what sotto_rtp_parse() says of it; kept true
 *
 * Context: any.
 */
void sotto_cryptex_mark(u8 *data, unsigned int *len, struct sotto_rtp_info *info)
{
	if (!info->ext_off) {
		u8 *at = data + info->header_len;

		memmove(at + SOTTO_EXT_HEADER_LEN, at, *len - info->header_len);
		memset(at, 0, SOTTO_EXT_HEADER_LEN);
		data[0] |= RTP_X;
		info->ext_off = info->header_len;
		info->header_len += SOTTO_EXT_HEADER_LEN;
		*len += SOTTO_EXT_HEADER_LEN;
	}
	set_profile(data, info, profile_of(data, info) == PROFILE_TWO_BYTE ? CRYPTEX_TWO_BYTE
									   : CRYPTEX_ONE_BYTE);
}

/**
 * sotto_cryptex_unmark() - Give a decrypted packet its own mark again.
 * @data: packet for which sotto_cryptex_is() is true
 * @info: what sotto_rtp_parse() says of it
 *
 * An empty extension is left as it is (RFC 9335 5.2).
 *
 * Context: any.
 */
void sotto_cryptex_unmark(u8 *data, const struct sotto_rtp_info *info)
{
	set_profile(data, info, profile_of(data, info) == CRYPTEX_TWO_BYTE ? PROFILE_TWO_BYTE
									   : PROFILE_ONE_BYTE);
}

/**
 * sotto_cryptex_gather() - Put what is to be encrypted into one piece.
 * @data: packet
 * @info: what sotto_rtp_parse() says of it
 *
 * The CSRCs and the extension's header change places (RFC 9335 6.2).
 *
 * Context: any. Return: where that piece begins.
 */
unsigned int sotto_cryptex_gather(u8 *data, const struct sotto_rtp_info *info)
{
	u8 *csrcs = data + RTP_HEADER_LEN;
	u8 head[SOTTO_EXT_HEADER_LEN];

	memcpy(head, data + info->ext_off, sizeof(head));
	memmove(csrcs + sizeof(head), csrcs, info->ext_off - RTP_HEADER_LEN);
	memcpy(csrcs, head, sizeof(head));
	return RTP_HEADER_LEN + SOTTO_EXT_HEADER_LEN;
}

/**
 * sotto_cryptex_scatter() - Undo sotto_cryptex_gather().
 * @data: packet
 * @info: as given to that
 *
 * Context: any.
 */
void sotto_cryptex_scatter(u8 *data, const struct sotto_rtp_info *info)
{
	u8 *csrcs = data + RTP_HEADER_LEN;
	u8 head[SOTTO_EXT_HEADER_LEN];

	memcpy(head, csrcs, sizeof(head));
	memmove(csrcs, csrcs + sizeof(head), info->ext_off - RTP_HEADER_LEN);
	memcpy(data + info->ext_off, head, sizeof(head));
}
