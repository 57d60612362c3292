/* One figure of a page: the cells of a view, as JSON and as a plain table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PAGE_FIGURE_H
#define PAGE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis.h"
#include "cxj.h"

enum {
    FIGURE_COLUMNS = 48,
    FIGURE_NAMED = 12, /* metrics of one line of the template */
    FIGURE_ROWS = 60   /* that are written where the template does not say */
};

/* A column of a figure. */
typedef struct figure_column {
    const char *name; /* a metric, or a family within a span: response=4h */
    const char *label;
    int better; /* 1: high is good, -1: low is, 0: neither */
} figure_column;

/* A figure as the template describes it; texts are not owned. */
typedef struct figure {
    const char *id;
    const char *title;
    const char *draw;
    const char *view;
    const char *sort; /* the column by which rows are chosen, the most first; those without any are left out */
    const char
        *needs; /* a column that must have a value that is not 0 somewhere; NULL: none, and what it is in words */
    const char *lacks;
    size_t rows;
    size_t least; /* rows without which there is no figure */
    figure_column columns[FIGURE_COLUMNS];
    size_t column_count;
    bool overflows;                 /* there are more columns than that */
    const char *main[FIGURE_NAMED]; /* the first of these with a value is what the figure is about */
    size_t main_count;
    const char *control[FIGURE_NAMED]; /* with charts over time */
    size_t control_count;
    bool spread;
    bool drivers;
    bool stated; /* without cells of what was never stated */
} figure;

/* Where it is written. */
typedef struct figure_output {
    FILE *json;
    FILE *plain;
    bool comma; /* one was written already */
} figure_output;

/* Writes a text as HTML. */
void figure_text(FILE *out, const char *text, size_t length);

/* Writes a figure of a view. *written says whether it applies: its cells have names, there are enough of them, and they
 * have what it needs and what it is about; else nothing is written, and *stated says whether names are what they have.
 * text  of the view */
cxj_status figure_write(figure_output *out, const figure *made, const cxj_view *view, const char *text, bool *written,
                        bool *stated);

#endif
