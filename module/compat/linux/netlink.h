/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before 6.3 an error's text had to be a constant. Here the last few that were not live on:
 * each is read as soon as its request has been answered.
 */
#ifndef SOTTO_COMPAT_LINUX_NETLINK_H
#define SOTTO_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...)	\
do {							\
	static char texts[16][160];			\
	static atomic_t turn;				\
	char *text = texts[(unsigned int)atomic_inc_return(&turn) % ARRAY_SIZE(texts)];	\
							\
	snprintf(text, sizeof(texts[0]), fmt, ##args);	\
	sotto_extack_text(extack, text);		\
} while (0)

static inline void sotto_extack_text(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}
#endif

#endif /* SOTTO_COMPAT_LINUX_NETLINK_H */
