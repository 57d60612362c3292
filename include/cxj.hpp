/* cxj for C++: cxj.h with objects that end what they own, exceptions, std::string_view and ranges.
 *
 * SPDX-License-Identifier: MIT
 *
 * Header only, C++17 and later; link the library as a host in C does. All that cxj.h says holds here, and each
 * description names the function of cxj.h behind it, which has the ranges and units of its parameters, its statuses and
 * its cost. What is different, said once:
 *
 * Errors      are exceptions of type cxj::error, which have the status and the sentence: what a negative status is in
 *             C. Nothing else is thrown but std::bad_alloc, where a vector to be returned finds no memory, and what a
 *             host's own functions throw. Outcomes that are no errors are returned: as a status, in the receipt, as
 *             `incomplete` beside a result, or as an optional without a value.
 * Ownership.  engine, cells and saver end what they own; they can be moved, not copied. A moved-from one is empty:
 *             calls on it are refused. view is a handle to what its engine owns, and can be copied; it, cells and saver
 *             must not outlive their engine, nor cells its view.
 * Threads.    What is const reads, all else writes: any number of threads may call const functions of one engine and of
 *             its views, while nobody calls others.
 * Texts       come as std::string_view; one with 2^31 - 1 bytes or more is refused. Those handed out are views into the
 *             library, which live as long as cxj.h says, and have a NUL behind their last byte.
 * Arrays      come as cxj::span, made of anything contiguous: std::vector, std::array, std::span, { … }. It becomes a
 *             std::span where there is one.
 * Structs     are those of cxj.h under a shorter name. Write `cxj::touchpoint t{};` so that what is not set is zero.
 *             Constants are those of cxj.h.
 * Callbacks   may throw: the library sees a failure, and what was thrown comes out of the call that they served.
 */
#ifndef CXJ_HPP
#define CXJ_HPP

#include "cxj.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cxj {

/* ------------------------------------------------------------------------------------------------------------------
 * Structs, errors, arrays
 * ------------------------------------------------------------------------------------------------------------------ */

using touchpoint = cxj_touchpoint;
using named_touchpoint = cxj_named_touchpoint;
using columns = cxj_columns;
using receipt = cxj_receipt;
using stats = cxj_stats;
using dimension_info = cxj_dimension_info;
using facet_info = cxj_facet_info;
using view_info = cxj_view_info;
using metric_info = cxj_metric_info;
using predictor_info = cxj_predictor_info;
using rule_info = cxj_rule_info;
using metric_value = cxj_value;
using spread = cxj_spread;
using control_limits = cxj_control;
using control_point = cxj_control_point;
using parity = cxj_parity;
using relation = cxj_relation;
using drivers = cxj_drivers;
using journey = cxj_journey;
using occasion = cxj_occasion;
using alert = cxj_alert;
using validation = cxj_validation;

/** How an engine is made: cxj_options with its size set and all else zero. */
struct options : cxj_options {
    /** All defaults. */
    options() noexcept : cxj_options{} {
        size = sizeof(cxj_options);
    }
};

/** A call that failed. */
class error : public std::runtime_error {
  public:
    /** Makes an error.
     * @param status    a negative status
     * @param sentence  why; where the library has none, the status in a few words stands in its place */
    error(cxj_status status, const char *sentence)
        : std::runtime_error(sentence[0] != '\0' ? sentence : cxj_status_text(status)), status_(status) {
    }

    /** CXJ_BAD_FIELD and its like. What went wrong, in a sentence, says what(). */
    cxj_status status() const noexcept {
        return status_;
    }

  private:
    cxj_status status_;
};

/** A call that recorded touchpoints and failed on the way. */
class record_error : public error {
  public:
    /** Makes an error.
     * @param status    a negative status
     * @param sentence  why
     * @param receipt   what became of the touchpoints */
    record_error(cxj_status status, const char *sentence, const cxj_receipt &receipt)
        : error(status, sentence), receipt_(receipt) {
    }

    /** What became of the touchpoints: processed says how many were dealt with, from the first. */
    const cxj_receipt &receipt() const noexcept {
        return receipt_;
    }

  private:
    cxj_receipt receipt_;
};

/** A result, and whether it may lack something that the view lacks (CXJ_INCOMPLETE). */
template <class T> struct answer {
    T value;         /**< what was asked for */
    bool incomplete; /**< the view lacks something, as CXJ_INCOMPLETE says */

    const T &operator*() const noexcept {
        return value;
    }
    const T *operator->() const noexcept {
        return &value;
    }
};

/** An array that somebody else owns: what is passed, or handed out, in one piece. */
template <class T> class span {
  public:
    using value_type = std::remove_const_t<T>;

    /** Nothing. */
    constexpr span() noexcept = default;

    /** An array by its beginning.
     * @param data  the first item; may be nullptr if size is 0
     * @param size  how many */
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size) {
    }

    /** What any container with its items side by side has.
     * @param container  it must live as long as this is used */
    template <class Container, class Data = decltype(std::data(std::declval<Container &>())),
              class = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<Data> (*)[], T (*)[]> &&
                                       !std::is_same_v<std::decay_t<Container>, span>>>
    constexpr span(Container &&container) noexcept : data_(std::data(container)), size_(std::size(container)) {
    }

    /** Items in braces, for a call.
     * @param items  they live until the call ends */
    template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
    constexpr span(std::initializer_list<std::remove_const_t<U>> items) noexcept
        : span(std::data(items), items.size()) {
    }

    constexpr T *data() const noexcept {
        return data_;
    }
    constexpr std::size_t size() const noexcept {
        return size_;
    }
    constexpr bool empty() const noexcept {
        return size_ == 0;
    }
    constexpr T *begin() const noexcept {
        return data_;
    }
    constexpr T *end() const noexcept {
        return data_ + size_;
    }
    constexpr T &operator[](std::size_t index) const noexcept {
        return data_[index];
    }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/** Bytes that somebody else owns: of a container of chars, unsigned chars or std::bytes. */
class bytes {
  public:
    /** Bytes by their beginning.
     * @param data  the first; may be nullptr if size is 0
     * @param size  how many */
    bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {
    }

