#include <gtest/gtest.h>

#include "gateway/domain/payment.hpp"

namespace postern::domain {
namespace {

// Every enumerator has a word of its own, and the word leads back.
template <class Enum, class Parse>
void expect_round_trip(int count, Parse parse) {
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<Enum>(i);
        EXPECT_EQ(parse(to_text(value)), value) << i;
    }
    EXPECT_EQ(parse(""), std::nullopt);
    EXPECT_EQ(parse("Approved"), std::nullopt);
}

TEST(Words, LeadBack) {
    expect_round_trip<Verb>(10, parse_verb);
    expect_round_trip<OperationStatus>(5, parse_operation_status);
    expect_round_trip<Goal>(2, parse_goal);
    expect_round_trip<DeclineReason>(16, parse_decline_reason);
    expect_round_trip<Standing>(6, parse_standing);
}

}  // namespace
}  // namespace postern::domain
