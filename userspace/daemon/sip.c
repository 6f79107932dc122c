// SPDX-License-Identifier: GPL-2.0-or-later
#include "sip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define UDP_HEADER	8
#define UDP		17
#define FRAGMENT	0x3fff	/* more follow, or it is not the first */
#define VALUE_MAX	128	/* of what is copied to have an end */

/* What is left to read; no zero ends it. */
struct text {
	const char *at;
	size_t len;
};

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Return: the IP header's length, 0 for what is none with a whole UDP datagram behind it. */
static size_t ip_header(const uint8_t *p, size_t len)
{
	size_t header = len ? (p[0] & 15) * 4 : 0;

	if (len >= IPV4_HEADER && p[0] >> 4 == 4)
		return header >= IPV4_HEADER && header <= len && p[9] == UDP &&
		       !(get16(p + 6) & FRAGMENT) ? header : 0;
	return len >= IPV6_HEADER && p[0] >> 4 == 6 && p[6] == UDP ? IPV6_HEADER : 0;
}

static struct text udp_payload(const uint8_t *p, size_t len)
{
	size_t header = ip_header(p, len), said;

	if (!header || len - header < UDP_HEADER)
		return (struct text){ 0 };
	said = get16(p + header + 4);
	if (said < UDP_HEADER || said > len - header)
		return (struct text){ 0 };
	return (struct text){ (const char *)p + header + UDP_HEADER, said - UDP_HEADER };
}

static struct text skip(struct text t, size_t n)
{
	return (struct text){ t.at + n, t.len - n };
}

/* Without blanks at either end. */
static struct text trim(struct text t)
{
	while (t.len && (*t.at == ' ' || *t.at == '\t'))
		t = skip(t, 1);
	while (t.len && (t.at[t.len - 1] == ' ' || t.at[t.len - 1] == '\t'))
		t.len--;
	return t;
}

/* Takes one line, without its end, off @t. */
static struct text next_line(struct text *t)
{
	const char *end = t->len ? memchr(t->at, '\n', t->len) : NULL;
	struct text line = { t->at, end ? (size_t)(end - t->at) : t->len };

	*t = skip(*t, line.len + (end ? 1 : 0));
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Takes one word off @t; words stand between single or many blanks. */
static struct text next_word(struct text *t)
{
	struct text word = { 0 };