    /** The bytes in a container.
     * @param container  it must live as long as this is used */
    template <class Container, class Data = decltype(std::data(std::declval<const Container &>())),
              class = std::enable_if_t<sizeof(std::remove_pointer_t<Data>) == 1>>
    bytes(const Container &container) noexcept : data_(std::data(container)), size_(std::size(container)) {
    }

    const void *data() const noexcept {
        return data_;
    }
    std::size_t size() const noexcept {
        return size_;
    }

  private:
    const void *data_;
    std::size_t size_;
};

/** A function of a host that takes bytes: cxj_write without its context; it may throw. */
using writer = std::function<std::int64_t(const void *bytes, std::size_t length)>;

/** A function of a host that gives bytes: cxj_read without its context; it may throw. */
using reader = std::function<std::int64_t(void *bytes, std::size_t capacity)>;

namespace detail {

/* Room for a sentence of a function that reads. */
struct sentence {
    char text[320] = "";
};

inline cxj_status must(cxj_status status, const char *sentence) {
    if (status < 0) throw error(status, sentence);
    return status;
}

/* The sentence is asked for only where there is one, so that a good call costs no other. */
inline cxj_status must(cxj_status status, const cxj_engine *engine) {
    if (status < 0) throw error(status, cxj_message(engine));
    return status;
}

inline std::size_t length(std::string_view text) {
    if (text.size() >= static_cast<std::size_t>(CXJ_ZERO_TERMINATED)) {
        throw error(CXJ_BAD_TEXT, "a text has 2147483647 bytes or more, which none may have");
    }
    return text.size();
}

/* What a catalogue has, by index: Describe is a function that takes an index and room for one. */
template <class Info, class Describe> std::vector<Info> all(Describe describe) {
    std::vector<Info> infos;
    for (std::size_t index = 0;; index++) {
        Info info{};
        cxj_status status = describe(index, &info);
        if (status == CXJ_NOT_FOUND) return infos;
        must(status, "");
        infos.push_back(info);
    }
}

/* Results of unknown number: Call takes capacity, room, and where the number goes. Most fit at once. */
template <class Item, class Call> std::vector<Item> as_many(std::size_t guess, Call call) {
    std::vector<Item> items(guess);
    std::size_t count = 0;
    if (call(items.size(), items.data(), &count) == CXJ_TOO_SMALL) {
        items.resize(count);
        call(items.size(), items.data(), &count);
    }
    items.resize(count);
    return items;
}

/* A host's function on its way through the library, through which no exception may go. */
template <class Function> class passage {
  public:
    explicit passage(Function call) : call_(std::move(call)) {
    }

    void again() {
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    }

    static std::int64_t write(void *context, const void *bytes, std::size_t length) noexcept {
        return static_cast<passage *>(context)->pass(bytes, length);
    }
    static std::int64_t read(void *context, void *bytes, std::size_t capacity) noexcept {
        return static_cast<passage *>(context)->pass(bytes, capacity);
    }

  private:
    template <class Bytes> std::int64_t pass(Bytes bytes, std::size_t size) noexcept {
        try {
            return call_(bytes, size);
        } catch (...) {
            thrown_ = std::current_exception();
            return -1;
        }
    }

    Function call_;
    std::exception_ptr thrown_;
};

} // namespace detail

/** A text as structs of cxj.h have it.
 * @param text  it must live as long as the struct is used */
inline cxj_text text(std::string_view text) {
    return {text.data(), detail::length(text)};
}

/** The parts of a cell's key, in order, each as text: `{"2026-11", "phone"}`, one text, or a container of texts. */
class key {
  public:
    /** The key without parts. */
    key() noexcept = default;

    /** Some parts.
     * @param parts  texts that live as long as the key is used; likewise below */
    key(std::initializer_list<std::string_view> parts) {
        for (std::string_view part : parts) add(part);
    }

    /** One part, or all that a container has.
     * @param parts  a text, or a container of texts */
    template <class Parts, class = std::enable_if_t<!std::is_same_v<std::decay_t<Parts>, key>>>
    key(const Parts &parts) {
        if constexpr (std::is_convertible_v<const Parts &, std::string_view>) {
            add(parts);
        } else {
            for (const auto &part : parts) add(part);
        }
    }

    const cxj_text *data() const noexcept {
        return parts_.data();
    }
    std::size_t size() const noexcept {
        return size_;
    }

  private:
    void add(std::string_view part) {
        if (size_ == parts_.size()) throw error(CXJ_BAD_ARGUMENT, "a key has more parts than that of any view");
        parts_[size_++] = cxj::text(part);
    }

    std::array<cxj_text, 8> parts_{};
    std::size_t size_ = 0;
};

/* ------------------------------------------------------------------------------------------------------------------
 * What needs no engine
 * ------------------------------------------------------------------------------------------------------------------ */

/** cxj_version(): the library's version as one number. That of this header is CXJ_VERSION. */
inline std::uint32_t version() noexcept {
    return cxj_version();
}

/** cxj_version_text(): the library's version as text. */
inline std::string_view version_text() noexcept {
    return cxj_version_text();
}

/** cxj_status_text(): a status in a few words.
 * @param status  any number */
inline std::string_view status_text(cxj_status status) noexcept {
    return cxj_status_text(status);
}

/** cxj_size_of(): the size that the library has for a public struct, 0 for a name that is none.
 * @param name  NUL-terminated */
inline std::size_t size_of(const char *name) noexcept {
    return cxj_size_of(name);
}

/** cxj_facet_describe(), of all facets. */
inline std::vector<facet_info> facets() {
    return detail::all<facet_info>(
        [](std::size_t index, facet_info *info) { return cxj_facet_describe(index, info, sizeof *info); });
}

/** cxj_metric_describe(), of all metrics. */
inline std::vector<metric_info> metrics() {
    return detail::all<metric_info>(
        [](std::size_t index, metric_info *info) { return cxj_metric_describe(index, info, sizeof *info); });
}

/** cxj_predictor_describe(), of all predictors. */
inline std::vector<predictor_info> predictors() {
    return detail::all<predictor_info>(
        [](std::size_t index, predictor_info *info) { return cxj_predictor_describe(index, info, sizeof *info); });
}

/** cxj_metric_find(): the number of a metric; no value if there is none of this name.
 * @param grain  CXJ_GRAIN_TOUCHPOINTS …
 * @param name   its name */
