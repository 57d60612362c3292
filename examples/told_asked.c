/* What the report program says on stderr about what it was asked for, where that is no text of a view, or shows nothing.
 *
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "words.h"

enum { NEAR = 3 }; /* so many letters and more are far */

/* ---- Texts that are malformed ---------------------------------------------------------------------------- */

/* The word of a sentence that is nearest to one; empty: none is near. */
static cxj_text nearest_word(const char *sentence, cxj_text to) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    cxj_text nearest = {"", 0};
    size_t least = NEAR < to.length ? NEAR : to.length;
    for (const char *at = sentence + strcspn(sentence, letters); *at != '\0'; at += strcspn(at, letters)) {
        const cxj_text word = {at, strspn(at, letters)};
        const size_t far = fields_distance(word, to);
        if (far < least) {
            least = far;
            nearest = word;
        }
        at += word.length;
    }
    return nearest;
}

void told_word(const char *text, const char *why) {
    static const char before[] = ", column ";
    const char *place = strstr(why, before);
    const char *expected = place == NULL ? NULL : strstr(place, "expected ");
    const size_t at = expected == NULL ? 0 : (size_t)strtoul(place + sizeof before - 1, NULL, 10);
    if (at == 0 || at > strlen(text) || strncmp(expected, "expected no ", 12) == 0) {
        return; /* nothing stands there, or nothing that is misspelt */
    }
    const cxj_text word = {text + at - 1, strcspn(text + at - 1, " \t\r\n,()=\"")};
    const cxj_text nearest = nearest_word(expected, word);
    if (word.length > 0) {
        words_put("; there stands ");
        words_quoted(word.text, word.length);
    }
    if (nearest.length > 0) {
        fprintf(stderr, "; the nearest is %.*s", (int)nearest.length, nearest.text);
    }
}

/* ---- Names in conditions --------------------------------------------------------------------------------- */

void told_before_views(told *at, const cxj_engine *engine) {
    cxj_dimension_info info;
    for (uint32_t i = CXJ_DIMENSION_OWNER; i <= CXJ_DIMENSION_REASON; i++) {
        (void)cxj_dimension_describe(engine, i, &info, sizeof info);
        at->names_before[i] = info.names;
    }
}

void told_after_views(told *at, const cxj_engine *engine) {
    cxj_dimension_info info;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const uint32_t dimension = (uint32_t)fields[i].detail;
        if (fields[i].kind != KIND_CODE) {
            continue;
        }
        (void)cxj_dimension_describe(engine, dimension, &info, sizeof info);
        for (uint64_t code = at->names_before[dimension] + 1; code <= info.names; code++) {
            if (at->awaited_count < TOLD_AWAITED) {
                at->awaited[at->awaited_count++] = (told_awaited){i, (uint32_t)code, false};
            }
        }
    }
}

void told_meet(told *at, const cxj_touchpoint *touchpoint) {
    for (size_t i = 0; i < at->awaited_count; i++) {
        const field_info *field = &fields[at->awaited[i].field];
        const char *member = (const char *)touchpoint + field->offset;
        uint32_t code;
        uint16_t narrow;
        memcpy(&narrow, member, sizeof narrow);
        code = narrow;
        if (field->size == sizeof code) {
            memcpy(&code, member, sizeof code);
        }
        at->awaited[i].met |= code == at->awaited[i].code;
    }
}

/* The name of a dimension that is nearest to one which never occurs; empty: none is near. */
static cxj_text nearest_name(const told *at, const cxj_engine *engine, uint32_t dimension, cxj_text to) {
    enum { MOST = 10000 }; /* names that are looked at */
    cxj_dimension_info info;
    cxj_text nearest = {"", 0};
    size_t least = NEAR < to.length ? NEAR : to.length;
    (void)cxj_dimension_describe(engine, dimension, &info, sizeof info);
    for (uint32_t code = 1; code <= info.names && code <= MOST; code++) {
        cxj_text name;
        if (told_is_awaited(at, dimension, code) ||
            cxj_name(engine, dimension, code, &name.text, &name.length) != CXJ_OK) {
            continue;
        }
        const size_t far = fields_distance(name, to);
        if (far < least) {
            least = far;
            nearest = name;
        }
    }
    return nearest;
}

bool told_is_awaited(const told *at, uint32_t dimension, uint32_t code) {
    for (size_t i = 0; i < at->awaited_count; i++) {
        const told_awaited *each = &at->awaited[i];
        if (fields[each->field].detail == dimension && each->code == code && !each->met) {
            return true;
        }
    }
    return false;
}

static void tell_never(const told *at, const cxj_engine *engine, uint32_t dimension, cxj_text name) {
    cxj_dimension_info info;
    const cxj_text nearest = nearest_name(at, engine, dimension, name);
    (void)cxj_dimension_describe(engine, dimension, &info, sizeof info);
    told_begin(at);
    fprintf(stderr, "%s is never ", info.name);
    words_quoted(name.text, name.length);
    words_put(", which is asked for");
    if (nearest.length > 0) {
        words_put("; the nearest is ");
        words_quoted(nearest.text, nearest.length);
    }
    words_put("\n");
}

