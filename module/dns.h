/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DNS messages, as far as they must be told from RTP: a quarter of all transaction ids
 * begin as RTP does. Pure functions over (pointer, length).
 */
#ifndef SOTTO_DNS_H
#define SOTTO_DNS_H

#include <linux/types.h>

enum sotto_dns_kind {
	SOTTO_DNS_NONE,
	SOTTO_DNS_QUERY,
	SOTTO_DNS_RESPONSE,
};

#define SOTTO_DNS_PORT		53
#define SOTTO_MDNS_PORT		5353
#define SOTTO_LLMNR_PORT	5355

enum sotto_dns_kind sotto_dns_read(const u8 *data, unsigned int len, u16 *id);

#endif /* SOTTO_DNS_H */
