// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence that a 5-tuple is a call. Bounded: a fixed table, nothing allocated.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/string.h>

#include "dns.h"
#include "evidence.h"

#define SLOT_PAUSE	(60 * HZ)	/* after which a slot is nobody's */
#define RTP_PAUSE	(30 * HZ)	/* in which four packets of comfort noise come (RFC 3389) */
#define DNS_PAUSE	(10 * HZ)

/* Two packets of a telephone: what most send, in each the same milliseconds. */
#define VOICE_GAP	16	/* packets that may be lost in between */
#define VOICE_STEP	160	/* 20 ms at 8 kHz, 10 ms at 16 kHz and 48 kHz; or a multiple */
#define VOICE_STEP_30	240	/* 30 ms at 8 kHz */
#define VOICE_STEP_MAX	9600	/* 200 ms at 48 kHz */

/* Four packets of any source. */
#define STREAM_SPREAD	32	/* sequence numbers between the first and the last */
#define STREAM_PTS	2	/* payload types: speech and comfort noise */
#define STEP_LONG	1000	/* from here on any: of video, or behind a silence */
#define STEP_MAX	1048576	/* 11 s at 90 kHz */
#define STEP_FINE	40	/* 5 ms at 8 kHz, of which shorter ones are multiples */
#define STEP_FINE_CD	441	/* 10 ms at 44.1 kHz */
#define RATE_MAX	96	/* the fastest clock, in kHz */
#define RATE_JITTER	250	/* ms that packets may come too early */
#define RATE_GAME_SLACK	10	/* ms by which a clock of 1 kHz, no call's, may seem wrong */
#define BIG_PAYLOAD	100	/* bytes */
#define BIG_PACKETS	2	/* without which packets of one time are no picture */

#define PT_RTCP_MIN	64	/* with the marker bit these look like RTCP, RFC 5761 4 */
#define PT_RTCP_MAX	95

#define DTLS_RECORD_LEN		13	/* RFC 6347 4.1 */
#define DTLS_EPOCH_OFFSET	3
#define DTLS_LENGTH_OFFSET	11
#define DTLS_HANDSHAKE		22

/**
 * sotto_evidence_init() - Begin with none.
 * @ev: filled in
 *
 * Context: any.
 */
void sotto_evidence_init(struct sotto_evidence *ev)
{
	spin_lock_init(&ev->lock);
	get_random_bytes(&ev->key, sizeof(ev->key));
	for (unsigned int i = 0; i < ARRAY_SIZE(ev->slot); i++)
		ev->slot[i] = NULL;
}

/**
 * sotto_evidence_ready() - Have room for it, before there is a rule or a flow.
 * @ev: begun
 *
 * Context: process, may sleep, not at the same time as itself. Return: 0 or -ENOMEM.
 */
int sotto_evidence_ready(struct sotto_evidence *ev)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ev->slot); i++) {
		struct sotto_evidence_slot *slot;

		if (ev->slot[i])
			continue;
		slot = kvcalloc(SOTTO_EVIDENCE_SLOTS, sizeof(*slot), GFP_KERNEL);
		if (!slot)
			return -ENOMEM;
		spin_lock_bh(&ev->lock);
		ev->slot[i] = slot;
		spin_unlock_bh(&ev->lock);
	}
	return 0;
}

/**
 * sotto_evidence_exit() - Forget all.
 * @ev: nobody uses it any more
 *
 * Context: process.
 */
void sotto_evidence_exit(struct sotto_evidence *ev)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ev->slot); i++) {
		kvfree(ev->slot[i]);
		ev->slot[i] = NULL;
	}
}

static u32 now(void)
{
	return (u32)jiffies;
}

static u64 print_of(const struct sotto_evidence *ev, const struct sotto_tuple *tuple)
{
	return siphash(tuple, sizeof(*tuple), &ev->key) ?: 1;
}

static struct sotto_evidence_slot *ways_of(struct sotto_evidence *ev, enum sotto_dir dir,
					   u64 print)
{
	return &ev->slot[dir][print * SOTTO_EVIDENCE_WAYS % SOTTO_EVIDENCE_SLOTS];
}