inline std::optional<std::uint32_t> find_metric(std::uint32_t grain, std::string_view name) {
    std::uint32_t metric = 0;
    cxj_status status = cxj_metric_find(grain, name.data(), detail::length(name), &metric);
    if (status == CXJ_NOT_FOUND) return std::nullopt;
    detail::must(status, "");
    return metric;
}

/** cxj_metric_nearest(): the metric that a name may mean which is none; no value if none is near.
 * @param grain  CXJ_GRAIN_TOUCHPOINTS …; 0: any
 * @param name   the name */
inline std::optional<std::uint32_t> nearest_metric(std::uint32_t grain, std::string_view name) {
    std::uint32_t metric = 0;
    cxj_status status = cxj_metric_nearest(grain, name.data(), detail::length(name), &metric);
    if (status == CXJ_NOT_FOUND) return std::nullopt;
    detail::must(status, "");
    return metric;
}

/** cxj_id_from_text() with the public key: the number that a text stands for.
 * @param text  any bytes */
inline std::uint64_t id_from_text(std::string_view text) {
    std::uint64_t id = 0;
    detail::must(cxj_id_from_text(nullptr, text.data(), detail::length(text), &id), "");
    return id;
}

/** cxj_id_check() with the public key: further bits of a text.
 * @param text  any bytes */
inline std::uint64_t id_check(std::string_view text) {
    std::uint64_t check = 0;
    detail::must(cxj_id_check(nullptr, text.data(), detail::length(text), &check), "");
    return check;
}

/** cxj_validate(): checks bytes; what is wrong with them is an error.
 * @param read     gives the bytes, in order; 0: there are no more
 * @param options  of these the allocator, memory_limit and seed are used */
inline validation validate(reader read, const options &options = {}) {
    detail::passage<reader> passage(std::move(read));
    detail::sentence sentence;
    validation found{};
    cxj_status status =
        cxj_validate(&options, passage.read, &passage, sentence.text, sizeof sentence.text, &found, sizeof found);
    passage.again();
    detail::must(status, sentence.text);
    return found;
}

/** cxj_validate_bytes(): checks bytes in memory.
 * @param bytes    the bytes
 * @param options  as of validate() */
inline validation validate_bytes(bytes bytes, const options &options = {}) {
    detail::sentence sentence;
    validation found{};
    detail::must(cxj_validate_bytes(&options, bytes.data(), bytes.size(), sentence.text, sizeof sentence.text, &found,
                                    sizeof found),
                 sentence.text);
    return found;
}

/* ------------------------------------------------------------------------------------------------------------------
 * Cells
 * ------------------------------------------------------------------------------------------------------------------ */

/** The cell at which its range is. It is another once that steps on. */
class cell {
  public:
    /** Made by cells.
     * @param cursor  at this cell */
    explicit cell(cxj_cursor *cursor = nullptr) noexcept : cursor_(cursor) {
    }

    /** cxj_cursor_part(): one part of the key, living until the range steps on or ends; "" for none.
     * @param part  0 to parts - 1 */
    std::string_view part(std::uint32_t part) const {
        const char *text = nullptr;
        std::size_t length = 0;
        must(cxj_cursor_part(cursor_, part, &text, &length), "");
        return {text, length};
    }

    /** cxj_cursor_metrics() of one metric.
     * @param metric  of the view's grain */
    metric_value value(std::uint32_t metric) const {
        metric_value result{};
        values({metric}, {&result, 1});
        return result;
    }

    /** cxj_cursor_metrics().
     * @param metrics  of the view's grain */
    std::vector<metric_value> values(span<const std::uint32_t> metrics) const {
        std::vector<metric_value> results(metrics.size());
        values(metrics, results);
        return results;
    }

    /** cxj_cursor_metrics(), into room that is there.
     * @param metrics  of the view's grain
     * @param results  room for as many */
    void values(span<const std::uint32_t> metrics, span<metric_value> results) const {
        if (results.size() < metrics.size()) throw error(CXJ_TOO_SMALL, "there are more metrics than results");
        detail::sentence sentence;
        must(cxj_cursor_metrics(cursor_, metrics.data(), metrics.size(), sentence.text, sizeof sentence.text,
                                results.data(), sizeof(metric_value)),
             sentence.text);
    }

    /** The cursor, for what cxj.h alone can do. */
    cxj_cursor *handle() const noexcept {
        return cursor_;
    }

  private:
    /* A stale cursor has nothing to show, and a loop would go on with nothing. */
    static void must(cxj_status status, const char *sentence) {
        if (status == CXJ_STALE) throw error(status, "the engine has changed since the cells were asked for");
        detail::must(status, sentence);
    }

    cxj_cursor *cursor_;
};

/** The cells of a view in the order of their keys, to be gone through once: `for (const cxj::cell &cell : view.cells())`.
 * If the engine changes on the way, the next step is an error with the status CXJ_STALE. */
class cells {
  public:
    /** Where a loop stands. */
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = cell;
        using difference_type = std::ptrdiff_t;
        using pointer = const cell *;
        using reference = const cell &;

        /** The end, or the cell at which a range is.
         * @param range  nullptr: the end */
        explicit iterator(cells *range = nullptr) noexcept : range_(range) {
        }

        reference operator*() const noexcept {
            return range_->current_;
        }
        pointer operator->() const noexcept {
            return &range_->current_;
        }
        iterator &operator++() {
            if (!range_->next()) range_ = nullptr;
            return *this;
        }
        void operator++(int) {
            ++*this;
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept {
            return a.range_ == b.range_;
        }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept {
            return a.range_ != b.range_;
        }

      private:
        cells *range_;
    };

    /** cxj_cursor_open(): before the first cell.
     * @param view  the view */
    explicit cells(const cxj_view *view) {
        detail::sentence sentence;
        cxj_cursor *cursor = nullptr;
        incomplete_ = detail::must(cxj_cursor_open(view, sentence.text, sizeof sentence.text, &cursor),
                                   sentence.text) == CXJ_INCOMPLETE;
        cursor_.reset(cursor);
        current_ = cell(cursor);
    }

    /** Whether the view lacks cells, or what sealed journeys have contributed. */
    bool incomplete() const noexcept {
        return incomplete_;
    }

