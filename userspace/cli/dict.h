/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the dictionaries a{sv} in which sottod describes things. */
#ifndef CLI_DICT_H
#define CLI_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/**
 * struct field - where the value of a key goes
 * @type: its D-Bus type. C types: "s", "o": const char * into the message; "b": bool;
 *	"q", "u", "i", "t": uint16_t, uint32_t, int32_t, uint64_t; "as": char **, which
 *	the caller frees with dict_free_texts()
 * @offset: in what dict_read() fills
 */
struct field {
	const char *key;
	const char *type;
	size_t offset;
};

/** dict_other_fn - A key that no field has: read its variant and return 1, or 0 to skip it. */
typedef int (*dict_other_fn)(sd_bus_message *m, const char *key, void *out);

/**
 * dict_read() - Read the a{sv} at which @m stands into @out.
 * @fields: ends with a NULL key; what the dictionary lacks stays as it was
 * @other: may be NULL
 *
 * Texts live as long as @m. Return: 0 or a negative errno: -ENXIO for a value of
 * another type.
 */
int dict_read(sd_bus_message *m, const struct field *fields, dict_other_fn other, void *out);

void dict_free_texts(char **texts);

#endif
