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
#include "session_priv.h"

#define RTP_P			0x20
#define RTP_PADDING_MAX		255
#define RTCP_CLEAR_LEN		8
#define RTCP_INDEX_LEN		4
#define RTCP_E_FLAG		BIT(31)

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

static void append_mki(struct packet *pkt, const struct sotto_key *key)
{
	memcpy(pkt->data + pkt->len, key->mki, key->mki_len);
	pkt->len += key->mki_len;
}

/*
 * The HMAC goes over the packet up to the MKI, and for SRTP over the ROC, which
 * the packet does not hold (RFC 3711 4.2).
 */
static const u8 *mac_suffix(const struct packet *pkt, u64 index, u8 roc[4])
{
	if (pkt->rtcp)
		return NULL;
	put_unaligned_be32(index >> 16, roc);
	return roc;
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
	u8 roc[4];
	int err;

	err = cm_xor(pkt, key, index);
	if (err)
		return err;
	if (pkt->rtcp) {
		put_unaligned_be32(RTCP_E_FLAG | index, pkt->data + pkt->len);
		pkt->len += RTCP_INDEX_LEN;
	}
	err = sotto_hmac_sign(&half->hmac, pkt->data, pkt->len, mac_suffix(pkt, index, roc), mac);
	if (err)
		return err;
	append_mki(pkt, key);
	memcpy(pkt->data + pkt->len, mac, tag_len);
	pkt->len += tag_len;
	return 0;
}

