// SPDX-License-Identifier: GPL-2.0-or-later
#include "media.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addr.h"

struct media {
	int v4;
	int v6;		/* -1: none on this machine */
};

static int udp_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, r;

	if (fd < 0)
		return -errno;
	/* The calls' sockets share the port with the one that listens. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    (family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)))) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

static int listen_on(int family, uint16_t port)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &nothing };
	struct sotto_addr any = { 0 };
	int fd = udp_socket(family);
	int r;

	if (fd < 0)
		return fd;
	any.sa.sa_family = family;
	if (family == AF_INET)
		any.in.sin_port = htons(port);
	else
		any.in6.sin6_port = htons(port);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    bind(fd, &any.sa, addr_len(&any))) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

int media_listen(struct media **out, uint16_t port)
{
	struct media *m = calloc(1, sizeof(*m));
	int r = 0;

	if (!m)
		return -ENOMEM;
	m->v4 = listen_on(AF_INET, port);
	m->v6 = listen_on(AF_INET6, port);
	if (m->v4 < 0)
		r = m->v4;
	else if (m->v6 < 0 && m->v6 != -EAFNOSUPPORT && m->v6 != -EADDRNOTAVAIL)
		r = m->v6;
	if (r) {
		media_free(m);
		return r;
	}
	*out = m;
	return 0;
}

void media_free(struct media *m)
{
	if (!m)
		return;
	if (m->v4 >= 0)
		close(m->v4);
	if (m->v6 >= 0)
		close(m->v6);
	free(m);
}

int media_connect(const struct sotto_addr *local, const struct sotto_addr *remote)
{
	int fd = udp_socket(local->sa.sa_family);
	int r;

	if (fd < 0)
		return fd;
	if (bind(fd, &local->sa, addr_len(local)) || connect(fd, &remote->sa, addr_len(remote))) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

int media_follow(int fd, const struct sotto_addr *remote)
{
	return connect(fd, &remote->sa, addr_len(remote)) ? -errno : 0;
}

void media_revoke(int fd)
{
	shutdown(fd, SHUT_RDWR);	/* it is closed either way */
	close(fd);
}