static bool is_fresh(const struct sotto_evidence_slot *slot)
{
	return slot->print && now() - slot->when <= SLOT_PAUSE;
}

/* The tuple's slot, or NULL if it has none. */
static struct sotto_evidence_slot *find_slot(struct sotto_evidence *ev,
					     const struct sotto_tuple *tuple, enum sotto_dir dir)
{
	u64 print = print_of(ev, tuple);
	struct sotto_evidence_slot *way;

	if (!ev->slot[dir])
		return NULL;
	way = ways_of(ev, dir, print);
	for (unsigned int i = 0; i < SOTTO_EVIDENCE_WAYS; i++)
		if (way[i].print == print && is_fresh(&way[i]))
			return &way[i];
	return NULL;
}

/*
 * The tuple's slot, or a new one, or NULL before there are any. At random: of more than
 * there is room for, the one that waited longest would always be gone when its next
 * packet comes.
 */
static struct sotto_evidence_slot *get_slot(struct sotto_evidence *ev,
					    const struct sotto_tuple *tuple, enum sotto_dir dir)
{
	struct sotto_evidence_slot *slot = find_slot(ev, tuple, dir), *way;
	u64 print = print_of(ev, tuple);

	if (!ev->slot[dir])
		return NULL;
	if (!slot) {
		way = ways_of(ev, dir, print);
		slot = &way[get_random_u32() % SOTTO_EVIDENCE_WAYS];
		for (unsigned int i = 0; i < SOTTO_EVIDENCE_WAYS; i++)
			if (!is_fresh(&way[i]))
				slot = &way[i];
		*slot = (struct sotto_evidence_slot){ .print = print };
	}
	slot->when = now();
	return slot;
}

/* May it be the header of somebody's RTP, RFC 3550 5.1? */
static bool is_plausible(const struct sotto_rtp_info *info, unsigned int len)
{
	unsigned int payload = len - info->header_len;

	return (info->pt < PT_RTCP_MIN || info->pt > PT_RTCP_MAX) && info->padding < payload;
}

/* Two packets as a telephone sends them, whichever has come first. */
static bool is_voice(const struct sotto_evidence_packet *a, const struct sotto_evidence_packet *b)
{
	s16 steps = b->seq - a->seq;
	u32 time = b->timestamp - a->timestamp;

	if (steps < 0) {
		steps = -steps;
		time = -time;
	}
	if (a->pt != b->pt || !steps || steps > VOICE_GAP || time % steps)
		return false;
	time /= steps;
	return time && time <= VOICE_STEP_MAX && (!(time % VOICE_STEP) || time == VOICE_STEP_30);
}

/* May so much time lie between one packet and the next that has come? */
static bool is_step(u32 time)
{
	return time <= STEP_MAX &&
	       (time >= STEP_LONG || !(time % STEP_FINE) || !(time % STEP_FINE_CD));
}

/* Does a clock of audio or video show @time when so many milliseconds have passed? */
static bool is_clock(u32 time, u32 ms)
{
	u32 slack = ms / 8 + RATE_GAME_SLACK;

	return time <= RATE_MAX * (ms + RATE_JITTER) &&
	       (time + slack < ms || time > ms + slack);
}

/* A few: by sequence number, as seen from the first of them. */
static void sort(struct sotto_evidence_packet *p, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++)
		for (unsigned int j = i; j && (s16)(p[j].seq - p[j - 1].seq) < 0; j--)
			swap(p[j], p[j - 1]);
}

static unsigned int count_pts(const struct sotto_evidence_packet *p, unsigned int n)
{
	unsigned int pts = 1;

	for (unsigned int i = 1; i < n; i++) {
		bool is_new = true;

		for (unsigned int j = 0; j < i; j++)
			is_new &= p[i].pt != p[j].pt;
		pts += is_new;
	}
	return pts;
}