    /** cxj_cursor_next(): steps to the next cell; false if there is none left. */
    bool next() {
        cxj_status status = detail::must(cxj_cursor_next(cursor_.get()), "");
        if (status == CXJ_STALE) throw error(status, "the engine has changed since the cells were asked for");
        return status == CXJ_OK;
    }

    /** The cell at which it is, after next() was true. */
    const cell &current() const noexcept {
        return current_;
    }

    /** Steps to the next cell, and begins a loop there. */
    iterator begin() {
        return next() ? iterator(this) : iterator();
    }

    /** Where a loop ends. */
    iterator end() const noexcept {
        return iterator();
    }

  private:
    struct close {
        void operator()(cxj_cursor *cursor) const noexcept {
            cxj_cursor_close(cursor);
        }
    };

    std::unique_ptr<cxj_cursor, close> cursor_;
    cell current_;
    bool incomplete_ = false;
};

/* ------------------------------------------------------------------------------------------------------------------
 * Views
 * ------------------------------------------------------------------------------------------------------------------ */

/** All cells of a view: result i of metric m at [m * cells + i] of each. */
struct view_columns {
    std::size_t cells = 0;             /**< how many there are */
    std::vector<double> values;        /**< NaN where there is none */
    std::vector<double> lows;          /**< of the intervals; NaN where there is none */
    std::vector<double> highs;         /**< likewise */
    std::vector<std::uint64_t> counts; /**< observations behind each value */
};

/** A part of a view's keys. */
struct view_part {
    std::string_view name;   /**< as the view's text has it */
    std::uint32_t dimension; /**< whose dictionary has its names; 0: a period */
};

/** A control chart. */
struct control {
    control_limits limits;             /**< the centre and the limits */
    std::vector<control_point> points; /**< in order of time */
};

/** The journeys behind a cell. */
struct journeys {
    std::vector<std::uint64_t> numbers; /**< ascending */
    std::uint64_t sealed;               /**< how many more are sealed, and known by number no more */
};

/** A question kept permanently answered: a handle, which is no good once the view is dropped or its engine ends. */
class view {
  public:
    /** A view by its handle of cxj.h.
     * @param handle  nullptr: none; calls are refused */
    explicit view(cxj_view *handle = nullptr) noexcept : view_(handle) {
    }

    /** The view, for what cxj.h alone can do. */
    cxj_view *handle() const noexcept {
        return view_;
    }

    /** cxj_view_describe(): what it is. */
    view_info describe() const {
        view_info info{};
        detail::must(cxj_view_describe(view_, &info, sizeof info), "");
        return info;
    }

    /** Its text, normalised; it lives as long as the view. */
    std::string_view text() const {
        view_info info = describe();
        return {info.text, info.text_length};
    }

    /** cxj_view_part(): what one part of its keys is.
     * @param part  0 to parts - 1 */
    view_part part(std::uint32_t part) const {
        const char *name = nullptr;
        std::uint32_t dimension = 0;
        detail::must(cxj_view_part(view_, part, &name, &dimension), "");
        return {name, dimension};
    }

    /** Its cells in order, to be gone through once. */
    cxj::cells cells() const {
        return cxj::cells(view_);
    }

    /** cxj_view_get() of one metric.
     * @param key     the key's parts as text
     * @param metric  of the view's grain */
    answer<metric_value> value(const key &key, std::uint32_t metric) const {
        return ask<metric_value>(cxj_view_get, key.data(), sizeof(cxj_text), key.size(), &metric, std::size_t{1});
    }

    /** cxj_view_get().
     * @param key      the key's parts as text
     * @param metrics  of the view's grain */
    answer<std::vector<metric_value>> values(const key &key, span<const std::uint32_t> metrics) const {
        std::vector<metric_value> results(metrics.size());
        detail::sentence sentence;
        cxj_status status =
            detail::must(cxj_view_get(view_, key.data(), sizeof(cxj_text), key.size(), metrics.data(), metrics.size(),
                                      sentence.text, sizeof sentence.text, results.data(), sizeof(metric_value)),
                         sentence.text);
        return {std::move(results), status == CXJ_INCOMPLETE};
    }

    /** cxj_view_get() of one metric; no value if nothing contributes to such a cell.
     * @param key     the key's parts as text
     * @param metric  of the view's grain */
    std::optional<answer<metric_value>> find(const key &key, std::uint32_t metric) const {
        try {
            return value(key, metric);
        } catch (const error &failed) {
            if (failed.status() != CXJ_NOT_FOUND) throw;
            return std::nullopt;
        }
    }

    /** cxj_view_read(): metrics of all cells, in the order of cells().
     * @param metrics  of the view's grain */
    answer<view_columns> read(span<const std::uint32_t> metrics) const {
        answer<view_columns> found{{}, false};
        found.value.cells = describe().cells;
        std::size_t size = found.value.cells * metrics.size();
        found.value.values.resize(size);
        found.value.lows.resize(size);
        found.value.highs.resize(size);
        found.value.counts.resize(size);
        detail::sentence sentence;
        found.incomplete =
            detail::must(cxj_view_read(view_, metrics.data(), metrics.size(), found.value.cells, sentence.text,
                                       sizeof sentence.text, found.value.values.data(), found.value.lows.data(),
                                       found.value.highs.data(), found.value.counts.data(), &found.value.cells),
                         sentence.text) == CXJ_INCOMPLETE;
        return found;
    }

    /** cxj_view_read_part(): one part of the keys of all cells, in the order of cells(), as codes.
     * @param part  0 to parts - 1 */
    answer<std::vector<std::int64_t>> read_part(std::uint32_t part) const {
        answer<std::vector<std::int64_t>> found{std::vector<std::int64_t>(describe().cells), false};
        std::size_t cells = 0;
        detail::sentence sentence;
        found.incomplete = detail::must(cxj_view_read_part(view_, part, found.value.size(), sentence.text,
                                                           sizeof sentence.text, found.value.data(), &cells),
                                        sentence.text) == CXJ_INCOMPLETE;
        return found;
    }

    /** cxj_view_spread(): how far a metric depends on where one looks.
     * @param metric  one that compares between cells */
    answer<cxj::spread> spread(std::uint32_t metric) const {
        return ask<cxj::spread>(cxj_view_spread, metric);
    }

