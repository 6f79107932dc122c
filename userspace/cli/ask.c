// SPDX-License-Identifier: GPL-2.0-or-later
#include "ask.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* What would have ended the program while its terminal showed nothing. */
static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define N_ENDINGS	(sizeof(endings) / sizeof(endings[0]))

static volatile sig_atomic_t caught;

static void on_ending(int signal)
{
	caught = signal;
}

int ask_line(int fd, char *out, size_t room)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, out + n, 1);

		if (got < 0 && errno == EINTR && !caught)
			continue;
		if (got < 0)
			return -errno;
		if (!got || out[n] == '\n')
			break;
		if (++n == room)
			return -EMSGSIZE;
	}
	out[n] = '\0';
	return n;
}

static int ask_without_echo(int fd, const struct termios *shown, const char *prompt, char *out,
			    size_t room)
{
	const struct sigaction ending = { .sa_handler = on_ending };	/* read() is to return */
	struct sigaction before[N_ENDINGS];
	struct termios hidden = *shown;
	int r;

	for (size_t i = 0; i < N_ENDINGS; i++)
		sigaction(endings[i], &ending, &before[i]);
	hidden.c_lflag &= ~ECHO;
	if (tcsetattr(fd, TCSAFLUSH, &hidden)) {
		r = -errno;
	} else {
		fputs(prompt, stderr);	/* not before: what is typed at once is hidden as well */
		r = ask_line(fd, out, room);
	}
	if (tcsetattr(fd, TCSAFLUSH, shown) && r >= 0)
		r = -errno;
	for (size_t i = 0; i < N_ENDINGS; i++)
		sigaction(endings[i], &before[i], NULL);
	return r;
}

int ask_hidden(int fd, const char *prompt, char *out, size_t room)
{
	struct termios shown;
	int r;

	if (tcgetattr(fd, &shown))	/* no terminal: nobody is asked */
		return ask_line(fd, out, room);
	r = ask_without_echo(fd, &shown, prompt, out, room);
	fputc('\n', stderr);
	if (caught)
		raise(caught);
	return r;
}