/*
 * Packets of one source, the latest first: is it one of RTP, whatever it sends? They
 * follow each other, and their time moves on with them: in steps that clocks of audio and
 * video have, not faster than these run, or not at all within a picture.
 */
static bool is_stream(struct sotto_evidence_packet *p, unsigned int n)
{
	u32 ms = jiffies_to_msecs(p[0].when - p[n - 1].when), time;
	unsigned int big = 0;

	sort(p, n);
	time = p[n - 1].timestamp - p[0].timestamp;
	if ((u16)(p[n - 1].seq - p[0].seq) > STREAM_SPREAD || count_pts(p, n) > STREAM_PTS ||
	    (time && !is_clock(time, ms)))
		return false;
	for (unsigned int i = 0; i < n; i++) {
		big += p[i].big;
		if (i && !is_step(p[i].timestamp - p[i - 1].timestamp))
			return false;
	}
	return time || big >= BIG_PACKETS;
}

/* Those of the new packet's source, itself first. Returns how many, 0: it is there already. */
static unsigned int gather(const struct sotto_evidence_slot *slot,
			   const struct sotto_evidence_packet *new,
			   struct sotto_evidence_packet *out)
{
	unsigned int n = 0;

	out[n++] = *new;
	for (unsigned int i = 0; i < slot->count; i++) {
		const struct sotto_evidence_packet *old = &slot->packet[i];

		if (old->ssrc != new->ssrc || new->when - old->when > RTP_PAUSE)
			continue;
		if (old->seq == new->seq)
			return 0;
		out[n++] = *old;
	}
	return n;
}

static void remember(struct sotto_evidence_slot *slot, const struct sotto_evidence_packet *new)
{
	memmove(slot->packet + 1, slot->packet, sizeof(slot->packet) - sizeof(slot->packet[0]));
	slot->packet[0] = *new;
	slot->count = min_t(u8, slot->count + 1, ARRAY_SIZE(slot->packet));
}

static bool weigh(struct sotto_evidence_slot *slot, const struct sotto_evidence_packet *new)
{
	struct sotto_evidence_packet p[SOTTO_EVIDENCE_PACKETS];
	unsigned int n = gather(slot, new, p);

	if (!n)
		return false;
	if ((n > 1 && is_voice(&p[1], &p[0])) ||
	    (n == SOTTO_EVIDENCE_PACKETS && is_stream(p, n))) {
		slot->count = 0;
		return true;
	}
	remember(slot, new);
	return false;
}

/**
 * sotto_evidence_rtp() - Weigh one more RTP packet.
 * @ev: table
 * @tuple: its ends
 * @dir: its direction
 * @info: its header
 * @len: its length
 *
 * In two stages: two packets that only a telephone sends, or four that a source of RTP
 * may send. Loss and reordering harm neither.
 *
 * Context: any but hardirq.
 * Return: true when packets of one source are a call.
 */
bool sotto_evidence_rtp(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const struct sotto_rtp_info *info, unsigned int len)
{
	struct sotto_evidence_packet new = {
		.ssrc = info->ssrc,
		.timestamp = info->timestamp,
		.when = now(),
		.seq = info->seq,
		.pt = info->pt,
		.big = len - info->header_len >= BIG_PAYLOAD,
	};
	struct sotto_evidence_slot *slot;
	bool enough;

	if (!is_plausible(info, len))
		return false;
	spin_lock_bh(&ev->lock);
	slot = get_slot(ev, tuple, dir);
	enough = slot && weigh(slot, &new);
	spin_unlock_bh(&ev->lock);
	return enough;
}

/*
 * A handshake record of epoch 1 or later: the sender's Finished, which it sends
 * once it has the keys (RFC 6347 4.1). Walks the records of one datagram.
 */
static bool has_finished(const u8 *data, unsigned int len)
{
	while (len >= DTLS_RECORD_LEN) {
		unsigned int n = DTLS_RECORD_LEN + (data[DTLS_LENGTH_OFFSET] << 8 |
						    data[DTLS_LENGTH_OFFSET + 1]);

		if (n > len)
			return false;
		if (data[0] == DTLS_HANDSHAKE &&
		    (data[DTLS_EPOCH_OFFSET] || data[DTLS_EPOCH_OFFSET + 1]))
			return true;
		data += n;
		len -= n;
	}
	return false;
}