    /** cxj_view_control(): whether a metric has changed over time, or just varies.
     * @param key     the key's parts after the period
     * @param metric  no quantile */
    answer<cxj::control> control(const key &key, std::uint32_t metric) const {
        answer<cxj::control> found{{}, false};
        detail::sentence sentence;
        found.value.points =
            detail::as_many<control_point>(32, [&](std::size_t capacity, control_point *points, std::size_t *count) {
                cxj_status status = cxj_view_control(view_, key.data(), sizeof(cxj_text), key.size(), metric, capacity,
                                                     sentence.text, sizeof sentence.text, points, sizeof *points,
                                                     &found.value.limits, sizeof found.value.limits);
                if (status != CXJ_TOO_SMALL) detail::must(status, sentence.text);
                *count = found.value.limits.points;
                found.incomplete = status == CXJ_INCOMPLETE;
                return status;
            });
        return found;
    }

    /** cxj_view_parity(): a metric in two cells, and the difference.
     * @param a       the first cell's key
     * @param b       the second's
     * @param metric  one that compares between cells */
    answer<cxj::parity> parity(const key &a, const key &b, std::uint32_t metric) const {
        if (a.size() != b.size()) throw error(CXJ_BAD_ARGUMENT, "the two keys are of different lengths");
        return ask<cxj::parity>(cxj_view_parity, a.data(), b.data(), sizeof(cxj_text), a.size(), metric);
    }

    /** cxj_view_relation(): how one metric goes with another over the cells.
     * @param first   of the view's grain
     * @param second  likewise */
    answer<cxj::relation> relation(std::uint32_t first, std::uint32_t second) const {
        return ask<cxj::relation>(cxj_view_relation, first, second);
    }

    /** cxj_view_within(): the share of a cell's durations that are at most so long.
     * @param key      the key's parts as text
     * @param metric   a quantile of these durations
     * @param span_ms  how long */
    answer<metric_value> within(const key &key, std::uint32_t metric, std::int64_t span_ms) const {
        return ask<metric_value>(cxj_view_within, key.data(), sizeof(cxj_text), key.size(), metric, span_ms);
    }

    /** cxj_view_journeys(): the journeys behind a cell.
     * @param key  the key's parts as text */
    answer<cxj::journeys> journeys(const key &key) const {
        answer<cxj::journeys> found{{}, false};
        detail::sentence sentence;
        found.value.numbers =
            detail::as_many<std::uint64_t>(64, [&](std::size_t capacity, std::uint64_t *numbers, std::size_t *count) {
                cxj_status status =
                    cxj_view_journeys(view_, key.data(), sizeof(cxj_text), key.size(), capacity, sentence.text,
                                      sizeof sentence.text, numbers, count, &found.value.sealed);
                if (status != CXJ_TOO_SMALL) detail::must(status, sentence.text);
                found.incomplete = status == CXJ_INCOMPLETE;
                return status;
            });
        return found;
    }

    /** cxj_view_drivers(): what weighs in a cell of a view `with drivers`.
     * @param key    the key's parts as text
     * @param model  CXJ_MODEL_SATISFACTION or CXJ_MODEL_CHURN */
    answer<cxj::drivers> drivers(const key &key, std::uint32_t model) const {
        return ask<cxj::drivers>(cxj_view_drivers, key.data(), sizeof(cxj_text), key.size(), model);
    }

  private:
    /* A function of cxj.h that ends with a message, its room, one result and its size. */
    template <class Result, class Function, class... Arguments>
    answer<Result> ask(Function function, Arguments... arguments) const {
        answer<Result> found{{}, false};
        detail::sentence sentence;
        found.incomplete = detail::must(function(view_, arguments..., sentence.text, sizeof sentence.text, &found.value,
                                                 sizeof found.value),
                                        sentence.text) == CXJ_INCOMPLETE;
        return found;
    }

    cxj_view *view_;
};

/* ------------------------------------------------------------------------------------------------------------------
 * Alerts, and incremental saves
 * ------------------------------------------------------------------------------------------------------------------ */

/** The alerts that wait, taken one by one as a loop comes to them: `for (const cxj::alert &alert : engine.alerts())`. What
 * a loop has not come to when it is left still waits. */
class alerts {
  public:
    /** Where a loop stands. */
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = alert;
        using difference_type = std::ptrdiff_t;
        using pointer = const alert *;
        using reference = const alert &;

        /** The end, or the alert at which a range is.
         * @param range  nullptr: the end */
        explicit iterator(alerts *range = nullptr) noexcept : range_(range) {
        }

        reference operator*() const noexcept {
            return range_->current_;
        }
        pointer operator->() const noexcept {
            return &range_->current_;
        }
        iterator &operator++() {
            if (!range_->next()) range_ = nullptr;
            return *this;
        }
        void operator++(int) {
            ++*this;
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept {
            return a.range_ == b.range_;
        }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept {
            return a.range_ != b.range_;
        }

      private:
        alerts *range_;
    };

    /** The alerts of an engine; takes none yet.
     * @param engine  the engine */
    explicit alerts(cxj_engine *engine) noexcept : engine_(engine) {
    }

    /** cxj_alerts() of one: takes the oldest; false if none waits. */
    bool next() {
        std::size_t count = 0;
        detail::must(cxj_alerts(engine_, &current_, sizeof current_, 1, &count), engine_);
        return count == 1;
    }

    /** The alert taken last, after next() was true. */
    const alert &current() const noexcept {
        return current_;
    }

    /** Takes the oldest, and begins a loop there. */
    iterator begin() {
        return next() ? iterator(this) : iterator();
    }

    /** Where a loop ends. */
    iterator end() const noexcept {
        return iterator();
    }

  private:
    cxj_engine *engine_;
    alert current_{};
};

/** An incremental save. If it is destroyed before it is complete, the save is abandoned. */
class saver {
  public:
    /** cxj_saver_open().
     * @param engine  the engine
     * @param write   takes the bytes, during step() */
    saver(cxj_engine *engine, writer write) : passage_(std::make_unique<detail::passage<writer>>(std::move(write))) {
        cxj_saver *opened = nullptr;
        detail::must(cxj_saver_open(engine, passage_->write, passage_.get(), &opened), engine);
        saver_.reset(opened);
    }

