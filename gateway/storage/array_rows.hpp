#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace postern::gateway::rows {

// Rows on their way to `unnest`: values are added row by row, and leave as one array literal a column, in the order of
// the statement's parameters.
class ArrayRows {
public:
    explicit ArrayRows(std::size_t columns) : literals_(columns) {}

    ArrayRows& id(std::string_view text) { return quoted(text); }    // ours: no run of digits to hide
    ArrayRows& id_or_null(std::string_view text) { return text.empty() ? null() : quoted(text); }
    ArrayRows& text(std::string_view text);                          // callers' and processors': stored_text()
    ArrayRows& number(std::int64_t number);
    ArrayRows& boolean(bool value) { return bare(value ? "t" : "f"); }
    ArrayRows& time(Timestamp time);
    ArrayRows& time(const std::optional<Timestamp>& time) { return time ? this->time(*time) : null(); }
    ArrayRows& milliseconds(const std::optional<std::chrono::milliseconds>& span);
    ArrayRows& null() { return bare("NULL"); }

    bool empty() const { return count_ == 0; }
    // Whole rows only; the object is used up.
    std::vector<std::string> take();

private:
    ArrayRows& quoted(std::string_view text);
    ArrayRows& bare(std::string_view text);
    std::string& next();
    std::vector<std::string> literals_;
    std::size_t count_ = 0;
};

}  // namespace postern::gateway::rows
