/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * sotto: SRTP in the network path, generic netlink interface.
 *
 * Documentation/netlink/specs/sotto.yaml is the definition; this header and
 * the kernel's policies are held to it by a test.
 *
 * Integers are in host byte order, addresses and ports in network byte order
 * unless said otherwise.
 */
#ifndef _UAPI_LINUX_SOTTO_H
#define _UAPI_LINUX_SOTTO_H

#define SOTTO_FAMILY_NAME	"sotto"
#define SOTTO_FAMILY_VERSION	1
#define SOTTO_MCGRP_EVENTS	"events"

#define SOTTO_COOKIE_MAX	64	/* agent cookie of a flow, bytes */
#define SOTTO_MKI_MAX		128	/* RFC 3711 3.1 leaves it open; RFC 4568 6.1 says 128 */
#define SOTTO_PAYLOAD_MAX	3072	/* ZRTP or control packet, bytes */
#define SOTTO_CONTROL_NAME	"SOTO"	/* RTCP APP name of the control channel */

/* Replay window of SRTP in packets (RFC 3711 3.3.2); SRTCP's is always the default. */
#define SOTTO_WINDOW_MIN	64
#define SOTTO_WINDOW_MAX	32768
#define SOTTO_WINDOW_DEFAULT	128

#define SOTTO_ENC_EXT_MAX	255	/* ids of header extension elements: 1..255 */

enum sotto_cmd {
	SOTTO_CMD_UNSPEC,
	SOTTO_CMD_RULE_NEW,
	SOTTO_CMD_RULE_DEL,
	SOTTO_CMD_RULE_REPLACE,	/* all rules, or those of ID_MIN..ID_MAX, at once by none or more */
	SOTTO_CMD_RULE_GET,
	SOTTO_CMD_FLOW_NEW,
	SOTTO_CMD_FLOW_DEL,
	SOTTO_CMD_FLOW_SET,
	SOTTO_CMD_FLOW_GET,
	SOTTO_CMD_KEY_NEW,
	SOTTO_CMD_KEY_DEL,
	SOTTO_CMD_AGENT_BIND,
	SOTTO_CMD_PACKET,	/* both ways */
	SOTTO_CMD_EVENT,	/* kernel to multicast group "events" */
	SOTTO_CMD_STATS_GET,	/* what the netns has counted since the module was loaded */

	/* private: */
	__SOTTO_CMD_MAX,
	SOTTO_CMD_MAX = __SOTTO_CMD_MAX - 1
};

/**
 * enum sotto_action - what is owed to the traffic that a rule covers
 * @SOTTO_ACTION_REQUIRE: secure or nothing
 * @SOTTO_ACTION_PREFER: secure if the other side can, in clear if not
 * @SOTTO_ACTION_BYPASS: not sotto's business
 */
enum sotto_action {
	SOTTO_ACTION_REQUIRE,
	SOTTO_ACTION_PREFER,
	SOTTO_ACTION_BYPASS,

	/* private: */
	__SOTTO_ACTION_MAX,
	SOTTO_ACTION_MAX = __SOTTO_ACTION_MAX - 1
};

/* Bits of SOTTO_A_RULE_FLAGS. */
#define SOTTO_RULE_F_OWN	(1U << 0)	/* own=allow: the program may encrypt itself */
#define SOTTO_RULE_F_LOCAL	(1U << 1)	/* also traffic to this machine's own addresses */
#define SOTTO_RULE_F_SDES	(1U << 2)	/* it does, and nothing shows it */

enum sotto_dir {
	SOTTO_DIR_TX,	/* from the program to the wire */
	SOTTO_DIR_RX,	/* from the wire to the program */

	/* private: */
	__SOTTO_DIR_MAX,
	SOTTO_DIR_MAX = __SOTTO_DIR_MAX - 1
};

