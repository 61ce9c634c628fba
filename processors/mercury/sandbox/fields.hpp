#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "processors/mercury/sandbox/request.hpp"

namespace postern::mercury::sandbox {

// What the host finds wrong with the fields of a transaction: its code and text; an empty code: nothing.
struct FieldFault {
    std::string_view code, text;
};
FieldFault check_fields(const Transaction& transaction);

// `SaleByRecordNo` is a Sale on the card of a record; a CardLookup has no code of its own.
std::string base_code(const Transaction& transaction);
bool is_by_record(const Transaction& transaction);
bool asks_for_record(const Transaction& transaction);  // by the word RecordNumberRequested

// `12.34`, exactly two places.
std::optional<std::int64_t> parse_minor(std::string_view text);
std::string minor_text(std::int64_t minor);
std::string batch_number_text(std::int64_t number);  // four digits

// `11/25/2026` or `2026-11-25`, which of the two the host wants is not public: the day's first moment, UTC.
std::optional<Timestamp> parse_day(std::string_view text);

std::string masked_number(std::string_view number);  // 400300XXXXXX6781
std::string_view card_type(std::string_view number);  // VISA, M/C, AMEX, DCVR, …
bool is_test_card(std::string_view number);

}  // namespace postern::mercury::sandbox