void told_awaited_end(const told *at, const cxj_engine *engine) {
    for (size_t i = 0; i < at->awaited_count; i++) {
        const uint32_t dimension = (uint32_t)fields[at->awaited[i].field].detail;
        cxj_text name;
        if (!at->awaited[i].met &&
            cxj_name(engine, dimension, at->awaited[i].code, &name.text, &name.length) == CXJ_OK) {
            tell_never(at, engine, dimension, name);
        }
    }
}

/* Says of names of another engine which are none here. */
static void tell_foreign(const told *at, const cxj_engine *engine, const cxj_engine *other) {
    cxj_dimension_info info;
    for (uint32_t i = CXJ_DIMENSION_OWNER; i <= CXJ_DIMENSION_REASON; i++) {
        (void)cxj_dimension_describe(other, i, &info, sizeof info);
        for (uint32_t code = 1; code <= info.names; code++) {
            cxj_text name;
            uint32_t here;
            if (cxj_name(other, i, code, &name.text, &name.length) == CXJ_OK &&
                cxj_find_code(engine, i, name.text, name.length, &here) == CXJ_NOT_FOUND) {
                tell_never(at, engine, i, name);
            }
        }
    }
}

void told_rules(const told *at, const cxj_engine *engine, const char *const *rules, size_t count) {
    const char *calendar = NULL;
    size_t length = 0;
    uint32_t rule;
    cxj_engine *other = NULL; /* has the names of the rules' conditions alone */
    if (count == 0 || cxj_engine_create(NULL, NULL, 0, &other) != CXJ_OK) {
        return;
    }
    if (cxj_calendar(engine, &calendar, &length) == CXJ_OK && calendar != NULL) {
        (void)cxj_set_calendar(other, calendar, length);
    }
    for (size_t i = 0; i < count; i++) {
        (void)cxj_rule_add(other, rules[i], CXJ_ZERO_TERMINATED, &rule);
    }
    tell_foreign(at, engine, other);
    cxj_engine_destroy(other);
}

/* ---- Options that show nothing --------------------------------------------------------------------------- */

/* Which views a metric needs, for a sentence: in which grains it is, as bits. */
static void put_needed(unsigned grains) {
    static const char *const names[] = {[CXJ_GRAIN_TOUCHPOINTS] = "touchpoints",
                                        [CXJ_GRAIN_TRANSITIONS] = "transitions",
                                        [CXJ_GRAIN_JOURNEYS] = "journeys"};
    const char *before = "no view that is answered is of ";
    for (unsigned grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if ((grains >> grain & 1) != 0) {
            fprintf(stderr, "%s%s", before, names[grain]);
            before = " or ";
        }
    }
    words_put("\n");
}

static void put_nothing(const char *option, const char *value, size_t length) {
    fprintf(stderr, "cxj-report: %s ", option);
    (void)table_text(stderr, value, length, 40);
    words_put(" shows nothing: ");
}

static void tell_analysis(const analysis *asked, cxj_view *const *views, size_t count) {
    static const char *const options[] = {[ANALYSIS_SPREAD] = "--spread",
                                          [ANALYSIS_CONTROL] = "--control",
                                          [ANALYSIS_PARITY] = "--parity",
                                          [ANALYSIS_RELATION] = "--relation",
                                          [ANALYSIS_WITHIN] = "--within"};
    cxj_metric_info first, second;
    cxj_view_info info;
    unsigned grains = 0;
    bool has_grain = false;
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        grains |= (unsigned)analysis_metrics(asked, grain, &first, &second) << grain;
    }
    for (size_t i = 0; i < count; i++) {
        (void)cxj_view_describe(views[i], &info, sizeof info);
        if (analysis_applies(asked, &info)) {
            return;
        }
        has_grain |= (grains >> info.grain & 1) != 0;
    }
    put_nothing(options[asked->kind], asked->text, strlen(asked->text));
    if (!has_grain) {
        put_needed(grains);
    } else if (asked->kind == ANALYSIS_CONTROL) {
        words_put("no such view has a period, as \"touchpoints per month\" has\n");
    } else if (asked->kind == ANALYSIS_PARITY) {
        words_put("no such view has two cells\n");
    } else {
        words_put("a working day is not 24 hours; say m or h\n");
    }
}

static void tell_metric(cxj_text name, cxj_view *const *views, size_t count) {
    cxj_metric_info metric;
    cxj_view_info info;
    unsigned grains = 0;
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        grains |= (unsigned)table_metric(grain, name.text, name.length, &metric) << grain;
    }
    for (size_t i = 0; i < count; i++) {
        (void)cxj_view_describe(views[i], &info, sizeof info);
        if ((grains >> info.grain & 1) != 0) {
            return;
        }
    }
    put_nothing("--metrics", name.text, name.length);
    put_needed(grains);
}

void told_unused(const analyses *asked, const cxj_text *metrics, size_t metric_count, cxj_view *const *views,
                 size_t view_count) {
    for (size_t i = 0; i < asked->count; i++) {
        tell_analysis(&asked->items[i], views, view_count);
    }
    for (size_t i = 0; i < metric_count; i++) {
        tell_metric(metrics[i], views, view_count);
    }
}
