#include <gtest/gtest.h>

#include <fmt/format.h>
#include <iostream>

#include "base/card_shape.hpp"
#include "base/id.hpp"
#include "gateway/http/guard.hpp"
#include "gateway/http/request_context.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/seeded_random.hpp"

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
                                         std::pair{R"({"a":"4111, 1111, 1111, 1111"})", true},
                                         std::pair{R"({"a":"4111,1111,1111,1111"})", true},
                                         std::pair{R"({"a":"3782,822463,10005"})", true},
                                         std::pair{R"({"a":[4111,1111,1111,1111]})", false},
                                         std::pair{R"({"a":"4111,1111,1111,1112"})", false},
                                         std::pair{R"({"a":"4111,1111,1111,1111,1111,1111"})", false},
                                         std::pair{R"({"a":"4,111,111,111,111,111"})", false},
                                         std::pair{R"({"a":"1111111111111114"})", true},
                                         std::pair{R"({"a":"500013 642282 873"})", true},
                                         std::pair{R"({"a":"4095 2090 3965 03"})", true},
                                         std::pair{R"({"a":"x91111111111111114"})", false},
                                         std::pair{R"({"a":"NDExMTExMTExMTExMTExMQ=="})", true},
                                         std::pair{R"({"a":"card-NDExMTExMTExMTExMTExMQ"})", true},
                                         std::pair{R"({"a":"eyJudW1iZXIiOiI0MTExIDExMTEgMTExMSAxMTExIn0="})", true},
                                         std::pair{R"({"a":"NDExMTExMTExMTExMTExMg=="})", false},
                                         std::pair{R"({"a":"%4e%44ExMTExMTExMTExMTExMQ"})", true},
                                         std::pair{R"({"a":"{\"b\":\"\\u0034111111111111111\"}"})", true},
                                         std::pair{R"({"a":"{\"b\":\"\\\\u0034\\\\u0031\\\\u0031111111111111\\\\u0031\"}"})", true},
                                         std::pair{R"({"a":"\\u00z4111111111111112"})", false},
                                         std::pair{R"({"a":4111111111111111})", true},
                                         std::pair{R"({"a":"4111","b":"111111111111"})", false}));

// Ordinary texts, many of each kind: how often one is taken for a card, beside how often the plain look for digits alone
// takes it for one. A kind with long runs of digits has its price there; the forms looked through must add little.
struct OrdinaryKind {
    std::string name;
    std::string (*make)(Random&);
    double refused_most;  // of a thousand
    friend void PrintTo(const OrdinaryKind& c, std::ostream* printed) { *printed << c.name; }
};
std::string random_bytes(Random& random, std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    random.fill(bytes);
    return {bytes.begin(), bytes.end()};
}
std::uint64_t random_number(Random& random) {
    std::uint64_t number = 0;
    for (const char c : random_bytes(random, 8)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}
std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}
std::string base64(const std::string& bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) out += alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0) out += alphabet[bits << (6 - held) & 63];
    return out;
}
std::string our_id(Random& random) { return PaymentId::create(Timestamp{std::chrono::seconds{1'790'000'000}}, random).text(); }
std::string uuid(Random& random) {
    const auto text = hex(random_bytes(random, 16));
    return text.substr(0, 8) + "-" + text.substr(8, 4) + "-4" + text.substr(13, 3) + "-" + "89ab"[random_number(random) % 4] + text.substr(17, 3) + "-" + text.substr(20);
}
std::string four_numbers(Random& random) {
    std::string out;
    for (int i = 0; i < 4; ++i) out += (i > 0 ? "," : "") + std::to_string(1000 + random_number(random) % 9000);
    return out;
}
std::string order(Random& random) {
    return fmt::format("{{\"table\":{},\"guest\":\"{}\",\"total\":{}.{:02},\"at\":\"2026-11-{:02}T{:02}:05:11.123Z\",\"id\":\"{}\"}}",
                       random_number(random) % 90, uuid(random).substr(0, 8), random_number(random) % 500,
                       random_number(random) % 100, 1 + random_number(random) % 28, random_number(random) % 24, uuid(random));
}
class OrdinaryText : public testing::TestWithParam<OrdinaryKind> {};
TEST_P(OrdinaryText, IsSeldomTakenForACard) {
    constexpr int texts = 50'000;
    test::SeededRandom random{4};
    int refused = 0, plainly = 0;
    for (int i = 0; i < texts; ++i) {
        const std::string text = GetParam().make(random);
        refused += holds_card_number(test::http_request("POST", "/", {{"x-note", text}}, "")) ? 1 : 0;
        plainly += postern::holds_card_number(text) ? 1 : 0;
    }
    const double of_a_thousand = refused * 1000.0 / texts;
    std::cout << GetParam().name << ": " << of_a_thousand << " of a thousand, by digits alone " << plainly * 1000.0 / texts << '\n';
    EXPECT_LE(of_a_thousand, GetParam().refused_most);
}
INSTANTIATE_TEST_SUITE_P(
    Kinds, OrdinaryText,
    testing::Values(OrdinaryKind{"our_ids", our_id, 0.02}, OrdinaryKind{"uuids", uuid, 0},
                    OrdinaryKind{"digests", [](Random& r) { return hex(random_bytes(r, 32)); }, 3},
                    OrdinaryKind{"random_base64", [](Random& r) { return base64(random_bytes(r, 48)); }, 0.02},
                    OrdinaryKind{"orders_in_base64", [](Random& r) { return base64(order(r)); }, 0.1},
                    OrdinaryKind{"orders", order, 0.1}, OrdinaryKind{"four_numbers", four_numbers, 30},
                    OrdinaryKind{"milliseconds", [](Random& r) { return std::to_string(1'790'000'000'000 + random_number(r) % 100'000'000'000); }, 0.02},
                    OrdinaryKind{"microseconds", [](Random& r) { return std::to_string(1'790'000'000'000'000 + random_number(r) % 100'000'000'000'000); }, 60}),
    [](const auto& test) { return test.param.name; });

TEST(GuardOfUuids, SeesWhatStandsBesideThemOrOnlyLooksLikeOne) {
    const auto refuses = [](const std::string& text) {
        return holds_card_number(test::http_request("POST", "/", {{"x-note", text}}, ""));
    };
    const std::string id = "40000000-0000-4a00-8000-000000000002";
    EXPECT_FALSE(refuses(id));
    EXPECT_FALSE(refuses("order " + id + " " + id));
    EXPECT_TRUE(refuses(id + " 4111-1111-1111-1111"));
    EXPECT_TRUE(refuses("4111 1111 1111 1111, " + id));
    EXPECT_TRUE(refuses("40000000-0000-1000-8000-000000000000")) << "no letter: digits that somebody grouped";
    EXPECT_TRUE(refuses("a4111111-1111-1111-1a")) << "no version, no variant, no length";
    EXPECT_TRUE(refuses("x" + std::string("41111111-1111-1111-9a11-111111111111"))) << "joined to a word";
}

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
