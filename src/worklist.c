/* worklist: rules of a host, what they raise, and what holds of them now. */
#include "engine.h"

cxj_status cxj_rule_add(cxj_engine *engine, const char *text, size_t length, uint32_t *rule) {
    (void)text, (void)length, (void)rule;
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    return cxj__engine_fail(engine, CXJ_LIMIT, "rules are not there yet");
}

cxj_status cxj_rule_drop(cxj_engine *engine, uint32_t rule) {
    (void)rule;
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    return cxj__engine_fail(engine, CXJ_NOT_FOUND, "rules are not there yet");
}

cxj_status cxj_rule_at(const cxj_engine *engine, size_t index, cxj_rule_info *info, size_t info_size) {
    (void)index;
    if (engine == NULL || info == NULL || info_size < CXJ__LEAST_RULE_INFO) return CXJ_BAD_ARGUMENT;
    return CXJ_NOT_FOUND;
}

cxj_status cxj_worklist(const cxj_engine *engine, const char *rule, size_t length, size_t capacity, char *message,
                        size_t message_capacity, cxj_occasion *occasions, size_t occasion_size, size_t *count) {
    (void)length, (void)capacity, (void)occasions, (void)occasion_size;
    if (engine == NULL || rule == NULL || count == NULL) return CXJ_BAD_ARGUMENT;
    return cxj__engine_refuse(message, message_capacity, CXJ_LIMIT, "worklists are not there yet");
}

cxj_status cxj_alerts(cxj_engine *engine, cxj_alert *alerts, size_t alert_size, size_t capacity, size_t *count) {
    (void)alerts, (void)alert_size, (void)capacity;
    if (engine == NULL || count == NULL) return CXJ_BAD_ARGUMENT;
    *count = 0;
    return CXJ_OK;
}
