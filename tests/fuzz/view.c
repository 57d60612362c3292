/* view: any bytes as the text of a view.
 *
 * A text is refused with a sentence that names the column, and then leaves nothing; or it is taken, and then it is what
 * its description says: its keys can be read and found again, the same text gives the same view, and it makes no
 * difference whether it is added before the touchpoints or after them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../same.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)

/* Of each dimension there are NAMES names, and room for few more, so that long lists of names reach the limit. */
enum { NAMES = 4, CODES = 12, DIMENSIONS = CXJ_DIMENSION_REASON, TOUCHPOINTS = 14 };
static const char *const names[NAMES] = {"a", "b", "premium", "say \"no\""};

static cxj_engine *make(void) {
    const cxj_options options = {.size = sizeof options, .seed = {1, 2}, .codes_limit = CODES};
    cxj_engine *engine;
    MUST(cxj_engine_create(&options, NULL, 0, &engine) == CXJ_OK, "no engine");
    for (uint32_t d = 1; d <= DIMENSIONS; d++) {
        for (uint32_t i = 0; i < NAMES; i++) {
            uint32_t code;
            MUST(cxj_code(engine, d, names[i], CXJ_ZERO_TERMINATED, &code) == CXJ_OK && code == i + 1, "name %s",
                 names[i]);
        }
    }
    return engine;
}

/* Some touchpoints with values in every dimension: two journeys that ended, one that churned, one that is open. */
static void record(cxj_engine *engine) {
    cxj_touchpoint touchpoints[TOUCHPOINTS];
    memset(touchpoints, 0, sizeof touchpoints);
    for (unsigned i = 0; i < TOUCHPOINTS; i++) {
        touchpoints[i] = (cxj_touchpoint){
            .journey = 1 + i % 4,
            .id = i + 1,
            .at = START + HOUR * 700 * (int64_t)(i * i % 11),
            .due = i % 3 ? 0 : START + HOUR * 900 * (int64_t)i,
            .value = i,
            .owner = i % 5,
            .team = (uint16_t)(i * 3 % 5),
            .channel = (uint16_t)(i * i % 5),
            .stage = (uint16_t)(i / 3),
            .activity = (uint16_t)(i % 3),
            .cause = (uint16_t)(i % 4),
            .type = (uint16_t)(i % 4 + 1),
            .segment = (uint16_t)(i / 4),
            .reason = (uint16_t)(i % 2),
            .facets = UINT32_C(1) << i | CXJ_FACET_UPDATE,
            .scale = CXJ_SCALE_CSAT5,
            .score = (uint8_t)(1 + i % 5),
            .scope = (uint8_t)(1 + i % 3),
            .outcome = (uint8_t)(i > 9 && i < 12 ? i - 9 : 0),
        };
    }
    touchpoints[5].facets |= CXJ_FACET_CHURNED;
    MUST(cxj_record(engine, touchpoints, sizeof *touchpoints, TOUCHPOINTS, 0, NULL, 0) == CXJ_OK, "%s",
         cxj_message(engine));
}

/* What a refusal says, and that it leaves neither a view nor a name. */
static void check_refusal(cxj_engine *engine, cxj_status status, size_t size) {
    static const char beginning[] = "view, column ";
    static const char middle[] = ": expected ";
    const char *message = cxj_message(engine);
    cxj_view *view;
    MUST(cxj_view_at(engine, 0, &view) == CXJ_NOT_FOUND, "there is a view after a refusal");
    for (uint32_t d = 1; d <= DIMENSIONS; d++) {
        const char *name;
        MUST(cxj_name(engine, d, NAMES + 1, &name, NULL) == CXJ_NOT_FOUND, "a refusal left the name %s", name);
    }
    if (status == CXJ_LIMIT) {
        MUST(strstr(message, "dictionary") != NULL, "%s", message);
        return;
    }
    if (status == CXJ_NO_CALENDAR) {
        MUST(strstr(message, "calendar") != NULL, "%s", message);
        return;
    }
    MUST(status == CXJ_BAD_TEXT, "%s: %s", cxj_status_text(status), message);
    MUST(strncmp(message, beginning, sizeof beginning - 1) == 0, "%s", message);
    char *rest;
    unsigned long long column = strtoull(message + sizeof beginning - 1, &rest, 10);
    MUST(column >= 1 && column <= size + 1, "column %llu of %zu bytes", column, size);
    MUST(strncmp(rest, middle, sizeof middle - 1) == 0 && rest[sizeof middle - 1] != '\0', "%s", message);
}