/**
 * sotto_evidence_dtls() - Weigh one more DTLS datagram.
 * @ev: table
 * @tuple: its ends
 * @dir: its direction
 * @data: UDP payload
 * @len: bytes
 *
 * Context: any but hardirq.
 * Return: true when a handshake has ended in both directions.
 */
bool sotto_evidence_dtls(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			 enum sotto_dir dir, const u8 *data, unsigned int len)
{
	const struct sotto_evidence_slot *other;
	struct sotto_evidence_slot *slot;
	bool both;

	if (!has_finished(data, len))
		return false;
	spin_lock_bh(&ev->lock);
	slot = get_slot(ev, tuple, dir);
	if (slot)
		slot->dtls = true;
	other = find_slot(ev, tuple, !dir);
	both = slot && other && other->dtls;
	spin_unlock_bh(&ev->lock);
	return both;
}

/*
 * Where queries of one socket to one server are kept. Who is asked by multicast answers
 * from an address of his own.
 */
static struct sotto_tuple asked_of(const struct sotto_tuple *tuple, __be16 server)
{
	struct sotto_tuple asked = *tuple;

	asked.zero = 1;	/* a slot of its own */
	if (server != htons(SOTTO_DNS_PORT))
		memset(&asked.raddr, 0, sizeof(asked.raddr));
	return asked;
}

static void ask(struct sotto_evidence_slot *slot, u16 id)
{
	memmove(slot->query + 1, slot->query, sizeof(slot->query) - sizeof(slot->query[0]));
	slot->query[0] = id;
	slot->count = min_t(u8, slot->count + 1, ARRAY_SIZE(slot->query));
}

static bool has_asked(const struct sotto_evidence_slot *slot, u16 id)
{
	if (!slot || now() - slot->when > DNS_PAUSE)
		return false;
	for (unsigned int i = 0; i < slot->count; i++)
		if (slot->query[i] == id)
			return true;
	return false;
}

static bool is_dns_port(__be16 port)
{
	return port == htons(SOTTO_DNS_PORT) || port == htons(SOTTO_MDNS_PORT) ||
	       port == htons(SOTTO_LLMNR_PORT);
}

/**
 * sotto_evidence_dns() - Is what begins as RTP does a DNS message?
 * @ev: table
 * @tuple: its ends
 * @dir: its direction
 * @data: UDP payload
 * @len: bytes
 *
 * A query, to the last byte, to a port where DNS is asked; or the answer, from there, to
 * one that has been seen a moment ago. What the network alone says is none.
 *
 * Context: any but hardirq. Return: true if so.
 */
bool sotto_evidence_dns(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const u8 *data, unsigned int len)
{
	struct sotto_evidence_slot *slot;
	struct sotto_tuple asked;
	enum sotto_dns_kind kind;
	enum sotto_dir asker;
	bool is = false;
	__be16 server;
	u16 id;

	if (!is_dns_port(tuple->lport) && !is_dns_port(tuple->rport))
		return false;
	kind = sotto_dns_read(data, len, &id);
	if (kind == SOTTO_DNS_NONE)
		return false;
	asker = kind == SOTTO_DNS_QUERY ? dir : !dir;
	server = asker == SOTTO_DIR_TX ? tuple->rport : tuple->lport;
	if (!is_dns_port(server))
		return false;
	asked = asked_of(tuple, server);
	spin_lock_bh(&ev->lock);
	if (kind == SOTTO_DNS_QUERY) {
		slot = get_slot(ev, &asked, asker);
		if (slot)
			ask(slot, id);
		is = slot;
	} else {
		is = has_asked(find_slot(ev, &asked, asker), id);
	}
	spin_unlock_bh(&ev->lock);
	return is;
}
