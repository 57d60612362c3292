/* One page to look at: what an engine knows, in an HTML file that needs no network.
 *
 * SPDX-License-Identifier: MIT
 *
 * page.html is the template: how it looks, and at its head which views it asks for, and the form of the JSON that goes
 * into it. It is part of the program. */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"
#include "log.h"

enum { PAGE_SENTENCE = 600 };

/* What a page is made of. */
typedef struct page_source {
    cxj_engine *engine;    /* gains views, and has its facets set: those that never occur are taken as not recorded */
    const log_reader *log; /* which texts stand for journeys; NULL: their numbers do */
    const char *title;     /* what it is about, such as the name of the log */
    const char *const *rules; /* of the worklists; none: those of the template */
    size_t rule_count;
    uint64_t rejected; /* rows that were refused */
    bool has_feeds;    /* the facets are set already */
} page_source;

/* Writes the page into a file, which is whole at any moment. sentence receives why it failed, PAGE_SENTENCE bytes. */
bool page_save(const page_source *from, const char *path, char *sentence);

/* The template, as the build takes it from page.html, with a zero behind it. */
extern const unsigned char page_template[];

#endif
