/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UDP packet in the hooks: read it, make it private, fix it up. The only place
 * that changes an skb.
 */
#ifndef SOTTO_PACKET_H
#define SOTTO_PACKET_H

#include <linux/skbuff.h>
#include <linux/sotto.h>
#include <linux/udp.h>

#include "rtp.h"
#include "tuple.h"

struct nf_hook_state;

/**
 * struct sotto_packet - one UDP packet
 * @skb: at its network header
 * @dir: out or in
 * @tuple: ends as this machine sees them
 * @udp: offset of the UDP header
 * @len: bytes of UDP payload
 * @count: packets that the skb holds
 * @batch: they are yet to be taken apart (UDP_SEGMENT, GRO)
 * @loopback: between this machine's own addresses
 * @class: valid after sotto_packet_load(), or if sotto_packet_all_other()
 */
struct sotto_packet {
	struct sk_buff *skb;
	enum sotto_dir dir;
	struct sotto_tuple tuple;
	unsigned int udp;
	unsigned int len;
	unsigned int count;
	bool batch;
	bool loopback;
	enum sotto_class class;
};

static inline u8 *sotto_packet_payload(const struct sotto_packet *pkt)
{
	return pkt->skb->data + pkt->udp + sizeof(struct udphdr);
}

/* All in softirq or process context; none of them sleeps. */
bool sotto_packet_read(struct sotto_packet *pkt, struct sk_buff *skb,
		       const struct nf_hook_state *state, enum sotto_dir dir);
bool sotto_packet_all_other(struct sotto_packet *pkt);
int sotto_packet_load(struct sotto_packet *pkt);
int sotto_packet_own(struct sotto_packet *pkt, unsigned int room);
bool sotto_packet_csum_ok(struct sotto_packet *pkt);
void sotto_packet_resize(struct sotto_packet *pkt, unsigned int len);
int sotto_packet_make_fit(struct sotto_packet *pkt, unsigned int more);

#endif /* SOTTO_PACKET_H */
