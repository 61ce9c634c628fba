#include "processors/mercury/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.hpp"

namespace postern::mercury::sandbox {
namespace {

class FaultsTest : public testing::Test {
protected:
    int strikes_in(int requests) {
        int count = 0;
        for (int i = 0; i < requests; ++i) count += faults_.strike("Sale", std::to_string(i), 100) ? 1 : 0;
        return count;
    }
    void add(std::string_view json) { faults_.add(*parse_fault(json)); }
    postern::test::SeededRandom random_;
    Faults faults_{random_};
};

TEST_F(FaultsTest, StrikeOnceUnlessToldOtherwise) {
    add(R"({"kind":"cut"})");
    EXPECT_EQ(strikes_in(10), 1);
}
TEST_F(FaultsTest, StrikeAsOftenAsCounted) {
    add(R"({"kind":"cut","count":3})");
    EXPECT_EQ(strikes_in(10), 3);
}
TEST_F(FaultsTest, StrikeARate) {
    add(R"({"kind":"lost_answer","rate":0.25})");
    EXPECT_NEAR(strikes_in(2000), 500, 80);
}
TEST_F(FaultsTest, StrikeTheirVerbOnly) {
    add(R"({"kind":"cut","tran_code":"VoidSale"})");
    EXPECT_EQ(strikes_in(10), 0);
    EXPECT_TRUE(faults_.strike("VoidSale", "x", 100));
}
TEST_F(FaultsTest, AmountsStrikeAnInvoiceOnce) {
    EXPECT_EQ(faults_.strike("Sale", "A", 6161)->kind, FaultKind::lost_answer);
    EXPECT_FALSE(faults_.strike("Sale", "A", 6161));
    EXPECT_TRUE(faults_.strike("Sale", "B", 6161));
    EXPECT_FALSE(faults_.strike("Sale", "C", 6160));
}
TEST(ParseFault, RefusesWhatItDoesNotKnow) {
    for (const char* text : {"", "[]", "{}", R"({"kind":"other"})", R"({"kind":"cut","count":0})",
                             R"({"kind":"cut","rate":1.5})", R"({"kind":"cut","rate":"x"})",
                             R"({"kind":"cut","delay_ms":-1})", R"({"kind":"echo_card","form":"other"})",
                             R"({"kind":"truncated","bytes":0})", R"({"kind":"oversized","bytes":100000000})",
                             R"({"kind":"late_answer","until":"noon"})", R"({"kind":"cut","until":"undo"})"})
        EXPECT_FALSE(parse_fault(text)) << text;
    const auto fault = parse_fault(R"({"kind":"echo_card","form":"base64+1","delay_ms":5,"count":2})");
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->form, "base64+1");
    EXPECT_EQ(fault->delay, std::chrono::milliseconds(5));
}
TEST(FaultKinds, HaveNamesThatReadBack) {
    for (int i = 0; i <= static_cast<int>(FaultKind::echo_card); ++i) {
        const auto kind = static_cast<FaultKind>(i);
        EXPECT_EQ(parse_fault_kind(to_text(kind)), kind);
    }
}

}  // namespace
}  // namespace postern::mercury::sandbox
