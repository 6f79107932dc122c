// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody who captured the packets would hear: decodes Opus payloads with
 * the plugin's decoder. The demo's analysis feeds it both the protected call and
 * the unprotected control.
 */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "codec.h"
#include "wav.h"

#define MAX_PAYLOAD	1500
#define MAX_LINE	(2 * MAX_PAYLOAD + 2)

static const char usage[] =
	"usage: sotto-opusdec [--binary] OUT.wav < PAYLOADS\n"
	"\n"
	"Decodes Opus payloads of 20 ms, in the order given, to 48 kHz mono WAV. A payload\n"
	"is a line of hex digits, or with --binary a 16-bit big-endian length and that many\n"
	"bytes. An empty one stands for a lost packet. What is lost or cannot be decoded is\n"
	"20 ms of silence. Prints: payloads decoded, payloads silent.\n"
	"\n"
	"  -b, --binary\n"
	"  -h, --help\n";

static const struct option long_options[] = {
	{ "binary", no_argument, NULL, 'b' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct recording {
	float *samples;
	size_t n;
	size_t room;
	size_t decoded;
	size_t silent;
};

/* Return 1 with a payload, 0 at the end, or -EBADMSG. */
static int read_hex(uint8_t *payload, size_t *len)
{
	char line[MAX_LINE + 1];
	const char *end;

	if (!fgets(line, sizeof(line), stdin))
		return 0;
	if (sodium_hex2bin(payload, MAX_PAYLOAD, line, strcspn(line, "\r\n"), NULL, len, &end) ||
	    (*end != '\n' && *end != '\r' && *end != '\0'))
		return -EBADMSG;
	return 1;
}

static int read_binary(uint8_t *payload, size_t *len)
{
	uint8_t head[2];
	size_t got = fread(head, 1, sizeof(head), stdin);

	if (got == 0)
		return 0;
	if (got != sizeof(head))
		return -EBADMSG;
	*len = get_be16(head);
	if (*len > MAX_PAYLOAD || fread(payload, 1, *len, stdin) != *len)
		return -EBADMSG;
	return 1;
}

static int add_frame(struct recording *r, struct decoder *d, const uint8_t *payload, size_t len)
{
	if (r->n + CODEC_FRAME > r->room) {
		size_t room = r->room ? 2 * r->room : 64 * CODEC_FRAME;
		float *more = realloc(r->samples, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		r->samples = more;
		r->room = room;
	}
	if (decoder_decode(d, payload, len, r->samples + r->n) == 0) {
		r->decoded++;
	} else {
		memset(r->samples + r->n, 0, CODEC_FRAME * sizeof(*r->samples));
		r->silent++;
	}
	r->n += CODEC_FRAME;
	return 0;
}

static int decode_all(struct recording *r, bool binary)
{
	uint8_t payload[MAX_PAYLOAD];
	struct decoder *d;
	size_t len;
	int more;
	int error = decoder_new(&d);

	if (error)
		return error;
	while ((more = binary ? read_binary(payload, &len) : read_hex(payload, &len)) > 0) {
		error = add_frame(r, d, payload, len);
		if (error)
			break;
	}
	decoder_free(d);
	return error ? error : more;
}

int main(int argc, char **argv)
{
	struct recording r = { 0 };
	bool binary = false;
	int error;
	int c;

	while ((c = getopt_long(argc, argv, "bh", long_options, NULL)) != -1) {
		switch (c) {
		case 'b':
			binary = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return 2;
	}
	error = decode_all(&r, binary);
	if (!error)
		error = wav_write(argv[optind], r.samples, r.n);
	if (error)
		fprintf(stderr, "sotto-opusdec: %s\n", strerror(-error));
	else
		printf("%zu %zu\n", r.decoded, r.silent);
	free(r.samples);
	return error ? 1 : 0;
}