    /** cxj_saver_step(): goes on; false once all is written.
     * @param touchpoints  how much to do; 0: 1,000 */
    bool step(std::size_t touchpoints = 0) {
        cxj_status status = cxj_saver_step(saver_.get(), touchpoints);
        if (passage_) passage_->again();
        return detail::must(status, "") == CXJ_OK;
    }

  private:
    struct close {
        void operator()(cxj_saver *opened) const noexcept {
            cxj_saver_close(opened);
        }
    };

    /* It stays where it is when the saver is moved, and goes after what calls it. */
    std::unique_ptr<detail::passage<writer>> passage_;
    std::unique_ptr<cxj_saver, close> saver_;
};

/* ------------------------------------------------------------------------------------------------------------------
 * Engine
 * ------------------------------------------------------------------------------------------------------------------ */

/** A code in use. */
struct code_use {
    std::uint32_t code; /**< of the dimension that was asked for */
    std::uint64_t uses; /**< retained touchpoints that carry it */
};

/** An engine: journeys, dictionaries, views and the clock. */
class engine {
  public:
    /** cxj_engine_create().
     * @param options  how */
    explicit engine(const cxj::options &options = {}) {
        detail::sentence sentence;
        cxj_engine *made = nullptr;
        detail::must(cxj_engine_create(&options, sentence.text, sizeof sentence.text, &made), sentence.text);
        engine_.reset(made);
    }

    /** Takes over an engine of cxj.h, which it ends.
     * @param made  the engine */
    explicit engine(cxj_engine *made) noexcept : engine_(made) {
    }

    /** cxj_load(): the engine that was saved.
     * @param read     gives the bytes, in order; 0: there are no more
     * @param options  how it is made */
    static engine load(reader read, const cxj::options &options = {}) {
        detail::passage<reader> passage(std::move(read));
        detail::sentence sentence;
        cxj_engine *made = nullptr;
        cxj_status status = cxj_load(&options, passage.read, &passage, sentence.text, sizeof sentence.text, &made);
        passage.again();
        detail::must(status, sentence.text);
        return engine(made);
    }

    /** cxj_load_bytes(): the engine that was saved to memory.
     * @param bytes    the bytes
     * @param options  how it is made */
    static engine load_bytes(bytes bytes, const cxj::options &options = {}) {
        detail::sentence sentence;
        cxj_engine *made = nullptr;
        detail::must(cxj_load_bytes(&options, bytes.data(), bytes.size(), sentence.text, sizeof sentence.text, &made),
                     sentence.text);
        return engine(made);
    }

    /** The engine, for what cxj.h alone can do. It stays the object's. */
    cxj_engine *handle() noexcept {
        return engine_.get();
    }

    /** The same, to read. */
    const cxj_engine *handle() const noexcept {
        return engine_.get();
    }

    /** Hands the engine over: who takes it ends it. */
    cxj_engine *release() noexcept {
        return engine_.release();
    }

    /** cxj_message(): why the last call that changes it failed, or why a touchpoint was refused. */
    std::string_view message() const noexcept {
        return cxj_message(handle());
    }

    /** cxj_engine_stats(): what it holds and has done. */
    cxj::stats stats() const {
        cxj::stats found{};
        detail::must(cxj_engine_stats(handle(), &found, sizeof found), "");
        return found;
    }

    /** cxj_set_unrecorded(): which facets the feed cannot carry.
     * @param facets  CXJ_FACET_CONTACT | … */
    void set_unrecorded(std::uint32_t facets) {
        must(cxj_set_unrecorded(handle(), facets));
    }

    /* ---- names -------------------------------------------------------------------------------------------------- */

    /** cxj_dimension_describe(): what a dimension is, and how full its dictionary.
     * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_EXIT */
    dimension_info describe_dimension(std::uint32_t dimension) const {
        dimension_info info{};
        detail::must(cxj_dimension_describe(handle(), dimension, &info, sizeof info), "");
        return info;
    }

    /** cxj_code(): the code of a name, made if the name is new.
     * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
     * @param name       the name */
    std::uint32_t code(std::uint32_t dimension, std::string_view name) {
        std::uint32_t code = 0;
        must(cxj_code(handle(), dimension, name.data(), detail::length(name), &code));
        return code;
    }

    /** cxj_find_code(): the code of a name; no value if it has none.
     * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
     * @param name       the name */
    std::optional<std::uint32_t> find_code(std::uint32_t dimension, std::string_view name) const {
        std::uint32_t code = 0;
        cxj_status status = cxj_find_code(handle(), dimension, name.data(), detail::length(name), &code);
        if (status == CXJ_NOT_FOUND) return std::nullopt;
        detail::must(status, "");
        return code;
    }

    /** cxj_name(): the name of a code.
     * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
     * @param code       0 gives "" */
    std::string_view name(std::uint32_t dimension, std::uint32_t code) const {
        const char *text = nullptr;
        std::size_t length = 0;
        detail::must(cxj_name(handle(), dimension, code, &text, &length), "");
        return {text, length};
    }

    /** cxj_codes(): all codes of a dimension that have a name.
     * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON */
    std::vector<code_use> codes(std::uint32_t dimension) const {
        std::size_t count = 0;
        cxj_status status = cxj_codes(handle(), dimension, 0, nullptr, nullptr, &count);
        if (status != CXJ_TOO_SMALL) detail::must(status, "");
        std::vector<std::uint32_t> codes(count);
        std::vector<std::uint64_t> uses(count);
        detail::must(cxj_codes(handle(), dimension, count, codes.data(), uses.data(), &count), "");
        std::vector<code_use> found;
        found.reserve(count);
        for (std::size_t i = 0; i < count; i++) found.push_back({codes[i], uses[i]});
        return found;
    }

    /** cxj_id_from_text() with the engine's key: the number that a text stands for.
     * @param text  any bytes */
    std::uint64_t id_from_text(std::string_view text) const {
        std::uint64_t id = 0;
        detail::must(cxj_id_from_text(handle(), text.data(), detail::length(text), &id), "");
        return id;
    }

    /** cxj_id_check() with the engine's key: further bits of a text.
     * @param text  any bytes */
    std::uint64_t id_check(std::string_view text) const {
        std::uint64_t check = 0;
        detail::must(cxj_id_check(handle(), text.data(), detail::length(text), &check), "");
        return check;
    }

