// A tiny host in C++, as somebody else would build it against an installed cxj: the header is plain C, and valid C++.
//
// SPDX-License-Identifier: MIT
#include <cxj.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Destroy {
    void operator()(cxj_engine *engine) const { cxj_engine_destroy(engine); }
};

void must(cxj_status status, const cxj_engine *engine = nullptr) {
    if (status != CXJ_OK) {
        throw std::runtime_error(std::string(cxj_status_text(status)) + ": " + cxj_message(engine));
    }
}

} // namespace

int main() try {
    cxj_engine *made = nullptr;
    must(cxj_engine_create(nullptr, nullptr, 0, &made));
    const std::unique_ptr<cxj_engine, Destroy> engine(made);

    cxj_view *view = nullptr;
    must(cxj_view_add(engine.get(), "touchpoints by channel", CXJ_ZERO_TERMINATED, &view), engine.get());
    std::uint32_t phone = 0;
    must(cxj_code(engine.get(), CXJ_DIMENSION_CHANNEL, "phone", CXJ_ZERO_TERMINATED, &phone), engine.get());

    std::vector<cxj_touchpoint> touchpoints(4);
    std::uint8_t score = 2;
    for (cxj_touchpoint &touchpoint : touchpoints) {
        touchpoint.journey = 1;
        touchpoint.at = 1000 * score;
        touchpoint.channel = static_cast<std::uint16_t>(phone);
        touchpoint.facets = CXJ_FACET_INBOUND;
        touchpoint.scale = CXJ_SCALE_CSAT5;
        touchpoint.score = score++;
        touchpoint.scope = CXJ_SCOPE_TOUCHPOINT;
    }
    must(cxj_record(engine.get(), touchpoints.data(), sizeof(cxj_touchpoint), touchpoints.size(), 0, nullptr,
                    sizeof(cxj_receipt)),
         engine.get());

    std::uint32_t csat = 0;
    must(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "csat", CXJ_ZERO_TERMINATED, &csat));
    cxj_cursor *cursor = nullptr;
    must(cxj_cursor_open(view, NULL, 0, &cursor));
    must(cxj_cursor_next(cursor));
    const char *channel = nullptr;
    must(cxj_cursor_part(cursor, 0, &channel, nullptr));
    const std::string name = channel;
    cxj_value result{};
    must(cxj_cursor_metrics(cursor, &csat, 1, NULL, 0, &result, sizeof result));
    cxj_cursor_close(cursor);

    std::cout << name << ": csat " << result.value << " of " << result.n << '\n';
    return name == "phone" && std::fabs(result.value - 0.5) < 1e-12 && result.n == 4 ? 0 : 1;
} catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
