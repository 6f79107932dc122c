/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON (RFC 8259), one value per line, in the order in which it is told.
 * What it is told has to be well formed: an array's values have no key, an object's
 * have one. Text that is not UTF-8 comes out as U+FFFD; control characters are
 * escaped, C1 too, so that a terminal shows but never obeys them.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_SCHEMA	1	/* Documentation/json.rst */

/**
 * struct json - a writer
 * @depth: containers that are open
 * @comma: something stands before in this container
 */
struct json {
	FILE *out;
	unsigned int depth;
	bool comma;
};

/** json_begin() - An object with the member "schema"; end it with json_end(), which flushes. */
void json_begin(struct json *j, FILE *out);
void json_end(struct json *j);

/* @key: NULL in an array */
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_text(struct json *j, const char *key, const char *value);
void json_bool(struct json *j, const char *key, bool value);
void json_unsigned(struct json *j, const char *key, uint64_t value);
void json_signed(struct json *j, const char *key, int64_t value);
void json_null(struct json *j, const char *key);

/** json_text_or_null() - null for the empty text. */
void json_text_or_null(struct json *j, const char *key, const char *value);

/** json_time() - Seconds since 1970 with six decimals; null for 0. @us: us since 1970 */
void json_time(struct json *j, const char *key, uint64_t us);

#endif
