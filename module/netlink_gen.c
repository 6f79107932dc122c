// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of requests, as data. The kernel's own policies would refuse some of
 * them with -ERANGE and a sentence that leaves the attribute unnamed.
 */
#include <net/netlink.h>

#include "netlink_gen.h"

#define POLICY(_kind, _min, _max, _name, _what)	\
	{ SOTTO_KIND_##_kind, _min, _max, "needs " _name ": " _what }
#define NEST(_name)	POLICY(NEST, 0, 0, _name, "a nest of attributes")
#define REPLY(_name)	{ SOTTO_KIND_REPLY, 0, 0, _name " is only for replies" }
/* At type 0, which no attribute has: what is said of types that are not listed. */
#define OTHERS(_name)	{ SOTTO_KIND_REPLY, 0, 0, "unknown attribute in " _name }

const struct sotto_attr_policy sotto_top_policy[__SOTTO_A_MAX] = {
	[SOTTO_A_UNSPEC]	= OTHERS("the request"),
	[SOTTO_A_RULE]		= NEST("rule"),
	[SOTTO_A_FLOW]		= NEST("flow"),
	[SOTTO_A_KEY]		= NEST("key"),
	[SOTTO_A_PACKET]	= NEST("packet"),
	[SOTTO_A_EVENT]		= REPLY("event"),
	[SOTTO_A_DIR]		= REPLY("dir"),
	[SOTTO_A_ID_MIN]	= POLICY(U32, 1, U32_MAX, "id-min", "a u32, not 0"),
	[SOTTO_A_ID_MAX]	= POLICY(U32, 1, U32_MAX, "id-max", "a u32, not 0"),
	[SOTTO_A_STATS]		= REPLY("stats"),
	[SOTTO_A_FLOWS]		= REPLY("flows"),
};

const struct sotto_attr_policy sotto_rule_policy[__SOTTO_A_RULE_MAX] = {
	[SOTTO_A_RULE_UNSPEC]	= OTHERS("rule"),
	[SOTTO_A_RULE_ID]	= POLICY(U32, 1, U32_MAX, "rule/id", "a u32, not 0"),
	[SOTTO_A_RULE_PRIORITY]	= POLICY(S32, 0, 0, "rule/priority", "an s32"),
	[SOTTO_A_RULE_ACTION]	= POLICY(U32, 0, SOTTO_ACTION_MAX, "rule/action",
					 "a u32: 0 require, 1 prefer, 2 bypass"),
	[SOTTO_A_RULE_FLAGS]	= POLICY(U32, 0, SOTTO_RULE_F_OWN | SOTTO_RULE_F_LOCAL |
					 SOTTO_RULE_F_SDES,
					 "rule/flags", "a u32: 1 own, 2 local, 4 sdes"),
	[SOTTO_A_RULE_FAMILY]	= POLICY(U16, AF_INET, AF_INET6, "rule/family",
					 "a u16: 2 IPv4, 10 IPv6"),
	[SOTTO_A_RULE_PORT_MIN]	= POLICY(U16, 1, U16_MAX, "rule/port-min", "a u16, not 0"),
	[SOTTO_A_RULE_PORT_MAX]	= POLICY(U16, 1, U16_MAX, "rule/port-max", "a u16, not 0"),
	[SOTTO_A_RULE_PEER]	= POLICY(BINARY, 4, 16, "rule/peer", "4 or 16 bytes"),
	[SOTTO_A_RULE_PEER_LEN]	= POLICY(U8, 0, 128, "rule/peer-len", "a u8 up to 128"),
	[SOTTO_A_RULE_UID]	= POLICY(U32, 0, U32_MAX, "rule/uid", "a u32"),
	[SOTTO_A_RULE_CGROUP]	= POLICY(U64, 1, U64_MAX, "rule/cgroup", "a u64, not 0"),
	[SOTTO_A_RULE_FLOWS]	= REPLY("rule/flows"),
	[SOTTO_A_RULE_STATS]	= REPLY("rule/stats"),
	[SOTTO_A_RULE_FORWARD]	= POLICY(BINARY, 2, 16, "rule/forward",
					 "a device's name of at most 15 bytes, and a 0"),
};

const struct sotto_attr_policy sotto_flow_policy[__SOTTO_A_FLOW_MAX] = {
	[SOTTO_A_FLOW_UNSPEC]	= OTHERS("flow"),
	[SOTTO_A_FLOW_ID]	= POLICY(U64, 1, U64_MAX, "flow/id", "a u64, not 0"),
	[SOTTO_A_FLOW_FAMILY]	= POLICY(U16, AF_INET, AF_INET6, "flow/family",
					 "a u16: 2 IPv4, 10 IPv6"),
	[SOTTO_A_FLOW_LADDR]	= POLICY(BINARY, 4, 16, "flow/laddr", "4 or 16 bytes"),
	[SOTTO_A_FLOW_LPORT]	= POLICY(U16, 1, U16_MAX, "flow/lport", "a u16, not 0"),
	[SOTTO_A_FLOW_RADDR]	= POLICY(BINARY, 4, 16, "flow/raddr", "4 or 16 bytes"),
	[SOTTO_A_FLOW_RPORT]	= POLICY(U16, 1, U16_MAX, "flow/rport", "a u16, not 0"),
	[SOTTO_A_FLOW_STATE_TX]	= POLICY(U32, SOTTO_STATE_HOLD, SOTTO_STATE_MAX, "flow/state-tx",
					 "a u32 from 1 hold to 5 dead"),
	[SOTTO_A_FLOW_STATE_RX]	= POLICY(U32, SOTTO_STATE_HOLD, SOTTO_STATE_MAX, "flow/state-rx",
					 "a u32 from 1 hold to 5 dead"),
	[SOTTO_A_FLOW_COOKIE]	= POLICY(BINARY, 0, SOTTO_COOKIE_MAX, "flow/cookie",
					 "at most 64 bytes"),
	[SOTTO_A_FLOW_RULE_ID]	= REPLY("flow/rule-id"),
	[SOTTO_A_FLOW_ACTION]	= REPLY("flow/action"),
	[SOTTO_A_FLOW_FLAGS]	= REPLY("flow/flags"),
	[SOTTO_A_FLOW_UID]	= REPLY("flow/uid"),
	[SOTTO_A_FLOW_IFINDEX]	= POLICY(S32, 0, 0, "flow/ifindex", "an s32"),
	[SOTTO_A_FLOW_MARK]	= POLICY(U32, 0, U32_MAX, "flow/mark", "a u32"),
	[SOTTO_A_FLOW_TOS]	= POLICY(U8, 0, U8_MAX, "flow/tos", "a u8"),
	[SOTTO_A_FLOW_SSRC_TX]	= REPLY("flow/ssrc-tx"),
	[SOTTO_A_FLOW_SSRC_RX]	= REPLY("flow/ssrc-rx"),
	[SOTTO_A_FLOW_PROFILE_TX] = REPLY("flow/profile-tx"),
	[SOTTO_A_FLOW_PROFILE_RX] = REPLY("flow/profile-rx"),
	[SOTTO_A_FLOW_AGE_MS]	= REPLY("flow/age-ms"),
	[SOTTO_A_FLOW_IDLE_TX_MS] = REPLY("flow/idle-tx-ms"),
	[SOTTO_A_FLOW_IDLE_RX_MS] = REPLY("flow/idle-rx-ms"),
	[SOTTO_A_FLOW_STATS]	= REPLY("flow/stats"),
	[SOTTO_A_FLOW_WINDOW]	= POLICY(U32, SOTTO_WINDOW_MIN, SOTTO_WINDOW_MAX, "flow/window",
					 "a u32 from 64 to 32768"),
	[SOTTO_A_FLOW_CRYPTEX]	= POLICY(U32, 0, SOTTO_CRYPTEX_MAX, "flow/cryptex",
					 "a u32: 0 off, 1 on, 2 require"),
	[SOTTO_A_FLOW_PAD_SIZE]	= POLICY(U16, 0, U16_MAX, "flow/pad-size", "a u16"),
	[SOTTO_A_FLOW_PAD_MULTIPLE] = POLICY(U8, 0, U8_MAX, "flow/pad-multiple", "a u8"),
	[SOTTO_A_FLOW_ENC_EXT]	= POLICY(BINARY, 0, SOTTO_ENC_EXT_MAX, "flow/enc-ext",
					 "at most 255 ids of a byte, none of them 0"),
	[SOTTO_A_FLOW_STREAM]	= NEST("flow/stream"),
	[SOTTO_A_FLOW_SRTP_TX]	= REPLY("flow/srtp-tx"),
	[SOTTO_A_FLOW_SRTP_RX]	= REPLY("flow/srtp-rx"),
};

const struct sotto_attr_policy sotto_stream_policy[__SOTTO_A_STREAM_MAX] = {
	[SOTTO_A_STREAM_UNSPEC]	= OTHERS("stream"),
	[SOTTO_A_STREAM_DIR]	= POLICY(U32, 0, SOTTO_DIR_MAX, "stream/dir", "a u32: 0 tx, 1 rx"),
	[SOTTO_A_STREAM_SSRC]	= POLICY(U32, 0, U32_MAX, "stream/ssrc", "a u32"),
	[SOTTO_A_STREAM_ROC]	= POLICY(U32, 0, U32_MAX, "stream/roc", "a u32"),
	[SOTTO_A_STREAM_SEQ]	= REPLY("stream/seq"),
};

const struct sotto_attr_policy sotto_key_policy[__SOTTO_A_KEY_MAX] = {
	[SOTTO_A_KEY_UNSPEC]	= OTHERS("key"),
	[SOTTO_A_KEY_FLOW_ID]	= POLICY(U64, 1, U64_MAX, "key/flow-id", "a u64, not 0"),
	[SOTTO_A_KEY_DIR]	= POLICY(U32, 0, SOTTO_DIR_MAX, "key/dir", "a u32: 0 tx, 1 rx"),
	[SOTTO_A_KEY_SLOT]	= POLICY(U32, 0, SOTTO_SLOT_MAX, "key/slot",
					 "a u32: 0 current, 1 next"),
	[SOTTO_A_KEY_PROFILE]	= POLICY(U32, 1, SOTTO_PROFILE_MAX, "key/profile",
					 "a u32: one of enum sotto_profile"),
	[SOTTO_A_KEY_MASTER]	= POLICY(BINARY, 16, 32, "key/master", "16 or 32 bytes"),
	[SOTTO_A_KEY_SALT]	= POLICY(BINARY, 12, 14, "key/salt", "12 or 14 bytes"),
	[SOTTO_A_KEY_MKI]	= POLICY(BINARY, 1, SOTTO_MKI_MAX, "key/mki", "1 to 128 bytes"),
};

const struct sotto_attr_policy sotto_packet_policy[__SOTTO_A_PACKET_MAX] = {
	[SOTTO_A_PACKET_UNSPEC]	= OTHERS("packet"),
	[SOTTO_A_PACKET_FLOW_ID] = POLICY(U64, 1, U64_MAX, "packet/flow-id", "a u64, not 0"),
	[SOTTO_A_PACKET_KIND]	= POLICY(U32, 0, SOTTO_PACKET_MAX, "packet/kind",
					 "a u32: 0 zrtp, 1 control"),
	[SOTTO_A_PACKET_DATA]	= POLICY(BINARY, 1, SOTTO_PAYLOAD_MAX, "packet/data",
					 "1 to 3072 bytes"),
};

static bool value_fits(const struct sotto_attr_policy *p, u64 value)
{
	return value >= p->min && value <= p->max;
}

static bool attr_fits(const struct sotto_attr_policy *p, const struct nlattr *attr)
{
	int len = nla_len(attr);

	switch (p->kind) {
	case SOTTO_KIND_U8:
		return len == sizeof(u8) && value_fits(p, nla_get_u8(attr));
	case SOTTO_KIND_U16:
		return len == sizeof(u16) && value_fits(p, nla_get_u16(attr));
	case SOTTO_KIND_U32:
		return len == sizeof(u32) && value_fits(p, nla_get_u32(attr));
	case SOTTO_KIND_S32:
		return len == sizeof(s32);
	case SOTTO_KIND_U64:
		return len == sizeof(u64) && value_fits(p, nla_get_u64(attr));
	case SOTTO_KIND_BINARY:
		return value_fits(p, len);
	case SOTTO_KIND_NEST:
		return nla_type(attr) != attr->nla_type;	/* NLA_F_NESTED is set */
	case SOTTO_KIND_REPLY:
		break;
	}
	return false;
}

/**
 * sotto_attrs_parse() - Check attributes and sort them.
 * @tb: filled in, @max + 1 places; of one that comes twice the last
 * @max: highest type
 * @head: first attribute
 * @len: bytes
 * @policy: by type
 * @extack: may be NULL
 *
 * Context: any. Return: 0 or -EINVAL.
 */
int sotto_attrs_parse(struct nlattr **tb, int max, const struct nlattr *head, int len,
		      const struct sotto_attr_policy *policy, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rest;

	memset(tb, 0, (max + 1) * sizeof(tb[0]));
	nla_for_each_attr(attr, head, len, rest) {
		int type = nla_type(attr);

		if (type > max || !policy[type].must)
			type = 0;
		if (!type || !attr_fits(&policy[type], attr)) {
			NL_SET_BAD_ATTR(extack, attr);
			if (extack)
				extack->_msg = policy[type].must;
			return -EINVAL;
		}
		tb[type] = (struct nlattr *)attr;
	}
	if (rest) {
		NL_SET_ERR_MSG(extack, "bytes left over behind the last attribute");
		return -EINVAL;
	}
	return 0;
}

/**
 * sotto_attr_need() - Is an attribute there?
 * @tb: sorted attributes
 * @attr: type
 * @policy: its set
 * @extack: may be NULL
 *
 * Context: any. Return: 0 or -EINVAL.
 */
int sotto_attr_need(struct nlattr *const *tb, int attr, const struct sotto_attr_policy *policy,
		    struct netlink_ext_ack *extack)
{
	if (tb[attr])
		return 0;
	if (extack)
		extack->_msg = policy[attr].must;
	return -EINVAL;
}
