#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "processors/mercury/sandbox/book.hpp"

namespace postern::mercury::sandbox {

// One line of the file, with its line end; `number` counts, not the entry's.
void append_line(const Entry& entry, std::int64_t number, std::string& out);
std::optional<Entry> parse_line(std::string_view line);
// A line between them: how far the clock is ahead.
std::string clock_line(std::chrono::microseconds ahead);
std::optional<std::chrono::microseconds> parse_clock_line(std::string_view line);

// The book as `GET /sandbox/book` shows it. `invoice`: only entries of it; `since`: only numbers above; `totals_only`
// leaves the list of charges out.
struct BookQuery {
    std::string invoice;
    std::int64_t since = 0;
    bool totals_only = false;
    HeldBy held = {};  // when and for how long the issuer holds
};
std::string book_json(const Book& book, const BookQuery& query);

}  // namespace postern::mercury::sandbox