/**
 * enum sotto_state - state of one direction of a flow
 * @SOTTO_STATE_NONE: no flow; never stored, only reported in "gone" events
 * @SOTTO_STATE_HOLD: security is required and there is no key yet
 * @SOTTO_STATE_CLEAR: security is preferred and there is no key yet
 * @SOTTO_STATE_SECURE: protected or dropped
 * @SOTTO_STATE_OWN: the program encrypts; sotto vouches for nothing
 * @SOTTO_STATE_DEAD: the keys are exhausted or were revoked
 */
enum sotto_state {
	SOTTO_STATE_NONE,
	SOTTO_STATE_HOLD,
	SOTTO_STATE_CLEAR,
	SOTTO_STATE_SECURE,
	SOTTO_STATE_OWN,
	SOTTO_STATE_DEAD,

	/* private: */
	__SOTTO_STATE_MAX,
	SOTTO_STATE_MAX = __SOTTO_STATE_MAX - 1
};

/**
 * enum sotto_slot - key slots of one direction
 * @SOTTO_SLOT_CURRENT: the key in use
 * @SOTTO_SLOT_NEXT: make before break: on rx accepted beside the current one,
 *	on tx unused until FLOW_SET to "secure" makes it current
 */
enum sotto_slot {
	SOTTO_SLOT_CURRENT,
	SOTTO_SLOT_NEXT,

	/* private: */
	__SOTTO_SLOT_MAX,
	SOTTO_SLOT_MAX = __SOTTO_SLOT_MAX - 1
};

/**
 * enum sotto_profile - SRTP protection profiles
 * @SOTTO_PROFILE_UNSPEC: none
 * @SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80: RFC 3711; key 16, salt 14 bytes
 * @SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32: RFC 3711; key 16, salt 14 bytes
 * @SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80: RFC 6188; key 32, salt 14 bytes
 * @SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32: RFC 6188; key 32, salt 14 bytes
 * @SOTTO_PROFILE_AEAD_AES_128_GCM: RFC 7714; key 16, salt 12 bytes
 * @SOTTO_PROFILE_AEAD_AES_256_GCM: RFC 7714; key 32, salt 12 bytes
 */
enum sotto_profile {
	SOTTO_PROFILE_UNSPEC,
	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80,
	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32,
	SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80,
	SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32,
	SOTTO_PROFILE_AEAD_AES_128_GCM,
	SOTTO_PROFILE_AEAD_AES_256_GCM,

	/* private: */
	__SOTTO_PROFILE_MAX,
	SOTTO_PROFILE_MAX = __SOTTO_PROFILE_MAX - 1
};

/**
 * enum sotto_cryptex - encryption of CSRCs and the whole header extension (RFC 9335)
 * @SOTTO_CRYPTEX_OFF: neither sent nor understood
 * @SOTTO_CRYPTEX_ON: sent; received with it and without it
 * @SOTTO_CRYPTEX_REQUIRE: sent; what comes with CSRCs or an extension in clear is dropped
 */
enum sotto_cryptex {
	SOTTO_CRYPTEX_OFF,
	SOTTO_CRYPTEX_ON,
	SOTTO_CRYPTEX_REQUIRE,

	/* private: */
	__SOTTO_CRYPTEX_MAX,
	SOTTO_CRYPTEX_MAX = __SOTTO_CRYPTEX_MAX - 1
};

/**
 * enum sotto_packet_kind - what a PACKET carries
 * @SOTTO_PACKET_ZRTP: a whole ZRTP packet, cookie and CRC included
 * @SOTTO_PACKET_CONTROL: one plain RTCP APP packet named SOTO. From the agent
 *	it is protected with the tx key; to the agent it has authenticated
 */
enum sotto_packet_kind {
	SOTTO_PACKET_ZRTP,
	SOTTO_PACKET_CONTROL,

	/* private: */
	__SOTTO_PACKET_MAX,
	SOTTO_PACKET_MAX = __SOTTO_PACKET_MAX - 1
};