	*t = trim(*t);
	word.at = t->at;
	while (word.len < t->len && t->at[word.len] != ' ' && t->at[word.len] != '\t')
		word.len++;
	*t = skip(*t, word.len);
	return word;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* @word: in lower case */
static bool is(struct text t, const char *word)
{
	size_t len = strlen(word);

	if (t.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(t.at[i]) != word[i])
			return false;
	return true;
}

static bool begins(struct text t, const char *word)
{
	size_t len = strlen(word);

	return t.len >= len && is((struct text){ t.at, len }, word);
}

/* Digits only. Return: false for none, or for what is more than @max. */
static bool number(struct text t, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		value = value * 10 + (t.at[i] - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return t.len;
}

static bool copy(struct text t, char out[VALUE_MAX])
{
	if (!t.len || t.len >= VALUE_MAX || memchr(t.at, '\0', t.len))
		return false;
	memcpy(out, t.at, t.len);
	out[t.len] = '\0';
	return true;
}

static enum sip_method method_of(struct text word)
{
	static const struct {
		const char *word;
		enum sip_method method;
	} methods[] = {
		{ "invite", SIP_INVITE }, { "ack", SIP_ACK }, { "prack", SIP_PRACK },
		{ "update", SIP_UPDATE },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (is(word, methods[i].word))
			return methods[i].method;
	return SIP_OTHER;
}

/* "SIP/2.0 200 OK", or "INVITE sip:bob@example SIP/2.0". */
static int read_start(struct text line, struct sip_message *out)
{
	struct text first = next_word(&line), second = next_word(&line);
	uint32_t status;

	if (is(first, "sip/2.0")) {
		if (!number(second, 699, &status) || status < 100)
			return -EBADMSG;
		out->status = status;
		return 0;
	}
	out->method = method_of(first);
	return is(next_word(&line), "sip/2.0") ? 0 : -EBADMSG;
}

/* Does the body describe media? What the body's type is if none is named, nobody says. */
struct head {
	bool has_call;
	bool has_cseq;
	bool is_sdp;
};

static void read_cseq(struct text value, struct sip_message *out, struct head *head)
{
	head->has_cseq = number(next_word(&value), UINT32_MAX, &out->cseq);
	out->method = method_of(next_word(&value));
}

/* Of two the last one counts: no program sends two. */
static void read_header(struct text line, struct sip_message *out, struct head *head)
{
	const char *colon = line.len ? memchr(line.at, ':', line.len) : NULL;
	struct text name = { line.at, colon ? (size_t)(colon - line.at) : 0 }, value;

	if (!colon)
		return;
	value = trim(skip(line, name.len + 1));
	name = trim(name);
	if (is(name, "call-id") || is(name, "i")) {
		head->has_call = value.len;
		crypto_generichash(out->call, sizeof(out->call), (const uint8_t *)value.at,
				   value.len, NULL, 0);
	} else if (is(name, "cseq")) {
		read_cseq(value, out, head);
	} else if (is(name, "content-type") || is(name, "c")) {
		head->is_sdp = begins(value, "application/sdp");
	}
}

/* "IN IP4 192.0.2.7", as c= has it. Return: false for what no packet comes from. */
static bool read_address(struct text value, struct sip_media *out)
{
	struct text net = next_word(&value), type = next_word(&value);
	char address[VALUE_MAX];
	static const uint8_t none[16];

	out->port = 0;
	memset(out->addr, 0, sizeof(out->addr));
	if (!is(net, "in") || !copy(next_word(&value), address))
		return false;
	out->ipv6 = is(type, "ip6");
	if (!out->ipv6 && !is(type, "ip4"))
		return false;
	return inet_pton(out->ipv6 ? AF_INET6 : AF_INET, address, out->addr) == 1 &&
	       memcmp(out->addr, none, sizeof(none));
}

/* "audio 5004 RTP/AVP 0" */
static uint16_t read_port(struct text value)
{
	uint32_t port;

	next_word(&value);
	return number(next_word(&value), UINT16_MAX, &port) ? port : 0;
}

/**
 * struct description - an SDP as far as it has been read
 * @session: the address that holds for media without one, if @has_session
 * @media: the media line at hand, if @in_media; @has_address: it has one of its own
 */
struct description {
	struct sip_media session;
	bool has_session;
	bool in_media;
	struct sip_media media;
	uint16_t port;
	bool has_address;
};

static void end_media(struct description *d, struct sip_message *out)
{
	const struct sip_media *from = d->has_address ? &d->media : &d->session;
	struct sip_media *media = &out->media[out->n];

	if (!d->in_media || !d->port || out->n == SIP_MEDIA_MAX ||
	    !(d->has_address || d->has_session))
		return;
	*media = d->media;
	media->ipv6 = from->ipv6;
	memcpy(media->addr, from->addr, sizeof(media->addr));
	media->port = d->port;
	out->n++;
}

static void begin_media(struct description *d, struct text value)
{
	memset(&d->media, 0, sizeof(d->media));
	d->in_media = true;
	d->has_address = false;
	d->port = read_port(value);
}

/* One of another version than ours is not ours to compare. */
static void read_hash(struct description *d, struct text value)
{
	char text[VALUE_MAX];

	if (d->in_media && copy(value, text) && !zrtp_hello_hash_parse(text, d->media.hash))
		d->media.has_hash = true;
}

static void read_description(struct text body, struct sip_message *out)
{
	static const char hash[] = "zrtp-hash:";
	struct description d = { 0 };

	while (body.len) {
		struct text line = next_line(&body), value;

		if (line.len < 2 || line.at[1] != '=')
			continue;
		value = skip(line, 2);
		if (*line.at == 'm') {
			end_media(&d, out);
			begin_media(&d, value);
		} else if (*line.at == 'c' && d.in_media) {
			d.has_address = read_address(value, &d.media);
			d.port = d.has_address ? d.port : 0;
		} else if (*line.at == 'c') {
			d.has_session = read_address(value, &d.session);
		} else if (*line.at == 'a' && begins(value, hash)) {
			read_hash(&d, skip(value, sizeof(hash) - 1));
		}
	}
	end_media(&d, out);
}

int sip_parse(const uint8_t *packet, size_t len, struct sip_message *out)
{
	struct text t = udp_payload(packet, len), line;
	struct head head = { 0 };

	memset(out, 0, sizeof(*out));
	if (!t.len || read_start(next_line(&t), out))
		return -EBADMSG;
	while (t.len) {
		line = next_line(&t);
		if (!line.len)
			break;
		read_header(line, out, &head);
	}
	if (!head.has_call || !head.has_cseq)
		return -EBADMSG;
	if (head.is_sdp)
		read_description(t, out);
	return 0;
}
