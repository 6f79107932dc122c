// SPDX-License-Identifier: GPL-2.0-only
/*
 * SRTP and SRTCP packets. On the wire, from left to right:
 *
 *	SRTP  AES-CM	header | encrypted payload | MKI | tag
 *	SRTP  GCM	header | encrypted payload | tag | MKI
 *	SRTCP AES-CM	8 bytes | encrypted rest | E, index | MKI | tag
 *	SRTCP GCM	8 bytes | encrypted rest | tag | E, index | MKI
 *
 * With the options of a key the plain RTP packet is padded first, and more of its
 * header is encrypted: elements of its extension, or that and the CSRCs (ext.h).
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "rtp.h"
#include "stream.h"
#include "uninit.h"

#define RTP_P			0x20
#define RTP_PADDING_MAX		255
#define RTCP_CLEAR_LEN		8
#define RTCP_INDEX_LEN		4
#define RTCP_E_FLAG		BIT(31)
#define SIGNED_LEN		4	/* behind the packet: ROC, or E and index of SRTCP */

/* One packet on its way through. */
struct packet {
	u8 *data;
	unsigned int len;
	bool rtcp;
	u32 ssrc;
	struct sotto_rtp_info rtp;	/* RTP only */
};

static int packet_parse(struct packet *pkt, bool rtcp, u8 *data, unsigned int len)
{
	int err;

	pkt->data = data;
	pkt->len = len;
	pkt->rtcp = rtcp;
	if (rtcp)
		return sotto_rtcp_parse(data, len, &pkt->ssrc);
	err = sotto_rtp_parse(data, len, &pkt->rtp);
	if (!err)
		pkt->ssrc = pkt->rtp.ssrc;
	return err;
}

static unsigned int header_len(const struct packet *pkt)
{
	return pkt->rtcp ? RTCP_CLEAR_LEN : pkt->rtp.header_len;
}

static bool is_aead(const struct sotto_key *key)
{
	return !key->params->auth_key_len;
}

static unsigned int overhead(const struct sotto_key *key, bool rtcp)
{
	return (rtcp ? RTCP_INDEX_LEN : 0) + key->mki_len + key->params->tag_len[rtcp];
}

static __always_inline void append_mki(struct packet *pkt, const struct sotto_key *key)
{
	if (likely(!key->mki_len))
		return;
	memcpy(pkt->data + pkt->len, key->mki, key->mki_len);
	pkt->len += key->mki_len;
}

/* Is the packet, on its way out or in, one of Cryptex's? */
static bool is_cryptex(const struct packet *pkt, const struct sotto_key *key)
{
	return !pkt->rtcp && key->options.cryptex != SOTTO_CRYPTEX_OFF &&
	       sotto_cryptex_is(pkt->data, &pkt->rtp);
}

/* Where the encrypted part begins; until leave() it is in one piece. */
static unsigned int enter(const struct packet *pkt, bool cryptex)
{
	return cryptex ? sotto_cryptex_gather(pkt->data, &pkt->rtp) : header_len(pkt);
}

static void leave(const struct packet *pkt, bool cryptex)
{
	if (cryptex)
		sotto_cryptex_scatter(pkt->data, &pkt->rtp);
}

static int cm_xor(const struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	bool cryptex = is_cryptex(pkt, key);
	unsigned int from = enter(pkt, cryptex);
	u8 iv[SOTTO_CM_IV_LEN];
	int err;

	sotto_cm_iv(iv, half->salt, pkt->ssrc, index);
	err = sotto_cm_xor(&half->cm, iv, pkt->data + from, pkt->len - from);
	leave(pkt, cryptex);
	return err;
}

static int cm_seal(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	unsigned int tag_len = key->params->tag_len[pkt->rtcp];
	u8 mac[SOTTO_HMAC_LEN];
	int err;

	err = cm_xor(pkt, key, index);
	if (err)
		return err;
	/* Of SRTP the ROC is authenticated too but not sent (RFC 3711 4.2). */
	put_unaligned_be32(pkt->rtcp ? RTCP_E_FLAG | index : index >> 16, pkt->data + pkt->len);
	err = sotto_hmac_sign(&half->hmac, pkt->data, pkt->len + SIGNED_LEN, mac);
	if (err)
		return err;
	if (pkt->rtcp)
		pkt->len += RTCP_INDEX_LEN;
	append_mki(pkt, key);
	memcpy(pkt->data + pkt->len, mac, tag_len);
	pkt->len += tag_len;
	return 0;
}

