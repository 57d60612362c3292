/* UTF-8, one character at a time.
 *
 * SPDX-License-Identifier: MIT
 *
 * The log is validated with it, and names are measured and printed with it. It stands in a header because both the
 * reader and the tables need it, and because whoever copies one of them should not have to copy the other. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/* The character at the start of a text.
 * text, length  any bytes; length is not 0
 * code          receives the code point
 * returns       the bytes it takes, 1 to 4; 0 where the bytes are not UTF-8 (cut short, overlong, a surrogate, or
 * beyond U+10FFFF), and then code is not written */
static inline size_t text_decode(const char *text, size_t length, uint32_t *code) {
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000}; /* by size: below it, a shorter form exists */
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80) {
        *code = byte[0];
        return 1;
    }
    const size_t size = byte[0] < 0xC2 ? 0 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : byte[0] < 0xF5 ? 4 : 0;
    if (size == 0 || size > length) {
        return 0;
    }
    uint32_t value = byte[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xC0U) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte[i] & 0x3FU);
    }
    if (value < lowest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code = value;
    return size;
}

#endif