/**
 * enum sotto_event - what an EVENT tells
 * @SOTTO_EVENT_FLOW_NEW: a flow came to be
 * @SOTTO_EVENT_FLOW_GONE: a flow is no more; its id never comes back
 * @SOTTO_EVENT_FLOW_STATE: a direction changed its state
 * @SOTTO_EVENT_RX_FIRST: first packet that authenticated with an rx key
 * @SOTTO_EVENT_RX_AUTH_FAIL: packets fail to authenticate (rate limited)
 * @SOTTO_EVENT_KEY_LIFE: 15/16 of a key's packets are used
 * @SOTTO_EVENT_TX_RESTART: the program restarted its sequence on the same
 *	SSRC; it is not heard until the agent has rekeyed
 * @SOTTO_EVENT_SOURCE: an authenticated packet came from another address and
 *	the flow has followed it
 * @SOTTO_EVENT_CLOSED: the program has closed its socket
 * @SOTTO_EVENT_REFUSED: an ICMP error says that nobody has the peer's port (rate limited)
 */
enum sotto_event {
	SOTTO_EVENT_FLOW_NEW,
	SOTTO_EVENT_FLOW_GONE,
	SOTTO_EVENT_FLOW_STATE,
	SOTTO_EVENT_RX_FIRST,
	SOTTO_EVENT_RX_AUTH_FAIL,
	SOTTO_EVENT_KEY_LIFE,
	SOTTO_EVENT_TX_RESTART,
	SOTTO_EVENT_SOURCE,
	SOTTO_EVENT_CLOSED,
	SOTTO_EVENT_REFUSED,

	/* private: */
	__SOTTO_EVENT_MAX,
	SOTTO_EVENT_MAX = __SOTTO_EVENT_MAX - 1
};

/* Top level. */
enum sotto_attr {
	SOTTO_A_UNSPEC,
	SOTTO_A_RULE,		/* nest of sotto_attr_rule; several in RULE_REPLACE */
	SOTTO_A_FLOW,		/* nest of sotto_attr_flow */
	SOTTO_A_KEY,		/* nest of sotto_attr_key */
	SOTTO_A_PACKET,		/* nest of sotto_attr_packet */
	SOTTO_A_EVENT,		/* u32, enum sotto_event */
	SOTTO_A_DIR,		/* u32, enum sotto_dir: the direction an event is about */
	SOTTO_A_ID_MIN,		/* u32, RULE_REPLACE: rules with smaller ids stay */
	SOTTO_A_ID_MAX,		/* u32, RULE_REPLACE: rules with greater ids stay */
	SOTTO_A_STATS,		/* STATS_GET: nest of sotto_attr_stats, of all flows and rules */
	SOTTO_A_FLOWS,		/* u32, STATS_GET: flows that there are now */

	/* private: */
	__SOTTO_A_MAX,
	SOTTO_A_MAX = __SOTTO_A_MAX - 1
};

/*
 * A rule. Everything but the action may be absent and then matches all.
 * RULE_NEW without an id is given one; RULE_DEL needs only the id.
 */
enum sotto_attr_rule {
	SOTTO_A_RULE_UNSPEC,
	SOTTO_A_RULE_ID,	/* u32, unique in the netns, never 0 */
	SOTTO_A_RULE_PRIORITY,	/* s32, lower decides first, a tie goes to the stricter; 0 */
	SOTTO_A_RULE_ACTION,	/* u32, enum sotto_action */
	SOTTO_A_RULE_FLAGS,	/* u32, SOTTO_RULE_F_* */
	SOTTO_A_RULE_FAMILY,	/* u16, AF_INET or AF_INET6 */
	SOTTO_A_RULE_PORT_MIN,	/* u16, local, host byte order */
	SOTTO_A_RULE_PORT_MAX,	/* u16, local, host byte order; equals PORT_MIN if absent */
	SOTTO_A_RULE_PEER,	/* 4 or 16 bytes, remote network; needs FAMILY */
	SOTTO_A_RULE_PEER_LEN,	/* u8, prefix length; a host if absent */
	SOTTO_A_RULE_UID,	/* u32, owner of the local socket */
	SOTTO_A_RULE_CGROUP,	/* u64, cgroup v2 id; covers its descendants */
	SOTTO_A_RULE_FLOWS,	/* u32, dump only: live flows of this rule */
	SOTTO_A_RULE_STATS,	/* dump only: nest of sotto_attr_stats, packets without a flow */
	SOTTO_A_RULE_PAD,
	SOTTO_A_RULE_FORWARD,	/* name of a device, with its 0: for those behind it */

