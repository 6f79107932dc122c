// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <inttypes.h>
#include <string.h>

#include "utf8.h"

/* How many bytes of @text stand for themselves: nearly always all of them. */
static size_t plain(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (;;) {
		size_t len = plain(text);
		uint32_t c;

		fwrite(text, 1, len, out);
		text += len;
		if (!*text)
			break;
		len = utf8_next(text, &c);
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (int)c);
		else if (utf8_is_control(c))
			fprintf(out, "\\u%04" PRIx32, c);
		else if (c == UTF8_BAD)
			fputs("\\ufffd", out);
		else
			fwrite(text, 1, len, out);
		text += len;
	}
	fputc('"', out);
}

static void before_value(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->out);
	j->comma = true;
	if (key) {
		write_string(j->out, key);
		fputc(':', j->out);
	}
}

static void open_container(struct json *j, const char *key, char bracket)
{
	before_value(j, key);
	fputc(bracket, j->out);
	j->comma = false;
	j->depth++;
}

static void close_container(struct json *j, char bracket)
{
	fputc(bracket, j->out);
	j->comma = true;
	j->depth--;
}

void json_begin(struct json *j, FILE *out)
{
	*j = (struct json){ .out = out };
	json_object(j, NULL);
	json_unsigned(j, "schema", JSON_SCHEMA);
}

void json_end(struct json *j)
{
	json_object_end(j);
	fputc('\n', j->out);
	fflush(j->out);
}

void json_object(struct json *j, const char *key)
{
	open_container(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_container(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_container(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_container(j, ']');
}

void json_text(struct json *j, const char *key, const char *value)
{
	before_value(j, key);
	write_string(j->out, value);
}

void json_text_or_null(struct json *j, const char *key, const char *value)
{
	if (*value)
		json_text(j, key, value);
	else
		json_null(j, key);
}

void json_bool(struct json *j, const char *key, bool value)
{
	before_value(j, key);
	fputs(value ? "true" : "false", j->out);
}

void json_unsigned(struct json *j, const char *key, uint64_t value)
{
	before_value(j, key);
	fprintf(j->out, "%" PRIu64, value);
}

void json_signed(struct json *j, const char *key, int64_t value)
{
	before_value(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void json_null(struct json *j, const char *key)
{
	before_value(j, key);
	fputs("null", j->out);
}

void json_time(struct json *j, const char *key, uint64_t us)
{
	if (!us) {
		json_null(j, key);
		return;
	}
	before_value(j, key);
	fprintf(j->out, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}