static int cm_open(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	const struct sotto_key_half *half = &key->half[pkt->rtcp];
	unsigned int tag_len = key->params->tag_len[pkt->rtcp];
	unsigned int signed_len = pkt->len - tag_len - key->mki_len;
	u8 roc[4];
	int err;

	err = sotto_hmac_verify(&half->hmac, pkt->data, signed_len, mac_suffix(pkt, index, roc),
				pkt->data + pkt->len - tag_len, tag_len);
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

static int gcm_open(struct packet *pkt, const struct sotto_key *key, u64 index)
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
static int growth(const struct packet *pkt, const struct sotto_key *key)
{
	int padding, empty_ext = 0;

	if (pkt->rtcp || !key->grows)
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
static int undress(struct packet *pkt, const struct sotto_key *key, u64 index)
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

static int open_packet(struct packet *pkt, const struct sotto_key *key, u64 index)
{
	int err = is_aead(key) ? gcm_open(pkt, key, index) : cm_open(pkt, key, index);

	return err ?: undress(pkt, key, index);
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
	struct packet pkt;
	int more;

	if (!key)
		return -ENOKEY;
	if (rtcp || !key->grows)
		return overhead(key, rtcp);
	/* Nothing is written through it here. */
	more = packet_parse(&pkt, rtcp, (u8 *)data, len);
	if (!more)
		more = growth(&pkt, key);
	return more < 0 ? more : more + (int)overhead(key, rtcp);
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
	struct sotto_session_dir *dir = &s->state->dir[SOTTO_DIR_TX];
	struct sotto_stream *stream;
	struct sotto_key *key;
	struct packet pkt;
	u64 index;
	int err;

	*note = (struct sotto_srtp_note){};
	key = rcu_dereference(dir->slot[SOTTO_SLOT_CURRENT]);
	if (!key)
		return -ENOKEY;
	err = packet_parse(&pkt, rtcp, data, *len);
	if (err)
		return err;
	note->ssrc = pkt.ssrc;
	err = growth(&pkt, key);
	if (err < 0)
		return err;
	if (err + overhead(key, rtcp) > room)
		return -ENOBUFS;

	stream = sotto_stream_get(dir, pkt.ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	err = rtcp ? sotto_stream_tx_rtcp(stream, key, &index, note)
		   : sotto_stream_tx_rtp(stream, key, pkt.rtp.seq, &index, note);
	if (!err)
		err = sotto_key_spend(key, rtcp, index, note);
	if (!err)
		err = seal_packet(&pkt, key, index);
	if (!err)
		*len = pkt.len;
	return err;
}

/* One way in which a packet that arrived may be meant. */
struct candidate {
	struct sotto_key *key;
	enum sotto_slot slot;
	u64 index;
};

#define CANDIDATES_MAX	(__SOTTO_SLOT_MAX * SOTTO_GUESSES_MAX)

static bool mki_matches(const struct packet *pkt, const struct sotto_key *key)
{
	unsigned int behind = is_aead(key) ? 0 : key->params->tag_len[pkt->rtcp];

	return !memcmp(pkt->data + pkt->len - behind - key->mki_len, key->mki, key->mki_len);
}

/* The indices that the packet may have under @key, likelier first. 0: none. */
static unsigned int guess_index(const struct packet *pkt, const struct sotto_key *key,
				struct sotto_stream *stream, u64 guess[SOTTO_GUESSES_MAX])
{
	unsigned int behind = key->mki_len;
	u32 word;

	if (!pkt->rtcp)
		return sotto_stream_rx_guess(stream, pkt->rtp.seq, guess);

	if (!is_aead(key))
		behind += key->params->tag_len[1];
	word = get_unaligned_be32(pkt->data + pkt->len - behind - RTCP_INDEX_LEN);
	/* Without E it claims to be plain: no null cipher here. */
	if (!(word & RTCP_E_FLAG))
		return 0;
	guess[0] = word & ~RTCP_E_FLAG;
	return 1;
}

/* RFC 9335 5.2: where Cryptex is a must, CSRCs and extensions do not come in clear. */
static bool shows_its_header(const struct packet *pkt, const struct sotto_key *key)
{
	return !pkt->rtcp && key->options.cryptex == SOTTO_CRYPTEX_REQUIRE &&
	       sotto_cryptex_applies(&pkt->rtp) && !is_cryptex(pkt, key);
}

/*
 * Adds to @out the ways in which the packet may be meant under @key.
 * Return: 0, or why there is none.
 */
static int add_candidates(const struct packet *pkt, struct sotto_stream *stream,
			  struct sotto_key *key, enum sotto_slot slot,
			  struct candidate *out, unsigned int *n)
{
	u64 guess[SOTTO_GUESSES_MAX];
	unsigned int guesses;
	int err = -EALREADY;

	if (pkt->len < header_len(pkt) + overhead(key, pkt->rtcp))
		return -EINVAL;
	if (shows_its_header(pkt, key))
		return -EINVAL;
	if (!mki_matches(pkt, key))
		return -EBADMSG;
	guesses = guess_index(pkt, key, stream, guess);
	if (!guesses)
		return -EBADMSG;
	for (unsigned int i = 0; i < guesses; i++) {
		if (stream && sotto_stream_rx_check(stream, key, pkt->rtcp, guess[i]))
			continue;
		out[(*n)++] = (struct candidate){ key, slot, guess[i] };
		err = 0;
	}
	return err;
}

/*
 * Tries the candidates until one authenticates. A GCM trial destroys the packet:
 * where another may follow, its ciphertext is kept. That is an allocation, but
 * only for a new SSRC and in the moments of a rekey.
 *
 * Return: the index in @c of the one that authenticated, or a negative errno.
 */
static int try_candidates(struct packet *pkt, const struct candidate *c, unsigned int n)
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
	struct sotto_session_dir *dir = &s->state->dir[SOTTO_DIR_RX];
	struct sotto_key *current_key, *next_key;
	struct candidate c[CANDIDATES_MAX];
	struct sotto_stream *stream;
	unsigned int n = 0;
	struct packet pkt;
	int err, hit;

	*note = (struct sotto_srtp_note){};
	next_key = rcu_dereference(dir->slot[SOTTO_SLOT_NEXT]);
	/* Pairs with the release in sotto_session_key_promote(), which writes it last. */
	smp_rmb();
	current_key = rcu_dereference(dir->slot[SOTTO_SLOT_CURRENT]);
	if (!current_key && !next_key)
		return -ENOKEY;
	err = packet_parse(&pkt, rtcp, data, *len);
	if (err)
		return err;
	note->ssrc = pkt.ssrc;

	stream = sotto_stream_find(dir, pkt.ssrc);
	if (current_key)
		err = add_candidates(&pkt, stream, current_key, SOTTO_SLOT_CURRENT, c, &n);
	if (next_key) {
		hit = add_candidates(&pkt, stream, next_key, SOTTO_SLOT_NEXT, c, &n);
		/* What the current key says of the packet counts, if there is one. */
		if (!current_key)
			err = hit;
	}
	if (!n)
		return err;
	hit = try_candidates(&pkt, c, n);
	if (hit < 0)
		return hit == -EBADMSG && err ? err : hit;

	err = sotto_key_spend(c[hit].key, rtcp, c[hit].index, note);
	if (err)
		return err;
	stream = sotto_stream_get(dir, pkt.ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	note->newest = sotto_stream_rx_newest(stream, c[hit].key, rtcp, c[hit].index);
	err = sotto_stream_rx_accept(stream, c[hit].key, rtcp, c[hit].index);
	if (err)
		return err;
	note->slot = c[hit].slot;
	note->first = !test_and_set_bit(SOTTO_KEY_HEARD, &c[hit].key->flags);
	*len = pkt.len;
	return 0;
}
