/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsotto: the kernel module's netlink family "sotto" from C.
 *
 * Two kinds of connection, both owned by the caller:
 *   struct sotto		requests; every call waits for the kernel's answer,
 *				which it gives at once
 *   struct sotto_listener	events and, for the agent, packets; never waits
 *
 * Functions return 0 or a negative errno. After an error sotto_error() gives
 * the sentence that belongs to it: the kernel's own words (extack), the name of
 * the attribute it means, or what the errno says. Everything needs
 * CAP_NET_ADMIN in the user namespace that owns the network namespace.
 *
 * A connection is used by one thread at a time.
 */
#ifndef SOTTO_H
#define SOTTO_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <linux/sotto.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sotto;
struct sotto_listener;

/**
 * struct sotto_addr - an address with its port
 * @sa: family AF_INET or AF_INET6; everything in network byte order
 */
struct sotto_addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

/* Which of a rule's members are set. */
#define SOTTO_RULE_HAS_FAMILY	(1U << 0)
#define SOTTO_RULE_HAS_PORTS	(1U << 1)
#define SOTTO_RULE_HAS_PEER	(1U << 2)
#define SOTTO_RULE_HAS_UID	(1U << 3)
#define SOTTO_RULE_HAS_CGROUP	(1U << 4)
#define SOTTO_RULE_HAS_FORWARD	(1U << 5)

#define SOTTO_DEVICE_MAX	16	/* a device's name, with its 0 */

/* Counters by the uapi's own numbering: stats[SOTTO_A_STATS_TX_PROTECTED]. */
#define SOTTO_STATS_COUNT	(SOTTO_A_STATS_MAX + 1)

/**
 * struct sotto_rule - one capture rule
 * @id: unique in the netns; 0 in sotto_rule_new() lets the kernel choose
 * @has: SOTTO_RULE_HAS_*; what is not set matches everything
 * @priority: lower decides first; a tie goes to the stricter action
 * @action: what is owed
 * @flags: SOTTO_RULE_F_*
 * @family: AF_INET or AF_INET6
 * @port_min: first local port, host byte order
 * @port_max: last local port
 * @peer: remote network, 4 or 16 bytes used; needs @family
 * @peer_len: its prefix length
 * @uid: owner of the local socket
 * @cgroup: cgroup v2 id of the local socket, descendants included
 * @forward: the rule is for those behind this device, whose packets this machine forwards,
 *	and not for programs here; "local" is what is theirs
 * @flows: live flows of this rule; from the kernel only
 * @stats: packets that it has decided about before there was a flow; likewise
 */
struct sotto_rule {
	uint32_t id;
	uint32_t has;
	int32_t priority;
	enum sotto_action action;
	uint32_t flags;
	uint16_t family;
	uint16_t port_min;
	uint16_t port_max;
	uint8_t peer[16];
	uint8_t peer_len;
	uint32_t uid;
	uint64_t cgroup;
	char forward[SOTTO_DEVICE_MAX];
	uint32_t flows;
	uint64_t stats[SOTTO_STATS_COUNT];
};

#define SOTTO_IDLE_NEVER	UINT64_MAX

/**
 * struct sotto_options - how packets of a flow look, beside their profile and MKI
 * @window: replay window of SRTP, SOTTO_WINDOW_MIN..SOTTO_WINDOW_MAX packets; 0, in
 *	requests only: as it is
 * @cryptex: CSRCs and header extensions encrypted as a whole (RFC 9335)
 * @pad_size: RTP payloads that are sent are padded to this size at least; 0
 * @pad_multiple: and to a multiple of this; 0 or 1: to none
 * @enc_ext: ids of header extension elements that are encrypted (RFC 6904)
 * @enc_ext_len: how many, at most SOTTO_ENC_EXT_MAX
 *
 * They go with the keys that are installed after them: a key keeps those that it was
 * installed with. Both ends need the same @cryptex and @enc_ext; the others are of one end.
 */
struct sotto_options {
	uint32_t window;
	enum sotto_cryptex cryptex;
	uint16_t pad_size;
	uint8_t pad_multiple;
	uint8_t enc_ext[SOTTO_ENC_EXT_MAX];
	uint8_t enc_ext_len;
};

/**
 * struct sotto_srtp - how a key has packets look, beside its profile
 * @has_key: there is one in use; else the others are 0
 * @mki_len: bytes of MKI in each packet
 * @options: those that its flow had when it was installed
 */
struct sotto_srtp {
	bool has_key;
	uint8_t mki_len;
	struct sotto_options options;
};

/**
 * struct sotto_stream - one SSRC in one direction of a flow
 * @roc: rollover counter: of the highest packet, or told for the first one
 * @seq: highest sequence number, valid if @has_seq: a packet has passed
 */
