/* rule: any bytes as the text of a rule.
 *
 * A text is refused with a sentence that names the column, and then leaves nothing; or it is taken, and then its text
 * says the same, its worklist is in order, and what holds of touchpoints that come later is raised exactly where the
 * worklist has it.
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

enum { NAMES = 4, CODES = 12, DIMENSIONS = CXJ_DIMENSION_REASON, TOUCHPOINTS = 24, MOST = 64 };
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
    MUST(cxj_set_calendar(engine, "hours mon-sat 08:00-16:00", CXJ_ZERO_TERMINATED) == CXJ_OK, "calendar");
    MUST(cxj_advance(engine, START + 500 * HOUR) == CXJ_OK, "clock");
    return engine;
}

static void record(cxj_engine *engine) {
    cxj_touchpoint touchpoints[TOUCHPOINTS];
    memset(touchpoints, 0, sizeof touchpoints);
    for (unsigned i = 0; i < TOUCHPOINTS; i++) {
        touchpoints[i] = (cxj_touchpoint){.journey = 1 + i % 5,
                                          .id = i + 1,
                                          .at = START + HOUR * (int64_t)(i * 21),
                                          .due = i % 3 ? 0 : START + HOUR * (int64_t)(i * 30),
                                          .owner = i * 3 % 5,
                                          .team = (uint16_t)(i * i % 5),
                                          .channel = (uint16_t)(i / 3 % 5),
                                          .stage = (uint16_t)(i % 4),
                                          .type = (uint16_t)(i % 5),
                                          .facets = UINT32_C(1) << i % 16,
                                          .scale = i % 4 ? 0 : CXJ_SCALE_CSAT5,
                                          .score = i % 4 ? 0 : (uint8_t)(1 + i % 5),
                                          .scope = i % 4 ? 0 : CXJ_SCOPE_TOUCHPOINT,
                                          .commitment = (uint8_t)(i % 8),
                                          .outcome = (uint8_t)(i == 9)};
    }
    MUST(cxj_record(engine, touchpoints, sizeof *touchpoints, TOUCHPOINTS, 0, NULL, sizeof(cxj_receipt)) == CXJ_OK,
         "%s", cxj_message(engine));
}

static void check_refused(cxj_status status, const char *text, size_t length, const char *sentence, bool reads) {
    bool is_known = status == CXJ_BAD_TEXT || (status == CXJ_LIMIT && !reads);
    MUST(is_known && sentence[0] != '\0', "status %d: %s", (int)status, sentence);
    MUST(fuzz_is_text(sentence, strlen(sentence)), "%s", sentence);
    MUST(status != CXJ_BAD_TEXT || strncmp(sentence, "rule, column ", 13) == 0, "%s", sentence);
    size_t column = status == CXJ_BAD_TEXT ? (size_t)strtoull(sentence + 13, NULL, 10) : 1;
    MUST(column >= 1 && column <= length + 1, "%s", sentence);
    (void)text;
}

static size_t list(const cxj_engine *engine, const char *text, size_t length, cxj_occasion *occasions) {
    char sentence[320];
    size_t count = 0;
    cxj_status status =
        cxj_worklist(engine, text, length, MOST, sentence, sizeof sentence, occasions, sizeof *occasions, &count);
    MUST(status == CXJ_OK, "%s", sentence);
    for (size_t i = 1; i < count; i++) MUST(occasions[i - 1].from <= occasions[i].from, "they are in order");
    return count;
}

/* What was taken: all that holds was raised, and nothing else. */
static void check_taken(cxj_engine *engine, uint32_t rule) {
    cxj_rule_info info;
    cxj_occasion occasions[MOST];
    cxj_alert alerts[MOST];
    size_t raised = 0;
    uint32_t again = 0;
    MUST(cxj_rule_at(engine, 0, &info, sizeof info) == CXJ_OK && info.rule == rule, "it is there");
    MUST(cxj_rule_add(engine, info.text, info.text_length, &again) == CXJ_OK && again == rule, "%s", info.text);
    MUST(list(engine, info.text, info.text_length, occasions) == 0, "nothing holds yet");
    record(engine);
    size_t count = list(engine, info.text, info.text_length, occasions);
    MUST(cxj_alerts(engine, alerts, sizeof *alerts, MOST, &raised) == CXJ_OK && raised == count, "%s", info.text);
    for (size_t i = 0; i < count; i++) {
        MUST(alerts[i].journey == occasions[i].journey && alerts[i].since == occasions[i].since &&
                 alerts[i].from == occasions[i].from && alerts[i].commitment == occasions[i].commitment,
             "%s", info.text);
    }
    MUST(cxj_rule_drop(engine, rule) == CXJ_OK, "it goes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + (size == 0));
    cxj_occasion occasions[MOST];
    char sentence[320];
    uint32_t rule = 0;
    size_t count = 0;
    MUST(text != NULL, "no memory");
    if (size > 0) memcpy(text, data, size);
    cxj_engine *engine = make();
    cxj_status listed =
        cxj_worklist(engine, text, size, MOST, sentence, sizeof sentence, occasions, sizeof *occasions, &count);
    if (listed != CXJ_OK) check_refused(listed, text, size, sentence, true);
    cxj_status status = cxj_rule_add(engine, text, size, &rule);
    MUST(status == listed || status == CXJ_LIMIT, "a worklist takes what can be a rule: %d, %d", (int)status,
         (int)listed);
    if (status == CXJ_OK) {
        check_taken(engine, rule);
    } else {
        cxj_stats stats;
        check_refused(status, text, size, cxj_message(engine), false);
        MUST(cxj_engine_stats(engine, &stats, sizeof stats) == CXJ_OK && stats.rules == 0, "nothing is left");
    }
    cxj_engine_destroy(engine);
    free(text);
    return 0;
}
