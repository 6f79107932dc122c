// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * srtp-peer: an ordinary program in one host, whose kernel runs sotto, and an
 * end that speaks SRTP by libsrtp2 in another. Packets go through real sockets,
 * both ways, in step:
 *
 *	srtp-peer HOST PEER FAMILY PROFILE rtp|rtcp MKI-LENGTH PACKETS
 *
 * HOST and PEER are network namespaces that have 10.9.0.1, fd09::1 and 10.9.0.2,
 * fd09::2. Exits 0 if every packet left byte for byte as libsrtp2 makes it, and
 * exactly those arrived that libsrtp2 would have accepted.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sotto.h>

#include "libsrtp_end.h"

#define SSRC_HOST	0x11112222
#define SSRC_PEER	0x33334444
#define FIRST_SEQ	65400	/* wraps on the way */
#define PACKET_ROOM	1024
#define WAIT_MS		5000

struct packet {
	int len;
	unsigned char data[PACKET_ROOM];
};

/* What one run is about. */
struct run {
	sa_family_t family;
	enum sotto_profile profile;
	bool rtcp;
	unsigned int mki_len;
	int host;	/* the program's socket */
	int peer;	/* libsrtp2's socket */
	struct sotto *sotto;
	uint64_t flow;
	struct libsrtp_end like_host;	/* makes what the host should send */
	struct libsrtp_end receives;	/* takes what the host sent */
	struct libsrtp_end sends;	/* makes what the peer sends */
	struct libsrtp_end like_rx;	/* takes it as the host should */
};

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

static socklen_t address_len(const struct sotto_addr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

/* A socket in the present namespace, at a port that the kernel chooses. */
static int socket_at(sa_family_t family, const char *v4, const char *v6, struct sotto_addr *a)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	*a = (struct sotto_addr){ .sa.sa_family = family };
	if (family == AF_INET)
		inet_pton(AF_INET, v4, &a->in.sin_addr);
	else
		inet_pton(AF_INET6, v6, &a->in6.sin6_addr);
	len = address_len(a);
	if (fd < 0 || bind(fd, &a->sa, len) || getsockname(fd, &a->sa, &len))
		err(2, "socket");
	return fd;
}

static void need(struct run *r, int e, const char *what)
{
	if (e)
		errx(2, "%s: %s (%s)", what, sotto_error(r->sotto), strerror(-e));
}

/* Key and salt lengths of a profile: RFC 3711, 6188, 7714. */
static void lengths(enum sotto_profile profile, struct sotto_key *key)
{
	bool gcm = profile == SOTTO_PROFILE_AEAD_AES_128_GCM ||
		   profile == SOTTO_PROFILE_AEAD_AES_256_GCM;
	bool aes_256 = profile == SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80 ||
		       profile == SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32 ||
		       profile == SOTTO_PROFILE_AEAD_AES_256_GCM;

	key->master_len = aes_256 ? 32 : 16;
	key->salt_len = gcm ? 12 : 14;
}

/* A fresh key into the kernel, and into two ends of libsrtp2. */
static void key_direction(struct run *r, enum sotto_dir dir, struct libsrtp_end *sender,
			  struct libsrtp_end *receiver)
{
	struct sotto_key key = {
		.flow_id = r->flow, .dir = dir, .profile = r->profile, .mki_len = r->mki_len,
	};
	struct libsrtp_key theirs = { .mki_len = r->mki_len };

	lengths(r->profile, &key);
	randombytes_buf(key.master, key.master_len);
	randombytes_buf(key.salt, key.salt_len);
	randombytes_buf(key.mki, key.mki_len);
	memcpy(theirs.key_and_salt, key.master, key.master_len);
	memcpy(theirs.key_and_salt + key.master_len, key.salt, key.salt_len);
	memcpy(theirs.mki, key.mki, key.mki_len);
	need(r, sotto_key_new(r->sotto, &key), "key");
	need(r, sotto_flow_set_state(r->sotto, r->flow, dir, SOTTO_STATE_SECURE), "secure");
	if (libsrtp_end_open(sender, r->profile, &theirs, false) ||
	    libsrtp_end_open(receiver, r->profile, &theirs, true))
		errx(2, "libsrtp2 does not take this profile");
}

static void set_up(struct run *r, const char *host, const char *peer)
{
	struct sotto_flow flow = {};

	enter(peer);
	r->peer = socket_at(r->family, "10.9.0.2", "fd09::2", &flow.remote);
	enter(host);
	r->host = socket_at(r->family, "10.9.0.1", "fd09::1", &flow.local);
	if (connect(r->host, &flow.remote.sa, address_len(&flow.remote)) ||
	    connect(r->peer, &flow.local.sa, address_len(&flow.local)))
		err(2, "connect");
	if (sotto_open(&r->sotto))
		errx(2, "no module");
	need(r, sotto_flow_new(r->sotto, &flow), "flow");
	r->flow = flow.id;
	key_direction(r, SOTTO_DIR_TX, &r->like_host, &r->receives);
	key_direction(r, SOTTO_DIR_RX, &r->sends, &r->like_rx);
}

static void put(int fd, const struct packet *p)
{
	if (send(fd, p->data, p->len, 0) != p->len)
		err(2, "send");
}

static void get(int fd, struct packet *p)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, WAIT_MS) != 1)
		errx(1, "nothing arrives");
	p->len = recv(fd, p->data, sizeof(p->data), 0);
	if (p->len < 0)
		err(2, "recv");
}

static void same(const struct packet *got, const struct packet *want, const char *what)
{
	if (got->len != want->len || memcmp(got->data, want->data, want->len))
		errx(1, "%s: %d bytes that are not the %d that they should be", what, got->len,
		     want->len);
}

