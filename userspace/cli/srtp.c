// SPDX-License-Identifier: GPL-2.0-or-later
#include "srtp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dict.h"
#include "text.h"

#define FIELD(key, type, member)	{ key, type, offsetof(struct srtp, member) }

static const struct field fields[] = {
	FIELD("mki-length", "q", mki_length),
	FIELD("window", "u", window),
	FIELD("cryptex", "s", cryptex),
	FIELD("pad-size", "q", pad_size),
	FIELD("pad-multiple", "q", pad_multiple),
	{ 0 }
};

static int read_extensions(sd_bus_message *m, struct srtp *srtp)
{
	const void *ids;
	size_t n;
	int r = sd_bus_message_enter_container(m, 'v', "ay");

	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &ids, &n);
	if (r < 0)
		return r;
	if (n > sizeof(srtp->extensions))
		return -ENXIO;
	memcpy(srtp->extensions, ids, n);
	srtp->n_extensions = n;
	return sd_bus_message_exit_container(m);
}

static int read_told(sd_bus_message *m, struct srtp *srtp)
{
	struct srtp_told t, *grown;
	int r = sd_bus_message_enter_container(m, 'v', "a(uu)");

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "(uu)");
	while (r >= 0 && (r = sd_bus_message_read(m, "(uu)", &t.ssrc, &t.roc)) > 0) {
		grown = reallocarray(srtp->told, srtp->n_told + 1, sizeof(t));
		if (!grown)
			return -ENOMEM;
		srtp->told = grown;
		srtp->told[srtp->n_told++] = t;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_other(sd_bus_message *m, const char *key, void *out)
{
	int r = 0;

	if (!strcmp(key, "encrypted-extensions"))
		r = read_extensions(m, out);
	else if (!strcmp(key, "told-rocs"))
		r = read_told(m, out);
	else
		return 0;
	return r < 0 ? r : 1;
}

int srtp_read(sd_bus_message *m, struct srtp *out)
{
	int r;

	srtp_free(out);	/* a key that comes twice */
	out->has_key = true;
	r = sd_bus_message_enter_container(m, 'v', "a{sv}");
	if (r >= 0)
		r = dict_read(m, fields, read_other, out);
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 1;
}

void srtp_free(struct srtp *srtp)
{
	free(srtp->told);
	*srtp = (struct srtp){ 0 };
}

/* @n: how many stand before in the line */
__attribute__((format(printf, 2, 3)))
static void put_part(unsigned int *n, const char *format, ...)
{
	va_list args;

	fputs((*n)++ ? ", " : "            ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

static void put_padding(const struct srtp *srtp, unsigned int *n)
{
	if (srtp->pad_size && srtp->pad_multiple)
		put_part(n, "padded to %u bytes and a multiple of %u", srtp->pad_size,
			 srtp->pad_multiple);
	else if (srtp->pad_size)
		put_part(n, "padded to %u bytes", srtp->pad_size);
	else if (srtp->pad_multiple)
		put_part(n, "padded to a multiple of %u bytes", srtp->pad_multiple);
}

void srtp_put(const struct srtp *srtp)
{
	unsigned int n = 0;

	if (srtp->window)
		put_part(&n, "window %" PRIu32, srtp->window);
	if (srtp->mki_length)
		put_part(&n, "MKI of %u bytes", srtp->mki_length);
	if (srtp->cryptex) {
		put_part(&n, "Cryptex ");
		text_put(stdout, srtp->cryptex);
	}
	if (srtp->n_extensions)
		put_part(&n, "encrypted extensions");
	for (size_t i = 0; i < srtp->n_extensions; i++)
		printf(" %u", srtp->extensions[i]);
	put_padding(srtp, &n);
	for (size_t i = 0; i < srtp->n_told; i++)
		put_part(&n, "SSRC %08" PRIx32 " begins at ROC %" PRIu32, srtp->told[i].ssrc,
			 srtp->told[i].roc);
	if (n)
		putchar('\n');
}

static void unsigned_unless_0(struct json *j, const char *key, uint64_t value)
{
	if (value)
		json_unsigned(j, key, value);
}

void srtp_json(struct json *j, const char *key, const struct srtp *srtp)
{
	if (!srtp->has_key) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	unsigned_unless_0(j, "window", srtp->window);
	unsigned_unless_0(j, "mki_length", srtp->mki_length);
	if (srtp->cryptex)
		json_text(j, "cryptex", srtp->cryptex);
	if (srtp->n_extensions) {
		json_array(j, "encrypted_extensions");
		for (size_t i = 0; i < srtp->n_extensions; i++)
			json_unsigned(j, NULL, srtp->extensions[i]);
		json_array_end(j);
	}
	unsigned_unless_0(j, "pad_size", srtp->pad_size);
	unsigned_unless_0(j, "pad_multiple", srtp->pad_multiple);
	if (srtp->n_told) {
		json_array(j, "told_rocs");
		for (size_t i = 0; i < srtp->n_told; i++) {
			json_object(j, NULL);
			json_unsigned(j, "ssrc", srtp->told[i].ssrc);
			json_unsigned(j, "roc", srtp->told[i].roc);
			json_object_end(j);
		}
		json_array_end(j);
	}
	json_object_end(j);
}