static int cm_open(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	unsigned int tag_len = key->params->tag_len[pkt->rtcp];
	u8 *end = pkt->data + pkt->len - overhead(key, pkt->rtcp);
	u8 tag[SOTTO_HMAC_LEN];
	u32 behind;
	int err;

	/* Of SRTP the ROC stands for a moment where MKI or tag are, which another key may need. */
	memcpy(tag, pkt->data + pkt->len - tag_len, tag_len);
	behind = get_unaligned((u32 *)end);
	if (!pkt->rtcp)
		put_unaligned_be32(index >> 16, end);
	err = sotto_hmac_verify(&half->hmac, pkt->data, end + SIGNED_LEN - pkt->data, tag, tag_len);
	put_unaligned(behind, (u32 *)end);
	if (err)
		return err;
	pkt->len -= overhead(key, pkt->rtcp);
	return cm_xor(pkt, key, index);
}

/*
 * E and index are authenticated behind the header but sent at the end (RFC 7714 9.2,
 * 9.3): the body makes room for them meanwhile.
 */
static int gcm_seal_rtcp(struct packet *pkt, const struct sotto_key_half *half, u8 *iv, u64 index)
{
	u8 *body = pkt->data + RTCP_CLEAR_LEN;
	unsigned int body_len = pkt->len - RTCP_CLEAR_LEN;
	int err;

	memmove(body + RTCP_INDEX_LEN, body, body_len);
	put_unaligned_be32(RTCP_E_FLAG | index, body);
	err = sotto_gcm_seal(&half->gcm, iv, pkt->data, RTCP_CLEAR_LEN + RTCP_INDEX_LEN, body_len);
	body_len += SOTTO_GCM_TAG_LEN;
	memmove(body, body + RTCP_INDEX_LEN, body_len);
	put_unaligned_be32(RTCP_E_FLAG | index, body + body_len);
	pkt->len += SOTTO_GCM_TAG_LEN + RTCP_INDEX_LEN;
	return err;
}

static int gcm_seal(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	bool cryptex = is_cryptex(pkt, key);
	u8 iv[SOTTO_GCM_IV_LEN];
	int err;

	sotto_gcm_iv(iv, half->salt, pkt->ssrc, index);
	if (pkt->rtcp) {
		err = gcm_seal_rtcp(pkt, half, iv, index);
	} else {
		unsigned int from = enter(pkt, cryptex);

		err = sotto_gcm_seal(&half->gcm, iv, pkt->data, from, pkt->len - from);
		leave(pkt, cryptex);
		pkt->len += SOTTO_GCM_TAG_LEN;
	}
	if (err)
		return err;
	append_mki(pkt, key);
	return 0;
}

/* @len: of the plain packet */
static int gcm_open_rtcp(struct packet *pkt, const struct sotto_key_half *half, u8 *iv, u64 index,
			 unsigned int len)
{
	u8 *body = pkt->data + RTCP_CLEAR_LEN;
	unsigned int body_len = len - RTCP_CLEAR_LEN;
	int err;

	memmove(body + RTCP_INDEX_LEN, body, body_len + SOTTO_GCM_TAG_LEN);
	put_unaligned_be32(RTCP_E_FLAG | index, body);
	err = sotto_gcm_open(&half->gcm, iv, pkt->data, RTCP_CLEAR_LEN + RTCP_INDEX_LEN, body_len);
	memmove(body, body + RTCP_INDEX_LEN, body_len);
	return err;
}

static __always_inline int gcm_open(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	unsigned int len = pkt->len - overhead(key, pkt->rtcp);
	bool cryptex = is_cryptex(pkt, key);
	u8 iv[SOTTO_GCM_IV_LEN];
	int err;

	sotto_gcm_iv(iv, half->salt, pkt->ssrc, index);
	if (pkt->rtcp) {
		err = gcm_open_rtcp(pkt, half, iv, index, len);
	} else {
		unsigned int from = enter(pkt, cryptex);

		err = sotto_gcm_open(&half->gcm, iv, pkt->data, from, len - from);
		leave(pkt, cryptex);
	}
	if (err)
		return err;
	pkt->len = len;
	return 0;
}