	/* private: */
	__SOTTO_A_RULE_MAX,
	SOTTO_A_RULE_MAX = __SOTTO_A_RULE_MAX - 1
};

/*
 * A flow is named by its id, except in FLOW_NEW, which names its addresses and
 * answers with the whole flow.
 *
 * The options, from WINDOW to ENC_EXT, go with the keys that KEY_NEW installs after
 * them: a key keeps those that it was installed with.
 */
enum sotto_attr_flow {
	SOTTO_A_FLOW_UNSPEC,
	SOTTO_A_FLOW_ID,	/* u64, never reused while the module is loaded */
	SOTTO_A_FLOW_FAMILY,	/* u16, AF_INET or AF_INET6 */
	SOTTO_A_FLOW_LADDR,	/* 4 or 16 bytes; FLOW_NEW without it asks the routes */
	SOTTO_A_FLOW_LPORT,	/* be16 */
	SOTTO_A_FLOW_RADDR,	/* 4 or 16 bytes */
	SOTTO_A_FLOW_RPORT,	/* be16 */
	SOTTO_A_FLOW_STATE_TX,	/* u32, enum sotto_state */
	SOTTO_A_FLOW_STATE_RX,	/* u32, enum sotto_state */
	SOTTO_A_FLOW_COOKIE,	/* up to SOTTO_COOKIE_MAX opaque bytes of the agent */
	SOTTO_A_FLOW_RULE_ID,	/* u32, rule that made it; 0 none */
	SOTTO_A_FLOW_ACTION,	/* u32, enum sotto_action that holds for it */
	SOTTO_A_FLOW_FLAGS,	/* u32, SOTTO_FLOW_F_* */
	SOTTO_A_FLOW_UID,	/* u32, owner of the local socket, once known */
	SOTTO_A_FLOW_IFINDEX,	/* s32, device the socket is bound to */
	SOTTO_A_FLOW_MARK,	/* u32, firewall mark */
	SOTTO_A_FLOW_TOS,	/* u8, TOS or traffic class */
	SOTTO_A_FLOW_SSRC_TX,	/* u32, SSRC last sent by the program */
	SOTTO_A_FLOW_SSRC_RX,	/* u32, SSRC last accepted from the peer */
	SOTTO_A_FLOW_PROFILE_TX,	/* u32, enum sotto_profile of the current key */
	SOTTO_A_FLOW_PROFILE_RX,
	SOTTO_A_FLOW_AGE_MS,	/* u64, since it was made */
	SOTTO_A_FLOW_IDLE_TX_MS,	/* u64, since a packet went out; absent: none did */
	SOTTO_A_FLOW_IDLE_RX_MS,	/* u64, since one was accepted; absent: none was */
	SOTTO_A_FLOW_STATS,	/* nest of sotto_attr_stats */
	SOTTO_A_FLOW_PAD,
	SOTTO_A_FLOW_WINDOW,	/* u32, packets, SOTTO_WINDOW_MIN..SOTTO_WINDOW_MAX */
	SOTTO_A_FLOW_CRYPTEX,	/* u32, enum sotto_cryptex */
	SOTTO_A_FLOW_PAD_SIZE,	/* u16, RTP payloads are padded to this size at least; 0 */
	SOTTO_A_FLOW_PAD_MULTIPLE,	/* u8, and to a multiple of this; 0 or 1: to none */
	SOTTO_A_FLOW_ENC_EXT,	/* ids of elements to encrypt (RFC 6904), a byte each */
	SOTTO_A_FLOW_STREAM,	/* several, nest of sotto_attr_stream */
	SOTTO_A_FLOW_SRTP_TX,	/* nest of sotto_attr_srtp: of the current key; absent: none */
	SOTTO_A_FLOW_SRTP_RX,

