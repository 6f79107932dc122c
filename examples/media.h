/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What any softphone has: a UDP socket, and RTP over it. Here each packet carries a line of
 * text. Nothing in here knows of encryption, and nothing needs to.
 */
#ifndef EXAMPLE_MEDIA_H
#define EXAMPLE_MEDIA_H

#include <sotto.h>

#define MEDIA_LINE_MAX	1024

/**
 * media_open() - A UDP socket from @local to @remote.
 * @local: "192.0.2.1:7000" or "[2001:db8::1]:7000"
 * @remote: likewise
 * @from: out: the address it is bound to
 * @to: out: the one it is connected to
 *
 * Return: its descriptor; -EINVAL no such address; or what bind() and connect() say.
 */
int media_open(const char *local, const char *remote, struct sotto_addr *from,
	       struct sotto_addr *to);

/**
 * media_read_line() - The next line of standard input, without its end.
 *
 * Octet by octet: of a key nothing stays in a buffer of stdio, which nobody wipes.
 *
 * Return: its length; -1 at the end of input, or when the line is too long.
 */
int media_read_line(char line[MEDIA_LINE_MAX]);

/** media_print() - All of @text to standard output, past stdio. Return: 0 or a negative errno. */
int media_print(const char *text);

/**
 * struct media - who is at the other end of the socket
 * @fd: the socket
 * @seal: encrypts what is sent, in place; NULL: somebody else does
 * @open: decrypts what has come, in place; NULL: somebody else has done it
 * @arg: for these two
 *
 * Both return 0 or not; @len in and out. There is room for 160 octets behind it.
 */
struct media {
	int fd;
	int (*seal)(void *data, int *len, void *arg);
	int (*open)(void *data, int *len, void *arg);
	void *arg;
};

/** media_say() - Sends one line. Return: 0 or a negative errno. */
int media_say(const struct media *m, const char *line);

/** media_talk() - Sends lines of input and prints what is heard, until the input ends. */
int media_talk(const struct media *m);

#endif
