// SPDX-License-Identifier: GPL-2.0-or-later
#include "signalling.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <nftables/libnftables.h>

#include "log.h"
#include "wire.h"

#define GROUP		7686
#define TABLE		"inet sotto-signalling"
#define PER_SECOND	"200"	/* each way; a flood from outside is not worth more */
#define BUFFER		(64 * 1024)	/* messages of a few packets */
#define PACKETS_MAX	64	/* in a row */

/**
 * struct signalling
 * @nft: owns the table, which goes with it
 */
struct signalling {
	struct nft_ctx *nft;
	struct mnl_socket *nl;
	signalling_fn fn;
	void *arg;
	uint8_t buffer[BUFFER];
};

/* The table is its maker's: no flush of others takes it away, and it ends with this process. */
static int make_table(struct signalling *s, uint16_t port)
{
	static const char way[] =
		"add chain " TABLE " %s { type filter hook %s priority 0; policy accept; }\n"
		"add rule " TABLE " %s %s != \"lo\" udp dport %u limit rate " PER_SECOND
		"/second log group %u\n"
		"add rule " TABLE " %s %s != \"lo\" udp sport %u udp dport != %u limit rate "
		PER_SECOND "/second log group %u\n";
	char text[2048];
	int n;

	n = snprintf(text, sizeof(text), "add table " TABLE " { flags owner; }\n");
	n += snprintf(text + n, sizeof(text) - n, way, "in", "input", "in", "iifname", port, GROUP,
		      "in", "iifname", port, port, GROUP);
	n += snprintf(text + n, sizeof(text) - n, way, "out", "output", "out", "oifname", port, GROUP,
		      "out", "oifname", port, port, GROUP);
	s->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!s->nft || nft_ctx_buffer_output(s->nft) || nft_ctx_buffer_error(s->nft))
		return -ENOMEM;
	if (!nft_run_cmd_from_buffer(s->nft, text))
		return 0;
	log_warning("nftables cannot show SIP: %s", nft_ctx_get_error_buffer(s->nft));
	return -EIO;
}

static struct nlmsghdr *begin(uint8_t *buffer)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *head;

	message->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = AF_UNSPEC;
	head->version = NFNETLINK_V0;
	head->res_id = htons(GROUP);
	return message;
}

static int request(struct signalling *s, const struct nlmsghdr *message)
{
	ssize_t n = mnl_socket_sendto(s->nl, message, message->nlmsg_len);

	if (n >= 0)
		n = mnl_socket_recvfrom(s->nl, s->buffer, sizeof(s->buffer));
	if (n >= 0)
		n = mnl_cb_run(s->buffer, n, 0, mnl_socket_get_portid(s->nl), NULL, NULL);
	return n < 0 ? -errno : 0;
}

/* Whole packets, each as it comes. */
static int join_group(struct signalling *s)
{
	const struct nfulnl_msg_config_cmd bind = { .command = NFULNL_CFG_CMD_BIND };
	const struct nfulnl_msg_config_mode mode = {
		.copy_range = htonl(WIRE_SIGNALLING_MAX), .copy_mode = NFULNL_COPY_PACKET,
	};
	uint8_t buffer[256];
	struct nlmsghdr *message;
	int r;

	s->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!s->nl || mnl_socket_bind(s->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	message = begin(buffer);
	mnl_attr_put(message, NFULA_CFG_CMD, sizeof(bind), &bind);
	r = request(s, message);
	if (r)
		return r;
	message = begin(buffer);
	mnl_attr_put(message, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(message, NFULA_CFG_QTHRESH, htonl(1));
	return request(s, message);
}

int signalling_open(struct signalling **out, uint16_t port, signalling_fn fn, void *arg)
{
	struct signalling *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fn = fn;
	s->arg = arg;
	r = join_group(s);
	if (!r)
		r = make_table(s, port);
	if (r)
		signalling_close(s);
	else
		*out = s;
	return r;
}

void signalling_close(struct signalling *s)
{
	if (!s)
		return;
	if (s->nft)
		nft_ctx_free(s->nft);
	if (s->nl)
		mnl_socket_close(s->nl);
	free(s);
}

int signalling_fd(const struct signalling *s)
{
	return mnl_socket_get_fd(s->nl);
}

/* The kernel's own frame is read here, what it frames is not. */
static int on_message(const struct nlmsghdr *message, void *arg)
{
	struct signalling *s = arg;
	const struct nfulnl_msg_packet_hdr *head = NULL;
	const struct nlattr *attr, *packet = NULL;

	if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFULA_PACKET_HDR &&
		    mnl_attr_get_payload_len(attr) >= sizeof(*head))
			head = mnl_attr_get_payload(attr);
		else if (mnl_attr_get_type(attr) == NFULA_PAYLOAD)
			packet = attr;
	}
	if (head && packet)
		s->fn(head->hook == NF_INET_LOCAL_OUT, mnl_attr_get_payload(packet),
		      mnl_attr_get_payload_len(packet), s->arg);
	return MNL_CB_OK;
}

int signalling_dispatch(struct signalling *s)
{
	for (int i = 0; i < PACKETS_MAX; i++) {
		ssize_t n = recv(signalling_fd(s), s->buffer, sizeof(s->buffer), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return 0;
		/* More came than there was room for: those are not seen. */
		if (n < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (n < 0)
			return -errno;
		mnl_cb_run(s->buffer, n, 0, 0, on_message, s);
	}
	return 0;
}