/*
 * Bytes of padding to add to a plain RTP packet (RFC 3550 5.1). One that is padded
 * already keeps its padding and gets more. What 255 bytes do not reach goes with 255.
 */
static int padding_for(const struct packet *pkt, const struct sotto_options *options)
{
	unsigned int len = pkt->len - pkt->rtp.header_len;
	unsigned int multiple = max_t(unsigned int, options->pad_multiple, 1);
	unsigned int want = max_t(unsigned int, options->pad_size, len);
	unsigned int have = 0;

	if (!options->pad_size && multiple == 1)
		return 0;
	if (pkt->data[0] & RTP_P) {
		have = pkt->rtp.padding;
		if (!have || have > len)
			return -EINVAL;
	}
	want += multiple - 1;
	want -= want % multiple;
	return min(want - len, RTP_PADDING_MAX - have);
}

/* Bytes that the options of a key add to a plain packet, or -EINVAL. */
static inline int growth(const struct packet *pkt, const struct sotto_key *key)
{
	int padding, empty_ext = 0;

	if (likely(pkt->rtcp || !key->grows))
		return 0;
	padding = padding_for(pkt, &key->options);
	if (padding < 0)
		return padding;
	if (key->options.cryptex != SOTTO_CRYPTEX_OFF)
		empty_ext = sotto_cryptex_growth(pkt->data, &pkt->rtp);
	return empty_ext < 0 ? empty_ext : padding + empty_ext;
}

static void pad(struct packet *pkt, unsigned int padding)
{
	unsigned int have = pkt->data[0] & RTP_P ? pkt->rtp.padding : 0;

	if (!padding)
		return;
	memset(pkt->data + pkt->len, 0, padding);
	pkt->len += padding;
	pkt->data[pkt->len - 1] = have + padding;
	pkt->data[0] |= RTP_P;
}

static int ext_xor(const struct packet *pkt, const struct sotto_key *key, u64 index)
{
	if (pkt->rtcp || !key->has_ext)
		return 0;
	return sotto_ext_xor(&key->ext.cm, key->ext.salt, &key->options.enc_ext, pkt->data,
			     &pkt->rtp, index);
}

/* What the options make of a plain packet before it is sealed. */
static int dress(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	if (pkt->rtcp)
		return 0;
	if (key->grows)
		pad(pkt, padding_for(pkt, &key->options));
	/* A packet has the one or the other (RFC 9335 4). */
	if (key->options.cryptex == SOTTO_CRYPTEX_OFF)
		return ext_xor(pkt, key, index);
	if (sotto_cryptex_applies(&pkt->rtp))
		sotto_cryptex_mark(pkt->data, &pkt->len, &pkt->rtp);
	return 0;
}

/* And back, when it has been opened. The padding stays: it is legal RTP. */
static inline int undress(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	if (!is_cryptex(pkt, key))
		return ext_xor(pkt, key, index);
	sotto_cryptex_unmark(pkt->data, &pkt->rtp);
	return 0;
}

static int seal_packet(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	int err = dress(pkt, key, index);

	if (err)
		return err;
	return is_aead(key) ? gcm_seal(pkt, key, index) : cm_seal(pkt, key, index);
}

static __always_inline int open_packet(struct packet *pkt, const struct sotto_key *key,
				       u64 index)
{
	int err = is_aead(key) ? gcm_open(pkt, key, index) : cm_open(pkt, key, index);

	return err ?: undress(pkt, key, index);
}

static noinline int overhead_of_growing(const struct sotto_key *key, const u8 *data,
					unsigned int len)
{
	struct packet pkt;
	int more;

	/* Nothing is written through it here. */
	more = packet_parse(&pkt, false, (u8 *)data, len);
	if (!more)
		more = growth(&pkt, key);
	return more < 0 ? more : more + (int)overhead(key, false);
}

