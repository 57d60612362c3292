/* Words on stderr that several sentences share.
 *
 * SPDX-License-Identifier: MIT */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

enum {
    EXCERPT = 40, /* columns of what is shown of a field or a column's name */
    PATH = 4096   /* a path is shown whole: cut, two of them would look alike */
};

const char words_delimiters[WORDS_DELIMITERS] = {',', ';', '\t', '|'};
const char *const words_delimiter_names[WORDS_DELIMITERS] = {"commas", "semicolons", "tabs", "bars"};

void words_put(const char *text) {
    fputs(text, stderr);
}

void words_quoted(const char *text, size_t length) {
    words_put("\"");
    (void)table_text(stderr, text, length, EXCERPT);
    words_put("\"");
}

void words_path(const char *path) {
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    (void)table_text(stderr, name, strlen(name), PATH);
}

void words_begin(const char *path, uint64_t line) {
    words_put("cxj-report: ");
    words_path(path);
    if (line != 0) {
        fprintf(stderr, ", line %" PRIu64, line);
    }
}

/* An option whose value ends with a text, in quotes where a shell needs them. */
static void put_option(const char *option, const char *before, cxj_text text) {
    bool plain = true;
    for (size_t i = 0; i < text.length; i++) {
        plain &= strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", text.text[i]) != NULL &&
                 text.text[i] != '\0';
    }
    fprintf(stderr, "%s %s%s", option, plain ? "" : "\"", before);
    (void)table_text(stderr, text.text, text.length, EXCERPT);
    words_put(plain ? "" : "\"");
}

void words_map(size_t field, const cxj_text *column) {
    char before[32];
    snprintf(before, sizeof before, "%s=", fields[field].name);
    put_option("--map", before, *column);
}

void words_none(cxj_text text) {
    put_option("--none", "", text);
}

void words_delimiter(char delimiter) {
    if (delimiter == '\t') {
        words_put("--delimiter tab");
    } else {
        fprintf(stderr, "--delimiter \"%c\"", delimiter);
    }
}

void words_orders(unsigned orders) {
    const char *before = "--dates ";
    for (unsigned i = 0; i < VALUES_ORDERS; i++) {
        if ((orders >> i & 1) != 0) {
            fprintf(stderr, "%s%s", before, values_dates_name(i));
            before = " (or ";
        }
    }
    if ((orders & (orders - 1)) != 0) {
        words_put(orders == (1U << VALUES_DMY | 1U << VALUES_MDY) ? ", if the month comes first)" : ")");
    }
}