/* A description gives the text normalised, which is the same view, and itself when it is read again. */
static void check_text(cxj_engine *engine, const cxj_view *view, size_t size) {
    cxj_view_info info;
    cxj_view *again = NULL;
    MUST(cxj_view_describe(view, &info, sizeof info) == CXJ_OK, "no description");
    MUST(strlen(info.text) == info.text_length && info.text_length <= 3 * size, "%zu bytes of %zu", info.text_length,
         size);
    MUST(cxj_view_add(engine, info.text, info.text_length, &again) == CXJ_OK && again == view,
         "normalised, it is another view: %s", info.text);
    cxj_engine *other = make();
    MUST(cxj_view_add(other, info.text, info.text_length, &again) == CXJ_OK, "normalised, it is none: %s", info.text);
    cxj_view_info twice;
    MUST(cxj_view_describe(again, &twice, sizeof twice) == CXJ_OK, "no description");
    MUST(strcmp(info.text, twice.text) == 0, "normalised twice, [%s] is [%s]", info.text, twice.text);
    cxj_engine_destroy(other);
}

static void check_description(const cxj_view *view) {
    static const char *const grains[] = {"", "touchpoints", "transitions", "journeys"};
    cxj_view_info info;
    const char *name = NULL;
    uint32_t dimension = 0;
    MUST(cxj_view_describe(view, &info, sizeof info) == CXJ_OK, "no description");
    MUST(info.grain >= 1 && info.grain <= 3, "grain %u", (unsigned)info.grain);
    MUST(strncmp(info.text, grains[info.grain], strlen(grains[info.grain])) == 0, "grain %u", (unsigned)info.grain);
    MUST(!info.incomplete && info.has_period <= 1 && info.parts >= info.has_period && info.parts <= 6, "%u parts",
         (unsigned)info.parts);
    for (uint32_t part = 0; part < info.parts; part++) {
        MUST(cxj_view_part(view, part, &name, &dimension) == CXJ_OK, "part %u", (unsigned)part);
        MUST((strcmp(name, "period") == 0) == (info.has_period && part == 0), "part %u is %s", (unsigned)part, name);
        MUST((dimension == 0) == (info.has_period && part == 0) && dimension <= CXJ_DIMENSION_CHURNED, "%s is of %u",
             name, (unsigned)dimension);
        MUST(strcmp(name, "period") == 0 || strcmp(name, "from") == 0 || strcmp(name, "to") == 0 ||
                 strstr(info.text, name) != NULL,
             "part %u is %s", (unsigned)part, name);
    }
    MUST(cxj_view_part(view, info.parts, &name, &dimension) == CXJ_NOT_FOUND, "a part too many");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    cxj_engine *after = make();
    cxj_view *view = NULL;
    cxj_view *again = NULL;
    record(after);
    cxj_status status = cxj_view_add(after, text, size, &view);
    if (status != CXJ_OK) {
        check_refusal(after, status, size);
        cxj_engine_destroy(after);
        return 0;
    }
    MUST(cxj_message(after)[0] == '\0', "%s", cxj_message(after));
    MUST(fuzz_is_text(text, size), "a text that is not UTF-8 was taken");
    MUST(cxj_view_add(after, text, size, &again) == CXJ_OK && again == view, "the same text gives another view");
    MUST(cxj_view_at(after, 1, &again) == CXJ_NOT_FOUND, "there are two views");
    check_description(view);
    check_text(after, view, size);
    fuzz_check_view(view);

    cxj_engine *before = make();
    difference what;
    MUST(cxj_view_add(before, text, size, &again) == CXJ_OK, "%s", cxj_message(before));
    record(before);
    MUST(same_view(view, again, false, &what), "added after and before: %s", what.words);
    MUST(cxj_view_drop(before, again) == CXJ_OK && cxj_view_add(before, text, size, &again) == CXJ_OK, "%s",
         cxj_message(before));
    MUST(same_view(again, view, false, &what), "dropped and added again: %s", what.words);
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
    return 0;
}