/**
 * sotto_srtp_overhead() - Bytes that protecting adds to a packet with the current tx key.
 * @s: session
 * @rtcp: what it is, as rtp.c classified it
 * @data: plain packet
 * @len: its length
 *
 * Context: any, under rcu_read_lock(). Return: bytes; -ENOKEY; -EINVAL if the packet is
 * malformed and that matters for the answer.
 */
int sotto_srtp_overhead(const struct sotto_session *s, bool rtcp, const u8 *data,
			unsigned int len)
{
	const struct sotto_key *key =
		rcu_dereference(s->state->dir[SOTTO_DIR_TX].slot[SOTTO_SLOT_CURRENT]);

	if (!key)
		return -ENOKEY;
	return likely(rtcp || !key->grows) ? (int)overhead(key, rtcp)
					   : overhead_of_growing(key, data, len);
}

/**
 * sotto_srtp_knows() - Has anything of this packet's SSRC been accepted before?
 * @s: session
 * @rtcp: what the packet claims to be
 * @data: the packet
 * @len: bytes
 *
 * Reads its header only: whether it is genuine nobody knows yet.
 *
 * Context: any, under rcu_read_lock().
 */
bool sotto_srtp_knows(const struct sotto_session *s, bool rtcp, const u8 *data, unsigned int len)
{
	struct sotto_rtp_info info;

	if (rtcp ? sotto_rtcp_parse(data, len, &info.ssrc) : sotto_rtp_parse(data, len, &info))
		return false;
	return sotto_stream_find(&s->state->dir[SOTTO_DIR_RX], info.ssrc);
}

static __always_inline int protect_one(struct sotto_session_dir *dir, struct packet *pkt,
				       bool rtcp, u8 *data, unsigned int len, unsigned int room,
				       struct sotto_srtp_note *note)
{
	struct sotto_key *key = rcu_dereference(dir->slot[SOTTO_SLOT_CURRENT]);
	struct sotto_stream *stream;
	u64 index;
	int err;

	if (!key)
		return -ENOKEY;
	err = packet_parse(pkt, rtcp, data, len);
	if (err)
		return err;
	note->ssrc = pkt->ssrc;
	err = growth(pkt, key);
	if (err < 0)
		return err;
	if (err + overhead(key, rtcp) > room)
		return -ENOBUFS;

	stream = sotto_stream_get(dir, pkt->ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	err = rtcp ? sotto_stream_tx_rtcp(stream, key, &index, note)
		   : sotto_stream_tx_rtp(stream, key, pkt->rtp.seq, &index, note);
	if (!err)
		err = sotto_key_spend(key, rtcp, index, note);
	return err ?: seal_packet(pkt, key, index);
}

/**
 * sotto_srtp_protect() - RTP to SRTP or RTCP to SRTCP, in place.
 * @s: session with a current tx key
 * @rtcp: what it is, as rtp.c classified it
 * @data: linear, private, directly mapped; @room bytes behind @len
 * @len: in: plain length; out: protected length
 * @room: what sotto_srtp_overhead() said, or more
 * @note: filled in, also after an error
 *
 * Context: process or softirq, under rcu_read_lock(); never sleeps.
 * Return: 0; -ENOKEY no current key; -EINVAL malformed; -EALREADY index used
 * before; -ENOSPC too many streams; -ENOMEM; -EKEYEXPIRED exhausted; -ENOBUFS there
 * is another key meanwhile, which needs more room; another errno of the cipher. After
 * an error @data must not leave: it may be plain.
 */
int sotto_srtp_protect(struct sotto_session *s, bool rtcp, u8 *data, unsigned int *len,
		       unsigned int room, struct sotto_srtp_note *note)
{
	struct packet pkt sotto_uninit;
	int err;

	*note = (struct sotto_srtp_note){};
	/* Once for all the locks on a packet's way. */
	local_bh_disable();
	err = protect_one(&s->state->dir[SOTTO_DIR_TX], &pkt, rtcp, data, *len, room, note);
	local_bh_enable();
	if (!err)
		*len = pkt.len;
	return err;
}

/* A way in which a packet that arrived may be meant. */
struct candidate {
	struct sotto_key *key;
	enum sotto_slot slot;
	u64 index;
};

#define CANDIDATES_MAX	(__SOTTO_SLOT_MAX * SOTTO_GUESSES_MAX)

static __always_inline bool mki_matches(const struct packet *pkt, const struct sotto_key *key)
{
	unsigned int behind = is_aead(key) ? 0 : key->params->tag_len[pkt->rtcp];

	return !key->mki_len ||
	       !memcmp(pkt->data + pkt->len - behind - key->mki_len, key->mki, key->mki_len);
}

static int guess_rtcp_index(const struct packet *pkt, const struct sotto_key *key,
			    struct sotto_stream *stream, u64 *guess)
{
	unsigned int behind = key->mki_len + (is_aead(key) ? 0 : key->params->tag_len[1]);
	u32 word = get_unaligned_be32(pkt->data + pkt->len - behind - RTCP_INDEX_LEN);
	int err;