    /** cxj_facet_counts(): how many touchpoints have each facet, the lowest bit first. */
    answer<std::array<std::uint64_t, 32>> facet_counts() const {
        answer<std::array<std::uint64_t, 32>> found{{}, false};
        found.incomplete = detail::must(cxj_facet_counts(handle(), found.value.data()), "") == CXJ_INCOMPLETE;
        return found;
    }

    /* ---- touchpoints -------------------------------------------------------------------------------------------- */

    /** cxj_record(). Refused and late touchpoints are no error: the receipt counts them, and message() says why the
     * first was. An error is a record_error.
     * @param touchpoints  in any order
     * @param flags        0 or CXJ_STOP_AT_REFUSAL */
    receipt record(span<const touchpoint> touchpoints, std::uint32_t flags = 0) {
        receipt what{};
        return taken(
            cxj_record(handle(), touchpoints.data(), sizeof(touchpoint), touchpoints.size(), flags, &what, sizeof what),
            what);
    }

    /** cxj_record() of one touchpoint.
     * @param one  the touchpoint */
    receipt record(const touchpoint &one) {
        return record(span<const touchpoint>(&one, 1));
    }

    /** cxj_record_columns(), otherwise as record().
     * @param arrays  the columns; their size is set
     * @param count   rows
     * @param flags   0 or CXJ_STOP_AT_REFUSAL */
    receipt record_columns(const columns &arrays, std::size_t count, std::uint32_t flags = 0) {
        receipt what{};
        return taken(cxj_record_columns(handle(), &arrays, count, flags, &what, sizeof what), what);
    }

    /** cxj_record_named(), otherwise as record().
     * @param touchpoints  in any order
     * @param flags        0 or CXJ_STOP_AT_REFUSAL */
    receipt record_named(span<const named_touchpoint> touchpoints, std::uint32_t flags = 0) {
        receipt what{};
        return taken(cxj_record_named(handle(), touchpoints.data(), sizeof(named_touchpoint), touchpoints.size(), flags,
                                      &what, sizeof what),
                     what);
    }

    /** cxj_record_named() of one touchpoint.
     * @param one  the touchpoint */
    receipt record_named(const named_touchpoint &one) {
        return record_named(span<const named_touchpoint>(&one, 1));
    }

    /** Makes an error of what a call refused, for a host that takes no refusal: `engine.require(engine.record(t))`.
     * @param what  the receipt of the last call that recorded
     * @return the receipt, if none was refused or late; else a record_error is thrown, with its first_status */
    const receipt &require(const receipt &what) const {
        if (what.first_status < 0) throw record_error(what.first_status, cxj_message(handle()), what);
        return what;
    }

    /** cxj_withdraw(): takes a touchpoint back.
     * @param number    the journey's number
     * @param id        the touchpoint's id
     * @param revision  of this withdrawal; 0: one more than the one held
     * @return CXJ_OK; CXJ_REFUSED: the revision is not higher than the one held, and nothing changed */
    cxj_status withdraw(std::uint64_t number, std::uint64_t id, std::uint64_t revision = 0) {
        return must(cxj_withdraw(handle(), number, id, revision));
    }

    /** cxj_erase_journey().
     * @param number  its number
     * @return CXJ_OK; CXJ_PARTIALLY_ERASED: it was sealed, and its sums stay */
    cxj_status erase_journey(std::uint64_t number) {
        return must(cxj_erase_journey(handle(), number));
    }

    /** cxj_erase_customer(): erases all journeys that state a customer.
     * @param customer  the customer's number
     * @return how many journeys were erased */
    std::uint64_t erase_customer(std::uint64_t customer) {
        std::uint64_t erased = 0;
        must(cxj_erase_customer(handle(), customer, &erased));
        return erased;
    }

    /** cxj_journey_move(): moves all touchpoints of a journey into another.
     * @param from  the number of the journey that is moved
     * @param to    that of the other, or a new one */
    void move_journey(std::uint64_t from, std::uint64_t to) {
        must(cxj_journey_move(handle(), from, to));
    }

    /** cxj_journey_state(): where a journey stands.
     * @param number  its number */
    cxj::journey journey(std::uint64_t number) const {
        detail::sentence sentence;
        cxj::journey state{};
        detail::must(cxj_journey_state(handle(), number, sentence.text, sizeof sentence.text, &state, sizeof state),
                     sentence.text);
        return state;
    }

    /** cxj_journey_state(); no value if there is no such journey.
     * @param number  its number */
    std::optional<cxj::journey> find_journey(std::uint64_t number) const {
        detail::sentence sentence;
        cxj::journey state{};
        cxj_status status =
            cxj_journey_state(handle(), number, sentence.text, sizeof sentence.text, &state, sizeof state);
        if (status == CXJ_NOT_FOUND) return std::nullopt;
        detail::must(status, sentence.text);
        return state;
    }

    /** cxj_journey_touchpoints(): the touchpoints of a journey in order, then those that are withdrawn.
     * @param number  the journey's number */
    std::vector<touchpoint> touchpoints(std::uint64_t number) const {
        detail::sentence sentence;
        return detail::as_many<touchpoint>(32, [&](std::size_t capacity, touchpoint *room, std::size_t *count) {
            cxj_status status = cxj_journey_touchpoints(handle(), number, capacity, sentence.text, sizeof sentence.text,
                                                        room, sizeof *room, count);
            return status == CXJ_TOO_SMALL ? status : detail::must(status, sentence.text);
        });
    }

    /* ---- views -------------------------------------------------------------------------------------------------- */

    /** cxj_view_add(): adds a view, or finds the one that says the same.
     * @param text  one line, such as "touchpoints by channel per week" */
    view add_view(std::string_view text) {
        cxj_view *added = nullptr;
        must(cxj_view_add(handle(), text.data(), detail::length(text), &added));
        return view(added);
    }

    /** cxj_view_drop(): drops a view and its cells; its handles are no good any more.
     * @param dropped  the view */
    void drop_view(view dropped) {
        must(cxj_view_drop(handle(), dropped.handle()));
    }

    /** cxj_view_at(), of all views, in the order in which they were added. */
    std::vector<view> views() const {
        std::vector<view> found;
        for (cxj_view *at = nullptr;;) {
            cxj_status status = cxj_view_at(handle(), found.size(), &at);
            if (status == CXJ_NOT_FOUND) return found;
            detail::must(status, "");
            found.emplace_back(at);
        }
    }