	/* private: */
	__SOTTO_A_FLOW_MAX,
	SOTTO_A_FLOW_MAX = __SOTTO_A_FLOW_MAX - 1
};

/* Bits of SOTTO_A_FLOW_FLAGS. */
#define SOTTO_FLOW_F_EMBRYONIC	(1U << 0)	/* only the network has asked for it so far */
#define SOTTO_FLOW_F_AGENT	(1U << 1)	/* made by FLOW_NEW */
#define SOTTO_FLOW_F_TAINTED	(1U << 2)	/* its local socket has been secure before */
#define SOTTO_FLOW_F_OWN_ALLOWED	(1U << 3)	/* its rule says own=allow */
#define SOTTO_FLOW_F_NEXT_HEARD	(1U << 4)	/* the "next" rx key has authenticated a packet */
#define SOTTO_FLOW_F_CLOSED	(1U << 5)	/* the program has closed its socket */
#define SOTTO_FLOW_F_FORWARD	(1U << 6)	/* of somebody behind the device IFINDEX */

/*
 * How a key that is in use has packets look, beside its profile. The options are those
 * that its flow had when it was installed.
 */
enum sotto_attr_srtp {
	SOTTO_A_SRTP_UNSPEC,
	SOTTO_A_SRTP_MKI_LEN,	/* u8, bytes; 0 none */
	SOTTO_A_SRTP_WINDOW,	/* these as in sotto_attr_flow */
	SOTTO_A_SRTP_CRYPTEX,
	SOTTO_A_SRTP_PAD_SIZE,
	SOTTO_A_SRTP_PAD_MULTIPLE,
	SOTTO_A_SRTP_ENC_EXT,

	/* private: */
	__SOTTO_A_SRTP_MAX,
	SOTTO_A_SRTP_MAX = __SOTTO_A_SRTP_MAX - 1
};

/*
 * One SSRC in one direction. In FLOW_NEW and FLOW_SET the ROC that its first packet
 * has (a joiner of a running stream must be told); refused once that has passed.
 */
enum sotto_attr_stream {
	SOTTO_A_STREAM_UNSPEC,
	SOTTO_A_STREAM_DIR,	/* u32, enum sotto_dir */
	SOTTO_A_STREAM_SSRC,	/* u32 */
	SOTTO_A_STREAM_ROC,	/* u32 */
	SOTTO_A_STREAM_SEQ,	/* u16, highest sequence number so far; absent: none yet */

	/* private: */
	__SOTTO_A_STREAM_MAX,
	SOTTO_A_STREAM_MAX = __SOTTO_A_STREAM_MAX - 1
};