	/* Without E it claims to be plain: no null cipher here. */
	if (!(word & RTCP_E_FLAG))
		return -EBADMSG;
	*guess = word & ~RTCP_E_FLAG;
	err = stream ? sotto_stream_rx_rtcp(stream, key, *guess) : 0;
	return err ?: 1;
}

/* RFC 9335 5.2: where Cryptex is a must, CSRCs and extensions do not come in clear. */
static bool shows_its_header(const struct packet *pkt, const struct sotto_key *key)
{
	return !pkt->rtcp && key->options.cryptex == SOTTO_CRYPTEX_REQUIRE &&
	       sotto_cryptex_applies(&pkt->rtp) && !is_cryptex(pkt, key);
}

/* The indices that the packet may have under @key. Return: how many, or why there is none. */
static __always_inline int guess(const struct packet *pkt, const struct sotto_key *key,
				 struct sotto_stream *stream, u64 index[SOTTO_GUESSES_MAX])
{
	if (pkt->len < header_len(pkt) + overhead(key, pkt->rtcp))
		return -EINVAL;
	if (shows_its_header(pkt, key))
		return -EINVAL;
	if (!mki_matches(pkt, key))
		return -EBADMSG;
	return pkt->rtcp ? guess_rtcp_index(pkt, key, stream, index)
			 : sotto_stream_rx_rtp(stream, key, pkt->rtp.seq, index);
}

/*
 * Tries the candidates until one authenticates. A GCM trial destroys the packet:
 * where another may follow, its ciphertext is kept. That is an allocation, but
 * only for a new SSRC and in the moments of a rekey.
 *
 * Return: the index in @c of the one that authenticated, or a negative errno.
 */
static noinline int try_candidates(struct packet *pkt, const struct candidate *c, unsigned int n)
{
	u8 *kept = NULL;
	int err = -EBADMSG;
	unsigned int i;

	for (i = 0; i < n && err == -EBADMSG; i++) {
		bool last = i + 1 == n;

		if (is_aead(c[i].key) && !last && !kept) {
			kept = kmemdup(pkt->data, pkt->len, GFP_ATOMIC | __GFP_NOWARN);
			if (!kept)
				return -ENOMEM;
		}
		err = open_packet(pkt, c[i].key, c[i].index);
		if (err == -EBADMSG && kept && !last)
			memcpy(pkt->data, kept, pkt->len);
	}
	kfree(kept);
	return err ?: (int)i - 1;
}

/* With each key and each index that it may have. */
static noinline int open_any(struct packet *pkt, struct sotto_stream *stream,
			     struct sotto_key *const key[__SOTTO_SLOT_MAX],
			     struct candidate *hit)
{
	struct candidate c[CANDIDATES_MAX];
	int why[__SOTTO_SLOT_MAX] = {};
	unsigned int n = 0;
	int err;

