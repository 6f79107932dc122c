/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-path: what one packet costs from a program in one host to a program in
 * another. What the parts share.
 */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <sotto.h>

#include "path-key.h"

#define RTP_HEADER	12
#define PACKET_ROOM	2048

/**
 * struct path - one way from host to host, and what goes over it
 * @profile: what protects, where something of ours or libsrtp2 does
 * @out_only: sotto is in alice's kernel alone: bob's program gets SRTP
 * @payload: bytes behind the RTP header
 * @flows: how many remote addresses take turns
 * @ssrcs: how many SSRCs take turns within a flow
 * @batch: packets that are sent before as many are received
 * @from: where the sender is bound
 * @to: the receiver of flow 0; flow n has the n-th address behind it
 * @key: master key and salt, one behind the other, where libsrtp2 has them too
 * @tx: socket of the sender
 * @rx: socket of the receiver
 */
struct path {
	enum sotto_profile profile;
	bool out_only;
	unsigned int payload;
	unsigned int flows;
	unsigned int ssrcs;
	unsigned int batch;
	struct sockaddr_in from;
	struct sockaddr_in to;
	uint8_t key[PATH_KEY_LEN];
	int tx;
	int rx;
};

/* All end the program with a sentence if they fail. */

void path_enter(const char *host);
struct sockaddr_in path_remote(const struct path *p, unsigned int flow);

/* Flows of sotto: one in both kernels for each remote address, keys for the way there. */
void path_sotto_open(const struct path *p);
/* Every packet has been protected in one kernel and, unless @out_only, unprotected in the other. */
void path_sotto_check(const struct path *p, uint64_t packets);

/* libsrtp2 in the two programs. In place; room for SRTP_MAX_TRAILER_LEN behind *@len. */
void path_libsrtp_open(const struct path *p);
void path_libsrtp_protect(uint8_t *data, int *len);
void path_libsrtp_unprotect(uint8_t *data, int *len);

/* Listens in at bob's device eth0; the present host is alice. */
int path_wire_open(void);
/* How many of the frames since then hold @spoken. Ends the listening. */
unsigned int path_wire_close(int fd, const char *spoken, unsigned int *frames);

#endif /* BENCH_PATH_H */