/* The kinds of header take turns: plain, CSRCs, one-byte and two-byte extension. */
static void make(const struct run *r, struct packet *p, uint32_t ssrc, unsigned int n)
{
	static const unsigned char extra[4][8] = {
		[1] = { 1, 1, 1, 1, 2, 2, 2, 2 },
		[2] = { 0xbe, 0xde, 0, 1, 0x10, 0x7f, 0, 0 },
		[3] = { 0x10, 0, 0, 1, 1, 2, 0x7f, 0x7f },
	};
	static const unsigned char first[4] = { 0x80, 0x82, 0x90, 0x90 };
	uint16_t seq = htons(FIRST_SEQ + n);
	unsigned int kind = n % 4;

	ssrc = htonl(ssrc);
	randombytes_buf(p->data, sizeof(p->data));
	if (r->rtcp) {
		/* A receiver report of up to three blocks. */
		p->len = 8 + 24 * kind;
		p->data[0] = 0x80 | kind;
		p->data[1] = 201;
		p->data[2] = 0;
		p->data[3] = p->len / 4 - 1;
		memcpy(p->data + 4, &ssrc, 4);
		return;
	}
	p->len = 20 + randombytes_uniform(300);
	p->data[0] = first[kind];
	p->data[1] = 96;
	memcpy(p->data + 2, &seq, 2);
	memcpy(p->data + 8, &ssrc, 4);
	if (kind)
		memcpy(p->data + 12, extra[kind], 8);
}

static void host_sends(struct run *r, unsigned int n)
{
	struct packet plain, want, wire;

	make(r, &plain, SSRC_HOST, n);
	want = plain;
	if (libsrtp_end_protect(&r->like_host, r->rtcp, want.data, &want.len))
		errx(2, "libsrtp2 does not protect");
	put(r->host, &plain);
	get(r->peer, &wire);
	same(&wire, &want, "on the wire");
	if (libsrtp_end_unprotect(&r->receives, r->rtcp, wire.data, &wire.len))
		errx(1, "libsrtp2 does not accept packet %u", n);
	same(&wire, &plain, "at libsrtp2");
}

/* One packet to the host, which must arrive if and only if libsrtp2 would take it. */
static unsigned int peer_sends(struct run *r, const struct packet *wire)
{
	struct packet want = *wire, got;

	put(r->peer, wire);
	if (libsrtp_end_unprotect(&r->like_rx, r->rtcp, want.data, &want.len))
		return 0;
	/* What was wrongly accepted before would come first, and differ. */
	get(r->host, &got);
	same(&got, &want, "at the program");
	return 1;
}

static void both_ways(struct run *r, unsigned int packets)
{
	unsigned int accepted = 0, sent = 0;
	struct packet late = {}, wire;

	for (unsigned int n = 0; n < packets; n++) {
		host_sends(r, n);

		make(r, &wire, SSRC_PEER, n);
		if (libsrtp_end_protect(&r->sends, r->rtcp, wire.data, &wire.len))
			errx(2, "libsrtp2 does not protect");
		switch (n % 8) {
		case 3: /* lost */
			continue;
		case 4: /* late: after the next, and again much later */
			late = wire;
			continue;
		case 6: /* twice */
			accepted += peer_sends(r, &wire);
			accepted += peer_sends(r, &wire);
			sent += 2;
			continue;
		case 7: /* a bit of it flipped */
			wire.data[randombytes_uniform(wire.len)] ^= 1 << randombytes_uniform(8);
			break;
		}
		accepted += peer_sends(r, &wire);
		sent++;
		if (n % 8 == 5) {
			accepted += peer_sends(r, &late);
			sent++;
		}
	}
	/* A fence: nothing was accepted that should not have been. */
	make(r, &wire, SSRC_PEER, packets);
	if (libsrtp_end_protect(&r->sends, r->rtcp, wire.data, &wire.len))
		errx(2, "libsrtp2 does not protect");
	accepted += peer_sends(r, &wire);
	sent++;
	printf("# %u sent, %u of %u received\n", packets, accepted, sent);
	if (accepted < packets / 2 || accepted == sent)
		errx(1, "this has tested nothing");
}

/* libsrtp2 begins SRTCP at index 1, we at RFC 3711's 0: leave that one out. */
static void skip_srtcp_index_0(struct run *r)
{
	struct packet p;

	make(r, &p, SSRC_HOST, 0);
	put(r->host, &p);
	get(r->peer, &p);
}

int main(int argc, char **argv)
{
	struct run r = {};
	char *end;

	if (argc != 8)
		errx(2, "usage: %s HOST PEER FAMILY PROFILE rtp|rtcp MKI-LENGTH PACKETS", argv[0]);
	r.family = strcmp(argv[3], "6") ? AF_INET : AF_INET6;
	r.profile = strtoul(argv[4], &end, 10);
	r.rtcp = !strcmp(argv[5], "rtcp");
	r.mki_len = strtoul(argv[6], NULL, 10);
	if (*end || r.profile < 1 || r.profile > SOTTO_PROFILE_MAX || r.mki_len > 4)
		errx(2, "PROFILE is a number of enum sotto_profile, MKI-LENGTH 0 or 4");
	if (sodium_init() < 0 || srtp_init())
		errx(2, "libraries do not start");
	set_up(&r, argv[1], argv[2]);
	if (r.rtcp)
		skip_srtcp_index_0(&r);
	both_ways(&r, strtoul(argv[7], NULL, 10));
	if (sotto_flow_del(r.sotto, r.flow))
		errx(1, "flow: %s", sotto_error(r.sotto));
	sotto_close(r.sotto);
	return 0;
}