    /* ---- clock, rules and calendar ------------------------------------------------------------------------------ */

    /** cxj_advance(): moves the clock.
     * @param now  the moment */
    void advance(std::int64_t now) {
        must(cxj_advance(handle(), now));
    }

    /** cxj_rule_add(): adds a rule, which raises alerts.
     * @param text  one line, such as "overdue for 1d"
     * @return its number */
    std::uint32_t add_rule(std::string_view text) {
        std::uint32_t rule = 0;
        must(cxj_rule_add(handle(), text.data(), detail::length(text), &rule));
        return rule;
    }

    /** cxj_rule_drop(): drops a rule, with its alerts that wait.
     * @param rule  its number */
    void drop_rule(std::uint32_t rule) {
        must(cxj_rule_drop(handle(), rule));
    }

    /** cxj_rule_at(), of all rules, in the order in which they were added. */
    std::vector<rule_info> rules() const {
        return detail::all<rule_info>(
            [this](std::size_t index, rule_info *info) { return cxj_rule_at(handle(), index, info, sizeof *info); });
    }

    /** cxj_worklist(): all occasions of a rule that hold now.
     * @param rule  the text of a rule, which need not have been added */
    std::vector<occasion> worklist(std::string_view rule) const {
        detail::sentence sentence;
        std::size_t length = detail::length(rule);
        return detail::as_many<occasion>(64, [&](std::size_t capacity, occasion *room, std::size_t *count) {
            cxj_status status = cxj_worklist(handle(), rule.data(), length, capacity, sentence.text,
                                             sizeof sentence.text, room, sizeof *room, count);
            return status == CXJ_TOO_SMALL ? status : detail::must(status, sentence.text);
        });
    }

    /** The alerts that wait, taken one by one as a loop comes to them. */
    cxj::alerts alerts() noexcept {
        return cxj::alerts(handle());
    }

    /** cxj_alerts(): takes alerts, the oldest first.
     * @param most  how many; more alerts wait for the next call */
    std::vector<alert> take_alerts(std::size_t most) {
        /* What is taken must have its room first. */
        std::vector<alert> taken(static_cast<std::size_t>(std::min<std::uint64_t>(most, stats().alerts)));
        std::size_t count = 0;
        must(cxj_alerts(handle(), taken.data(), sizeof(alert), taken.size(), &count));
        taken.resize(count);
        return taken;
    }

    /** cxj_set_calendar(): gives it a calendar.
     * @param text  the calendar's lines; "" takes it away */
    void set_calendar(std::string_view text) {
        must(cxj_set_calendar(handle(), text.data(), detail::length(text)));
    }

    /** cxj_calendar(): its calendar, living until set_calendar() or until the engine ends; "" if there is none. */
    std::string_view calendar() const {
        const char *text = nullptr;
        std::size_t length = 0;
        detail::must(cxj_calendar(handle(), &text, &length), "");
        return {text, length};
    }

    /* ---- merge, save ---------------------------------------------------------------------------------------------- */

    /** cxj_merge(): merges another engine into this one.
     * @param source  the other, which stays as it is */
    void merge(const engine &source) {
        must(cxj_merge(handle(), source.handle()));
    }

    /** cxj_merge_saved(): merges saved bytes into this engine.
     * @param read  gives the bytes, in order; 0: there are no more */
    void merge_saved(reader read) {
        detail::passage<reader> passage(std::move(read));
        cxj_status status = cxj_merge_saved(handle(), passage.read, &passage);
        passage.again();
        must(status);
    }

    /** cxj_merge_bytes(): merges saved bytes in memory into this engine.
     * @param bytes  the bytes */
    void merge_bytes(bytes bytes) {
        must(cxj_merge_bytes(handle(), bytes.data(), bytes.size()));
    }

    /** cxj_save(): saves it at once.
     * @param write  takes the bytes, in order */
    void save(writer write) const {
        detail::passage<writer> passage(std::move(write));
        detail::sentence sentence;
        cxj_status status = cxj_save(handle(), passage.write, &passage, sentence.text, sizeof sentence.text);
        passage.again();
        detail::must(status, sentence.text);
    }

    /** Saves it to memory, by save(): so it is gone through once. */
    std::vector<std::byte> saved() const {
        std::vector<std::byte> all;
        save([&all](const void *written, std::size_t length) {
            const std::byte *first = static_cast<const std::byte *>(written);
            all.insert(all.end(), first, first + length);
            return static_cast<std::int64_t>(length);
        });
        return all;
    }

    /** cxj_save_bytes(): saves it to room that is there.
     * @param room  where the bytes go
     * @return how many bytes there are; if that is more than the room, none was written */
    std::size_t save_bytes(span<std::byte> room) const {
        detail::sentence sentence;
        std::size_t length = 0;
        cxj_status status =
            cxj_save_bytes(handle(), room.size(), sentence.text, sizeof sentence.text, room.data(), &length);
        if (status != CXJ_TOO_SMALL) detail::must(status, sentence.text);
        return length;
    }

    /** Begins to save incrementally.
     * @param write  takes the bytes, during the steps
     * @return the saver, which must end before the engine */
    saver open_saver(writer write) {
        return saver(handle(), std::move(write));
    }

    /** cxj_set_mark(): gives it a mark, bytes of the host's own that are saved with it.
     * @param mark  at most 65,536; none take the mark away */
    void set_mark(bytes mark) {
        must(cxj_set_mark(handle(), mark.data(), mark.size()));
    }

    /** cxj_mark(): its mark, living until set_mark() or until the engine ends. */
    span<const std::byte> mark() const {
        const void *first = nullptr;
        std::size_t length = 0;
        detail::must(cxj_mark(handle(), &first, &length), "");
        return {static_cast<const std::byte *>(first), length};
    }

  private:
    struct destroy {
        void operator()(cxj_engine *made) const noexcept {
            cxj_engine_destroy(made);
        }
    };

    cxj_status must(cxj_status status) const {
        return detail::must(status, handle());
    }

    const receipt &taken(cxj_status status, const receipt &what) const {
        if (status < 0) throw record_error(status, cxj_message(handle()), what);
        return what;
    }

    std::unique_ptr<cxj_engine, destroy> engine_;
};

} // namespace cxj

#endif
