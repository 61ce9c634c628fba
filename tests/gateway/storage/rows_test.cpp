#include <gtest/gtest.h>

#include <stdexcept>

#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/page_token.hpp"
#include "gateway/storage/row_codec.hpp"

namespace postern::gateway::rows {
namespace {

using Columns = std::vector<std::string>;

TEST(ArrayRows, OneLiteralAColumn) {
    ArrayRows rows{3};
    rows.id("a").number(1).boolean(true);
    rows.text(R"(quote " and \ and ,)").null().boolean(false);
    EXPECT_EQ(rows.take(), (Columns{R"({"a","quote \" and \\ and ,"})", "{1,NULL}", "{t,f}"}));
}

TEST(ArrayRows, NoRowsAreEmptyArrays) { EXPECT_EQ(ArrayRows{2}.take(), (Columns{"{}", "{}"})); }

TEST(ArrayRows, RefusesHalfARow) {
    ArrayRows rows{2};
    rows.number(1);
    EXPECT_THROW(rows.take(), std::logic_error);
}

TEST(ArrayRows, CallersTextHidesLongRunsOfDigits) {
    ArrayRows rows{1};
    rows.text("4111111111111111");
    EXPECT_EQ(rows.take().front().find("111111111111"), std::string::npos);
}

TEST(Reference, ComesBackByteForByte) {
    const domain::ProcessorReference reference{{"AcqRefData", " K 1,2 "}, {"RefNo", "123456789012345"}, {"Empty", ""}};
    const auto text = encode_reference(reference);
    EXPECT_EQ(text.find("123456789012"), std::string::npos);
    EXPECT_EQ(decode_reference(text), reference);
    EXPECT_EQ(encode_reference({}), "");
    EXPECT_TRUE(decode_reference("").empty());
}

TEST(PageToken, ComesBackAndRefusesWhatItDidNotMake) {
    const PagePlace place{Timestamp{std::chrono::microseconds{1'795'000'000'123'456}}, "pay_00000000000samp1eanyxyzabc"};
    EXPECT_EQ(decode_page_token(encode_page_token(place)), place);
    for (const auto* bad : {"", "x", "!!", "0000-0000", "64t3gc1h"}) EXPECT_FALSE(decode_page_token(bad)) << bad;
}

}  // namespace
}  // namespace postern::gateway::rows
