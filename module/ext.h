/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RTP header extensions (RFC 8285): their elements encrypted one by one (RFC 6904),
 * or all of it with the CSRCs (Cryptex, RFC 9335). Knows no keys but those it is given.
 */
#ifndef SOTTO_EXT_H
#define SOTTO_EXT_H

#include <linux/types.h>

struct sotto_cm;
struct sotto_rtp_info;

#define SOTTO_EXT_HEADER_LEN	4

/* A set of element ids, 1..255. */
struct sotto_ext_ids {
	u32 bits[8];
};

static inline bool sotto_ext_ids_has(const struct sotto_ext_ids *ids, u8 id)
{
	return ids->bits[id / 32] >> id % 32 & 1;
}

static inline void sotto_ext_ids_add(struct sotto_ext_ids *ids, u8 id)
{
	ids->bits[id / 32] |= 1U << id % 32;
}

bool sotto_ext_ids_empty(const struct sotto_ext_ids *ids);

/*
 * Encrypts or decrypts the elements of @ids. @data: the packet, as sotto_rtp_parse() has
 * read it into @info. 0; -EINVAL if an element is longer than the extension; an errno of
 * the cipher. After an error the content of the extension is undefined.
 */
int sotto_ext_xor(const struct sotto_cm *cm, const u8 *salt, const struct sotto_ext_ids *ids,
		  u8 *data, const struct sotto_rtp_info *info, u64 index);

/* Has an arrived packet been through Cryptex? */
bool sotto_cryptex_is(const u8 *data, const struct sotto_rtp_info *info);
/* Are there CSRCs or an extension? */
bool sotto_cryptex_applies(const struct sotto_rtp_info *info);
/* Bytes that a plain packet grows by, 0 or 4; -EINVAL: its extension is of another kind. */
int sotto_cryptex_growth(const u8 *data, const struct sotto_rtp_info *info);
/* Marks a plain packet to which it applies; adds to @len and @info what it grows by. */
void sotto_cryptex_mark(u8 *data, unsigned int *len, struct sotto_rtp_info *info);
/* The mark of a packet that has been decrypted becomes what it was. */
void sotto_cryptex_unmark(u8 *data, const struct sotto_rtp_info *info);

/*
 * Puts what is to be encrypted into one piece, and back again. In between it begins at
 * the offset that is returned, and before it lies what GCM authenticates beside it.
 */
unsigned int sotto_cryptex_gather(u8 *data, const struct sotto_rtp_info *info);
void sotto_cryptex_scatter(u8 *data, const struct sotto_rtp_info *info);

#endif /* SOTTO_EXT_H */
