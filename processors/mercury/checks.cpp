#include "processors/mercury/checks.hpp"

#include <algorithm>
#include <array>

#include "processors/mercury/amounts.hpp"
#include "processors/wire/characters.hpp"

namespace postern::mercury {
namespace {

using processors::Mark;
using processors::AvsResult;
using processors::CvvResult;

struct AvsRow {
    std::string_view card_type;  // empty: of any brand that has no row of its own for this letter
    std::string_view letter;
    AvsResult result;
    Mark mark;
};
constexpr std::array avs_rows{
    AvsRow{"VISA", "Y", AvsResult::full_match, Mark::seen},
    AvsRow{"M/C", "Y", AvsResult::full_match, Mark::seen},
    AvsRow{"M/C", "X", AvsResult::full_match, Mark::seen},
    AvsRow{"AMEX", "Y", AvsResult::full_match, Mark::seen},
    AvsRow{"DCVR", "A", AvsResult::full_match, Mark::seen},
    AvsRow{"DCVR", "X", AvsResult::full_match, Mark::seen},
    AvsRow{"DCVR", "Y", AvsResult::not_told, Mark::unknown},  // A being the full match, Y may be less
    AvsRow{"", "N", AvsResult::no_match, Mark::seen},
    AvsRow{"", "A", AvsResult::address_only, Mark::inferred},
    AvsRow{"", "Z", AvsResult::postal_code_only, Mark::inferred},
    AvsRow{"", "W", AvsResult::postal_code_only, Mark::inferred},
    AvsRow{"", "U", AvsResult::unavailable, Mark::inferred},
    AvsRow{"", "R", AvsResult::unavailable, Mark::inferred},  // try again
    AvsRow{"", "S", AvsResult::unavailable, Mark::inferred},  // not supported
    AvsRow{"", "G", AvsResult::unavailable, Mark::inferred},  // issuer abroad
};

struct CvvRow {
    std::string_view letter;
    CvvResult result;
};
constexpr std::array cvv_rows{
    CvvRow{"M", CvvResult::match},         CvvRow{"N", CvvResult::no_match},
    CvvRow{"P", CvvResult::not_processed}, CvvRow{"S", CvvResult::not_on_card},
    CvvRow{"U", CvvResult::issuer_cannot},
};

}  // namespace

AvsResult avs_result(std::string_view card_type, std::string_view letter, const Switches& switches) {
    const auto find = [&](std::string_view brand) {
        return std::ranges::find_if(avs_rows, [&](const AvsRow& row) {
            return processors::wire::equal_ignoring_case(row.card_type, brand) && row.letter == trimmed(letter);
        });
    };
    const auto* row = find(trimmed(card_type));
    if (row == avs_rows.end()) row = find("");
    if (row == avs_rows.end()) return AvsResult::not_told;
    const bool is_assumed = row->mark != Mark::seen;
    return is_assumed && switches.usual_avs_letters == 0 ? AvsResult::not_told : row->result;
}

CvvResult cvv_result(std::string_view letter) {
    const auto* row = std::ranges::find(cvv_rows, trimmed(letter), &CvvRow::letter);
    return row == cvv_rows.end() ? CvvResult::not_told : row->result;
}

}  // namespace postern::mercury
