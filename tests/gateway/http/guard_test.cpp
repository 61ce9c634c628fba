#include <gtest/gtest.h>

#include "gateway/http/guard.hpp"
#include "gateway/http/request_context.hpp"
#include "tests/support/http_request.hpp"

namespace postern::gateway {
namespace {

// Each character percent-encoded.
std::string percent(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
    return out;
}

struct GuardCase {
    std::string name, target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool refused;
    friend void PrintTo(const GuardCase& c, std::ostream* printed) { *printed << c.name; }
};
class Guard : public testing::TestWithParam<GuardCase> {};
TEST_P(Guard, LooksWhereverACallerWrites) {
    const auto& [name, target, headers, body, refused] = GetParam();
    const auto request = test::http_request("POST", target, headers, body);
    EXPECT_EQ(holds_card_number(request), refused);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Guard,
    testing::Values(GuardCase{"clean", "/v1/payments", {{"x-a", "b"}}, R"({"amount":1250})", false},
                    GuardCase{"path", "/v1/payments/4111111111111111", {}, "", true},
                    GuardCase{"query", "/v1/payments?order_reference=4111-1111-1111-1111", {}, "", true},
                    GuardCase{"percent", "/v1/payments?a=" + percent("4111111111111111"), {}, "", true},
                    GuardCase{"percent_twice", "/v1/payments?a=" + percent(percent("4111111111111111")), {}, "", true},
                    GuardCase{"plus_for_space", "/v1/payments?a=4111+1111+1111+1111", {}, "", true},
                    GuardCase{"header", "/", {{"x-note", "card 5555555555554444"}}, "", true},
                    GuardCase{"header_name", "/", {{"4111111111111111", "x"}}, "", true},
                    GuardCase{"percent_in_header", "/", {{"cookie", "n=" + percent("4111111111111111")}}, "", true},
                    GuardCase{"idempotency_key", "/", {{"idempotency-key", "378282246310005"}}, "", true},
                    GuardCase{"traceparent_is_an_id", "/",
                              {{"traceparent", "00-41111111111111114111111111111111-00f067aa0ba902b7-01"}}, "", false},
                    GuardCase{"no_traceparent", "/", {{"traceparent", "00-4111111111111111-01"}}, "", true},
                    GuardCase{"percent_in_body", "/", {}, "card=" + percent("4111111111111111"), true},
                    GuardCase{"two_spaces", "/", {{"x-note", "4111  1111  1111  1111"}}, "", true},
                    GuardCase{"spaced_dashes", "/", {{"x-note", "4111 - 1111 - 1111 - 1111"}}, "", true},
                    GuardCase{"slashes", "/4111/1111/1111/1111", {}, "", true},
                    GuardCase{"underscores", "/", {{"idempotency-key", "a_4111_1111_1111_1111"}}, "", true},
                    GuardCase{"addresses", "/", {{"x-forwarded-for", "41.111.111.11, 111.111.1.1"}}, "", false},
                    GuardCase{"far_apart", "/", {{"x-note", "4111    1111    1111    1111"}}, "", false},
                    GuardCase{"body_text", "/", {}, R"({"order_reference":"4111 1111 1111 1111"})", true},
                    GuardCase{"body_number", "/", {}, R"({"amount":{"amount_minor":4111111111111111}})", true},
                    GuardCase{"body_not_json", "/", {}, "card=4111111111111111", true},
                    GuardCase{"wrong_check_digit", "/", {}, R"({"a":"4111111111111112"})", false}),
    [](const auto& test) { return test.param.name; });

class GuardInTree : public testing::TestWithParam<std::pair<const char*, bool>> {};
TEST_P(GuardInTree, SeesWhatEscapesHid) {
    const auto tree = parse_json(GetParam().first);
    ASSERT_TRUE(tree);
    EXPECT_EQ(holds_card_number(*tree), GetParam().second);
}
INSTANTIATE_TEST_SUITE_P(Table, GuardInTree,
                         testing::Values(std::pair{R"({"a":"\u0034111111111111111"})", true},
                                         std::pair{R"({"\u0034111111111111111":1})", true},
                                         std::pair{R"({"a":[{"b":"4111\u002d1111-1111-1111"}]})", true},
                                         std::pair{R"({"a":"4111%201111%201111%201111"})", true},
                                         std::pair{R"({"a":"4111+1111+1111+1111"})", true},
                                         std::pair{R"({"a":"4111\u00a01111\u20091111\u20131111"})", true},
                                         std::pair{R"({"a":"4111\u200b111111111111"})", true},
                                         std::pair{"{\"a\":\"４１１１１１１１１１１１１１１１\"}", true},
                                         std::pair{"{\"a\":\"٤١١١١١١١١١١١١١١١\"}", true},
                                         std::pair{"{\"a\":\"٤١١١١١١١١١١١١١١٢\"}", false},
                                         std::pair{R"({"a":"4111, 1111, 1111, 1111"})", false},
                                         std::pair{R"({"a":4111111111111111})", true},
                                         std::pair{R"({"a":"4111","b":"111111111111"})", false}));

TEST(GuardInPointer, SeesNamesBehindTheirEscapes) {
    EXPECT_TRUE(pointer_holds_card_number("/a/4111111111111111"));
    EXPECT_TRUE(pointer_holds_card_number("/4111~11111~11111~11111"));
    EXPECT_FALSE(pointer_holds_card_number("/4111~0a~01111"));
}

TEST(GuardWipe, LeavesNothingOfTheRequest) {
    auto request = test::http_request("POST", "/a?4111", {{"x-note", "4111"}}, "4111");
    const char* body = request.body.bytes().data();
    const std::size_t bytes = request.body.size();
    wipe_request(request);
    EXPECT_EQ(std::string(body, bytes), std::string(bytes, '\0'));  // the buffer is still owned, only emptied
    EXPECT_TRUE(request.body.empty());
    EXPECT_TRUE(request.target.empty());
    EXPECT_TRUE(request.headers.empty());
}

struct TraceCase {
    std::string name, header;
    bool taken;
    friend void PrintTo(const TraceCase& c, std::ostream* printed) { *printed << c.name; }
};
class Traceparent : public testing::TestWithParam<TraceCase> {};
TEST_P(Traceparent, IsTakenWholeOrIgnored) { EXPECT_EQ(bool{parse_traceparent(GetParam().header)}, GetParam().taken); }
INSTANTIATE_TEST_SUITE_P(
    Table, Traceparent,
    testing::Values(TraceCase{"standard", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
                    TraceCase{"zero_trace", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
                    TraceCase{"zero_parent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
                    TraceCase{"capitals", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false},
                    TraceCase{"short", "00-4bf92f3577b34da6-00f067aa0ba902b7-01", false}, TraceCase{"empty", "", false}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::gateway
