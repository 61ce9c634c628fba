#include "gateway/domain/funding.hpp"

#include "gateway/domain/words.hpp"

namespace postern::domain {

constexpr Words<Funding, 4> fundings{{
    {Funding::unknown, "unknown"}, {Funding::credit, "credit"}, {Funding::debit, "debit"}, {Funding::prepaid, "prepaid"},
}};

std::string_view to_text(Funding funding) { return word_of(fundings, funding); }
std::optional<Funding> parse_funding(std::string_view text) { return value_of(fundings, text); }

}  // namespace postern::domain
