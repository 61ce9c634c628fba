#pragma once

#include <optional>
#include <string_view>

namespace postern::domain {

// Where a card's money comes from; unknown where no table tells.
enum class Funding { unknown, credit, debit, prepaid };
std::string_view to_text(Funding funding);
std::optional<Funding> parse_funding(std::string_view text);

}  // namespace postern::domain