/* Counters, u64 each. A packet is counted once, under what became of it. */
enum sotto_attr_stats {
	SOTTO_A_STATS_UNSPEC,
	SOTTO_A_STATS_PAD,
	SOTTO_A_STATS_TX_PROTECTED,	/* packets sent encrypted */
	SOTTO_A_STATS_TX_BYTES,		/* their plain RTP/RTCP bytes */
	SOTTO_A_STATS_TX_CLEAR,		/* packets passed as they were */
	SOTTO_A_STATS_TX_AGENT,		/* ZRTP and control packets of the agent */
	SOTTO_A_STATS_RX_UNPROTECTED,	/* packets authenticated and decrypted */
	SOTTO_A_STATS_RX_BYTES,		/* their plain RTP/RTCP bytes */
	SOTTO_A_STATS_RX_CLEAR,		/* packets passed as they were */
	SOTTO_A_STATS_RX_AGENT,		/* ZRTP and control packets given to the agent */
	SOTTO_A_STATS_DROP_TX_HOLD,	/* required, no key yet */
	SOTTO_A_STATS_DROP_TX_CLASS,	/* class that this state does not let out */
	SOTTO_A_STATS_DROP_TX_DEAD,	/* keys exhausted or revoked */
	SOTTO_A_STATS_DROP_TX_MALFORMED,	/* not the RTP or RTCP it looks like */
	SOTTO_A_STATS_DROP_TX_REPEAT,	/* (SSRC, index) already used */
	SOTTO_A_STATS_DROP_TX_STREAMS,	/* too many SSRCs */
	SOTTO_A_STATS_DROP_TX_TOO_BIG,	/* the tag does not fit the path MTU */
	SOTTO_A_STATS_DROP_TX_ERROR,	/* no memory, cipher or route error */
	SOTTO_A_STATS_DROP_RX_HOLD,
	SOTTO_A_STATS_DROP_RX_CLASS,
	SOTTO_A_STATS_DROP_RX_DEAD,
	SOTTO_A_STATS_DROP_RX_MALFORMED,
	SOTTO_A_STATS_DROP_RX_CSUM,	/* UDP checksum of the ciphertext is wrong */
	SOTTO_A_STATS_DROP_RX_AUTH,	/* does not authenticate: forged, altered or plain */
	SOTTO_A_STATS_DROP_RX_REPLAY,	/* seen before, or older than the window */
	SOTTO_A_STATS_DROP_RX_STREAMS,
	SOTTO_A_STATS_DROP_RX_AGENT,	/* for the agent, which is away or too slow */
	SOTTO_A_STATS_DROP_RX_ERROR,
	SOTTO_A_STATS_DROP_RX_NO_SOCKET,	/* authenticated, but nobody here receives it */
	SOTTO_A_STATS_DROP_RX_SOURCE,	/* from an unknown source, more than are tried */
	SOTTO_A_STATS_DROP_TX_QUOTE,	/* ICMP errors that would quote the flow's packets */

	/* private: */
	__SOTTO_A_STATS_MAX,
	SOTTO_A_STATS_MAX = __SOTTO_A_STATS_MAX - 1
};

/*
 * KEY_NEW installs the master key and salt of one direction into the slot
 * "next"; FLOW_SET to "secure" of that direction makes it current and wipes the
 * one before. On rx a "next" key is accepted at once when the state is secure.
 * KEY_DEL of the current key of a secure direction leaves that direction dead.
 * Keys never come back out.
 */
enum sotto_attr_key {
	SOTTO_A_KEY_UNSPEC,
	SOTTO_A_KEY_FLOW_ID,	/* u64 */
	SOTTO_A_KEY_DIR,	/* u32, enum sotto_dir */
	SOTTO_A_KEY_SLOT,	/* u32, enum sotto_slot; KEY_DEL only */
	SOTTO_A_KEY_PROFILE,	/* u32, enum sotto_profile */
	SOTTO_A_KEY_MASTER,	/* master key */
	SOTTO_A_KEY_SALT,	/* master salt */
	SOTTO_A_KEY_MKI,	/* 1..SOTTO_MKI_MAX bytes, absent: none */
	SOTTO_A_KEY_PAD,

	/* private: */
	__SOTTO_A_KEY_MAX,
	SOTTO_A_KEY_MAX = __SOTTO_A_KEY_MAX - 1
};

enum sotto_attr_packet {
	SOTTO_A_PACKET_UNSPEC,
	SOTTO_A_PACKET_FLOW_ID,	/* u64 */
	SOTTO_A_PACKET_KIND,	/* u32, enum sotto_packet_kind */
	SOTTO_A_PACKET_DATA,	/* UDP payload, 1..SOTTO_PAYLOAD_MAX bytes */
	SOTTO_A_PACKET_PAD,

	/* private: */
	__SOTTO_A_PACKET_MAX,
	SOTTO_A_PACKET_MAX = __SOTTO_A_PACKET_MAX - 1
};

#endif /* _UAPI_LINUX_SOTTO_H */