	for (unsigned int slot = 0; slot < __SOTTO_SLOT_MAX; slot++) {
		u64 index[SOTTO_GUESSES_MAX];

		if (!key[slot])
			continue;
		why[slot] = guess(pkt, key[slot], stream, index);
		for (int i = 0; i < why[slot]; i++)
			c[n++] = (struct candidate){ key[slot], slot, index[i] };
	}
	/* What the current key says of the packet counts, if there is one. */
	err = min(why[key[SOTTO_SLOT_CURRENT] ? SOTTO_SLOT_CURRENT : SOTTO_SLOT_NEXT], 0);
	if (!n)
		return err;
	n = try_candidates(pkt, c, n);
	if ((int)n < 0)
		return (int)n == -EBADMSG && err ? err : (int)n;
	*hit = c[n];
	return 0;
}

/* As a rule there is one key, and the SSRC is known: one way to mean the packet. */
static bool is_plain_case(const struct packet *pkt, const struct sotto_stream *stream,
			  struct sotto_key *const key[__SOTTO_SLOT_MAX])
{
	return key[SOTTO_SLOT_CURRENT] && !key[SOTTO_SLOT_NEXT] &&
	       (pkt->rtcp || (stream && READ_ONCE(stream->heard)));
}

static __always_inline int open_plain(struct packet *pkt, struct sotto_stream *stream,
				      struct sotto_key *key, struct candidate *hit)
{
	u64 index[SOTTO_GUESSES_MAX] sotto_uninit;
	int n = guess(pkt, key, stream, index);

	if (n < 0)
		return n;
	*hit = (struct candidate){ key, SOTTO_SLOT_CURRENT, index[0] };
	return open_packet(pkt, key, index[0]);
}

static __always_inline int unprotect_one(struct sotto_session_dir *dir, struct packet *pkt,
					 bool rtcp, u8 *data, unsigned int len,
					 struct sotto_srtp_note *note)
{
	struct sotto_key *key[__SOTTO_SLOT_MAX] sotto_uninit;
	struct candidate hit sotto_uninit;
	struct sotto_stream *stream;
	int err;

	key[SOTTO_SLOT_NEXT] = rcu_dereference(dir->slot[SOTTO_SLOT_NEXT]);
	/* Pairs with the release in sotto_session_key_promote(), which writes it last. */
	smp_rmb();
	key[SOTTO_SLOT_CURRENT] = rcu_dereference(dir->slot[SOTTO_SLOT_CURRENT]);
	if (!key[SOTTO_SLOT_CURRENT] && !key[SOTTO_SLOT_NEXT])
		return -ENOKEY;
	err = packet_parse(pkt, rtcp, data, len);
	if (err)
		return err;
	note->ssrc = pkt->ssrc;

	stream = sotto_stream_find(dir, pkt->ssrc);
	if (likely(is_plain_case(pkt, stream, key)))
		err = open_plain(pkt, stream, key[SOTTO_SLOT_CURRENT], &hit);
	else
		err = open_any(pkt, stream, key, &hit);
	if (err)
		return err;

	err = sotto_key_spend(hit.key, rtcp, hit.index, note);
	if (err)
		return err;
	stream = stream ?: sotto_stream_make(dir, pkt->ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	err = sotto_stream_rx_accept(stream, hit.key, rtcp, hit.index, &note->newest);
	if (err)
		return err;
	note->slot = hit.slot;
	note->first = !test_bit(SOTTO_KEY_HEARD, &hit.key->flags) &&
		      !test_and_set_bit(SOTTO_KEY_HEARD, &hit.key->flags);
	return 0;
}

/**
 * sotto_srtp_unprotect() - SRTP to RTP or SRTCP to RTCP, in place.
 * @s: session with an rx key
 * @rtcp: what it is, as rtp.c classified it
 * @data: linear, private, directly mapped
 * @len: in: protected length; out: plain length
 * @note: filled in, also after an error
 *
 * Context: process or softirq, under rcu_read_lock(); never sleeps.
 * Return: 0; -ENOKEY no key; -EINVAL malformed or too short; -EBADMSG does not
 * authenticate; -EALREADY replayed or too old; -ENOSPC too many streams;
 * -ENOMEM; -EKEYEXPIRED; another errno of the cipher. No stream state changes
 * unless it returns 0. After an error the content of @data is undefined.
 */
int sotto_srtp_unprotect(struct sotto_session *s, bool rtcp, u8 *data, unsigned int *len,
			 struct sotto_srtp_note *note)
{
	struct packet pkt sotto_uninit;
	int err;

	*note = (struct sotto_srtp_note){};
	local_bh_disable();
	err = unprotect_one(&s->state->dir[SOTTO_DIR_RX], &pkt, rtcp, data, *len, note);
	local_bh_enable();
	if (!err)
		*len = pkt.len;
	return err;
}