struct sotto_stream {
	enum sotto_dir dir;
	uint32_t ssrc;
	uint32_t roc;
	uint16_t seq;
	bool has_seq;
};

/**
 * struct sotto_flow - one flow as the kernel tells it
 * @ssrc_tx: SSRC last sent by the program; valid if @has_ssrc_tx
 * @uid: owner of the local socket; valid if @has_uid
 * The other members mirror SOTTO_A_FLOW_*.
 */
struct sotto_flow {
	uint64_t id;
	struct sotto_addr local;
	struct sotto_addr remote;
	enum sotto_state tx;
	enum sotto_state rx;
	uint8_t cookie[SOTTO_COOKIE_MAX];
	uint8_t cookie_len;
	uint32_t rule_id;
	enum sotto_action action;
	uint32_t flags;
	uint32_t uid;
	bool has_uid;
	int32_t ifindex;
	uint32_t mark;
	uint8_t tos;
	uint32_t ssrc_tx;
	uint32_t ssrc_rx;
	bool has_ssrc_tx;
	bool has_ssrc_rx;
	enum sotto_profile profile_tx;
	enum sotto_profile profile_rx;
	uint64_t age_ms;
	uint64_t idle_tx_ms;	/* SOTTO_IDLE_NEVER: nothing sent yet */
	uint64_t idle_rx_ms;
	uint64_t stats[SOTTO_STATS_COUNT];
	struct sotto_options options;	/* of the keys to come */
	struct sotto_srtp srtp_tx;
	struct sotto_srtp srtp_rx;
};

/**
 * struct sotto_key - a master key on its way into the kernel
 * Wipe it after use; the library wipes its own copies.
 */
struct sotto_key {
	uint64_t flow_id;
	enum sotto_dir dir;
	enum sotto_profile profile;
	uint8_t master[32];
	uint8_t master_len;
	uint8_t salt[14];
	uint8_t salt_len;
	uint8_t mki[SOTTO_MKI_MAX];
	uint8_t mki_len;
};

/* Requests. */

/*
 * -ENOENT: the module is not loaded. After an error too the caller has *@out, for
 * sotto_error(), and closes it; it is NULL only where there was no memory for it.
 */
int sotto_open(struct sotto **out);
void sotto_close(struct sotto *s);
const char *sotto_error(const struct sotto *s);

int sotto_rule_new(struct sotto *s, struct sotto_rule *rule);	/* fills in the id */
int sotto_rule_del(struct sotto *s, uint32_t id);
int sotto_rule_replace(struct sotto *s, const struct sotto_rule *rules, size_t n);
/* Only those with ids from @id_min to @id_max; each of @rules names an id from there. */
int sotto_rule_replace_between(struct sotto *s, uint32_t id_min, uint32_t id_max,
			       const struct sotto_rule *rules, size_t n);
/* Callbacks return 0 to go on, anything else ends the dump and is returned. */
int sotto_rule_dump(struct sotto *s, int (*cb)(const struct sotto_rule *, void *), void *arg);

/**
 * sotto_flow_new() - Make a flow that this machine begins.
 * @flow: in: remote, local (family AF_UNSPEC or address any: the routes
 *	choose; the port is needed), cookie, ifindex, mark, tos, options; out: all
 *	of it
 *
 * The flow is born under the rule that covers it, in hold if there is none.
 * An existing flow of the same addresses is -EEXIST.
 */
int sotto_flow_new(struct sotto *s, struct sotto_flow *flow);
int sotto_flow_del(struct sotto *s, uint64_t id);
int sotto_flow_get(struct sotto *s, uint64_t id, struct sotto_flow *out);
int sotto_flow_dump(struct sotto *s, int (*cb)(const struct sotto_flow *, void *), void *arg);
int sotto_flow_set_state(struct sotto *s, uint64_t id, enum sotto_dir dir, enum sotto_state state);
int sotto_flow_set_cookie(struct sotto *s, uint64_t id, const void *cookie, size_t len);

/* Of the keys that are installed from now on. */
int sotto_flow_set_options(struct sotto *s, uint64_t id, const struct sotto_options *options);
/* Tells the ROC of an SSRC's first packet; -EBUSY when that has passed. */
int sotto_flow_set_roc(struct sotto *s, uint64_t id, enum sotto_dir dir, uint32_t ssrc,
		       uint32_t roc);
/* The SSRCs that have sent RTP or whose ROC was told. */
int sotto_flow_streams(struct sotto *s, uint64_t id,
		       int (*cb)(const struct sotto_stream *, void *), void *arg);

/**
 * sotto_stats_get() - What this netns has counted since the module was loaded.
 * @stats: of all flows and rules, those that have ended among them: none ever shrinks
 * @flows: how many there are now
 *
 * Return: 0; -EOPNOTSUPP from a module that is older than this library.
 */
int sotto_stats_get(struct sotto *s, uint64_t stats[SOTTO_STATS_COUNT], uint32_t *flows);

int sotto_key_new(struct sotto *s, const struct sotto_key *key);
int sotto_key_del(struct sotto *s, uint64_t flow_id, enum sotto_dir dir, enum sotto_slot slot);

/* For a program that has keys of its own: libsotto(3) goes through it. */

/**
 * sotto_flow_claim() - Have the flow of a socket, for keys of the program's own.
 * @flow: in and out as in sotto_flow_new(); local with its address, and a cookie, which
 *	tells sottod and who comes later whose it is
 *
 * Makes the flow, or takes up the one that a packet of the other end has begun. Before
 * the program sends media on the socket: after that the flow is the agent's, and this is
 * -EEXIST. From here on nothing but bare STUN passes until sotto_flow_protect() (or, under a
 * rule that says "prefer", media in clear). The program ends it by sotto_flow_del(); one
 * that was killed finds its old flows by their cookie in sotto_flow_dump().
 *
 * Return: 0; -EINVAL no cookie; -EEXIST; else as sotto_flow_new().
 */
int sotto_flow_claim(struct sotto *s, struct sotto_flow *flow);

/**
 * sotto_flow_protect() - Give a claimed flow its keys: from now on it is secure both ways.
 * @id: the flow
 * @tx: key of what this end sends (RFC 3711 4.3); the caller wipes it
 * @rx: key of what it receives
 *
 * Called again it changes the keys of a running call. After an error no media passes that was
 * not encrypted; the keys that were installed go with the flow.
 *
 * Return: 0; -EINVAL wrong flow, direction or size; -EEXIST this tx key has been used before,
 * which would repeat a keystream: agree on another; -ENOENT the flow is gone.
 */
int sotto_flow_protect(struct sotto *s, uint64_t id, const struct sotto_key *tx,
		       const struct sotto_key *rx);

/* Events and the agent. */

/** struct sotto_notice - one thing the kernel tells */
struct sotto_notice {
	bool is_packet;
	/* is_packet */
	uint64_t flow_id;
	enum sotto_packet_kind kind;
	const uint8_t *data;	/* valid during the callback */
	size_t len;
	/* else */
	enum sotto_event event;
	bool has_dir;
	enum sotto_dir dir;
	struct sotto_flow flow;
};

/**
 * sotto_listener_open() - Listen to events of this netns.
 * @agent: also be its agent: packets come here; -EBUSY if there is one
 *
 * After an error the caller has *@out as with sotto_open().
 */
int sotto_listener_open(struct sotto_listener **out, bool agent);
void sotto_listener_close(struct sotto_listener *l);
const char *sotto_listener_error(const struct sotto_listener *l);
int sotto_listener_fd(const struct sotto_listener *l);	/* poll it for reading */

/**
 * sotto_listener_read() - Hand all that is queued to @cb.
 *
 * Return: 0, what @cb returned if not 0, -ENOBUFS when the kernel had to drop
 * notices: dump the flows then, or -ENODEV when the module has been unloaded:
 * close this then, and open another one for the module that comes next.
 */
int sotto_listener_read(struct sotto_listener *l,
			int (*cb)(const struct sotto_notice *, void *), void *arg);

/** sotto_packet_send() - The agent sends on a flow. */
int sotto_packet_send(struct sotto_listener *l, uint64_t flow_id, enum sotto_packet_kind kind,
		      const void *data, size_t len);

/* Names as people and the spec write them: "require", "secure", "tx-protected". */

const char *sotto_action_name(enum sotto_action action);
const char *sotto_state_name(enum sotto_state state);
const char *sotto_event_name(enum sotto_event event);
const char *sotto_profile_name(enum sotto_profile profile);
const char *sotto_cryptex_name(enum sotto_cryptex cryptex);
const char *sotto_stats_name(unsigned int stat);
int sotto_action_parse(const char *name, enum sotto_action *out);	/* -EINVAL */
/* Takes SDES' way to write them too: AES_CM_128_HMAC_SHA1_80 (RFC 4568, 6188, 7714). */
int sotto_profile_parse(const char *name, enum sotto_profile *out);	/* -EINVAL */

/**
 * sotto_profile_sizes() - How long master key and salt of a profile are, in bytes.
 *
 * Return: 0; -EINVAL there is no such profile, or it is SOTTO_PROFILE_UNSPEC.
 */
int sotto_profile_sizes(enum sotto_profile profile, uint8_t *master_len, uint8_t *salt_len);

#ifdef __cplusplus
}
#endif

#endif /* SOTTO_H */
