#include "vault/front/token_body.hpp"

#include <gtest/gtest.h>

#include "vault/front/problem.hpp"
#include "vault/front/rate_limit.hpp"

namespace postern::vault {
namespace {

struct Body {
    std::string name, json, errors;
};
class TokenBodyRefuses : public testing::TestWithParam<Body> {};

TEST_P(TokenBodyRefuses, NamesTheFields) {
    const auto parsed = parse_token_body(GetParam().json);
    std::string errors;
    if (const auto* found = std::get_if<std::vector<FieldError>>(&parsed))
        for (const auto& [field, code] : *found) errors += (errors.empty() ? "" : " ") + field + ":" + std::string(code);
    EXPECT_EQ(errors, GetParam().errors);
}

const std::string rest = R"("expiry_month":12,"expiry_year":2029)";
INSTANTIATE_TEST_SUITE_P(Table, TokenBodyRefuses, testing::Values(
    Body{"good", R"({"number":"4111111111111111",)" + rest + "}", ""},
    Body{"good_with_space", " { \"number\" : \"4\" , " + rest + " } \r\n", ""},
    Body{"all_fields", R"({"number":"4","security_code":"123","name":"Zoë","address":"1","postal_code":"2",)" + rest + "}", ""},
    Body{"nothing", "", ":malformed_json"},
    Body{"not_an_object", R"(["number"])", ":malformed_json"},
    Body{"cut", R"({"number":"4111111111111111)", ":malformed_json"},
    Body{"two_objects", R"({"number":"4",)" + rest + "}{}", ":malformed_json"},
    Body{"trailing_comma", R"({"number":"4",)" + rest + ",}", ":malformed_json"},
    Body{"single_quotes", "{'number':'4'}", ":malformed_json"},
    Body{"comment", "{/**/}", ":malformed_json"},
    Body{"control_character", "{\"number\":\"4\n\"}", ":malformed_json"},
    Body{"bad_utf8", "{\"name\":\"\xff\"}", ":malformed_json"},
    Body{"overlong_utf8", "{\"name\":\"\xc0\xaf\"}", ":malformed_json"},
    Body{"lone_surrogate", R"({"name":"\ud800"})", ":malformed_json"},
    Body{"nested", R"({"number":{"x":1},)" + rest + "}", ":malformed_json"},
    Body{"empty", "{}", "/number:field_missing /expiry_month:field_missing /expiry_year:field_missing"},
    Body{"number_as_number", R"({"number":4111111111111111,)" + rest + "}", "/number:wrong_type"},
    Body{"null", R"({"number":"4","name":null,)" + rest + "}", "/name:wrong_type"},
    Body{"float_month", R"({"number":"4","expiry_month":12.0,"expiry_year":2029})", "/expiry_month:wrong_type"},
    Body{"exponent_year", R"({"number":"4","expiry_month":12,"expiry_year":2e3})", "/expiry_year:wrong_type"},
    Body{"leading_zero", R"({"number":"4","expiry_month":01,"expiry_year":2029})", "/expiry_month:wrong_type"},
    Body{"text_month", R"({"number":"4","expiry_month":"12","expiry_year":2029})", "/expiry_month:wrong_type"},
    Body{"long_month", R"({"number":"4","expiry_month":4111111111111111,"expiry_year":2029})", "/expiry_month:wrong_type"},
    Body{"repeated", R"({"number":"4","number":"5",)" + rest + "}", "/number:field_repeated"},
    Body{"repeated_by_escape", R"({"number":"4","n\u0075mber":"5",)" + rest + "}", "/number:field_repeated"},
    Body{"unknown_and_not_named", R"({"4111111111111111":"x","number":"4",)" + rest + "}", ":unknown_field"},
    Body{"empty_text", R"({"number":"",)" + rest + "}", "/number:text_not_allowed"},
    Body{"line_break_by_escape", R"({"number":"4","name":"a\nb",)" + rest + "}", "/name:text_not_allowed"},
    Body{"zero_by_escape", R"({"number":"4","name":"a\u0000b",)" + rest + "}", "/name:text_not_allowed"},
    Body{"track2_alone", R"({"track2":";4=2912101?"})", ""},
    Body{"both_tracks_and_a_name", R"({"track1":"%B4^A/B^2912101?","track2":";4=2912101?","name":"Ada"})", ""},
    Body{"track_and_number", R"({"track2":";4=2912101?","number":"4","security_code":"123",)" + rest + "}",
         "/number:field_excluded /expiry_month:field_excluded /expiry_year:field_excluded /security_code:field_excluded"},
    Body{"encrypted", R"({"encrypted":{"format":"MagneSafe","source":"Swiped","block":"AB","key_serial":"90"}})", ""},
    Body{"encrypted_and_track", R"({"track1":"%","encrypted":{"format":"MagneSafe","source":"Swiped","block":"AB","key_serial":"90"}})",
         "/track1:field_excluded"},
    Body{"encrypted_in_part", R"({"encrypted":{"format":"MagneSafe","block":7}})",
         "/encrypted/block:wrong_type /encrypted/source:field_missing /encrypted/key_serial:field_missing"},
    Body{"encrypted_with_more", R"({"encrypted":{"format":"M","source":"S","block":"A","key_serial":"9","pin":"1234"}})", ":unknown_field"},
    Body{"encrypted_as_text", R"({"encrypted":"AB"})",
         "/encrypted:wrong_type /encrypted/format:field_missing /encrypted/source:field_missing /encrypted/block:field_missing "
         "/encrypted/key_serial:field_missing"},
    Body{"format_outside", R"({"number":"4","format":"MagneSafe",)" + rest + "}", ":unknown_field"},
    Body{"object_in_encrypted", R"({"encrypted":{"format":{}}})", ":malformed_json"},
    Body{"all_at_once", R"({"number":1,"name":true,"x":[)" , ":malformed_json"}),
    [](const auto& test) { return test.param.name; });

TEST(TokenBody, UndoesEscapes) {
    const auto parsed = parse_token_body(R"({"number":"\u0034\/","name":"\ud83d\ude00 \"x\"",)" + rest + "}");
    const auto& body = std::get<TokenBody>(parsed);
    EXPECT_EQ(body.number.view(), "4/");
    EXPECT_EQ(body.name.view(), "\xF0\x9F\x98\x80 \"x\"");
    EXPECT_EQ(body.expiry_month, 12);
    EXPECT_EQ(body.expiry_year, 2029);
    EXPECT_TRUE(body.address.empty());
}

TEST(RateLimit, LetsABurstThroughAndRefills) {
    RateLimit limit{2, 3, 10};
    const Instant start{};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.allow("a", start));
    EXPECT_FALSE(limit.allow("a", start));
    EXPECT_TRUE(limit.allow("b", start));
    EXPECT_FALSE(limit.allow("a", start + std::chrono::milliseconds{400}));
    EXPECT_TRUE(limit.allow("a", start + std::chrono::milliseconds{501}));
}

TEST(RateLimit, IsBounded) {
    RateLimit limit{1, 1, 2};
    const Instant start{};
    EXPECT_TRUE(limit.allow("a", start));
    EXPECT_TRUE(limit.allow("b", start));
    EXPECT_FALSE(limit.allow("c", start));
    EXPECT_TRUE(limit.allow("c", start + std::chrono::seconds{1})) << "full buckets are forgotten";
}

TEST(Problem, SaysWhatToDoNext) {
    const auto limited = problem({ErrorKind::unavailable, "rate_limited"}, "req_1");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.body.view(), R"({"type":"/docs/api.md#rate_limited","title":"Too many requests from this caller; )"
        R"(nothing was done.","status":429,"code":"rate_limited","retry":"wait","request_id":"req_1"})");
    const auto field = problem({ErrorKind::invalid_request, "card_number_invalid", {}, "/number"}, "req_2");
    EXPECT_EQ(field.status, 400);
    EXPECT_NE(field.body.view().find(R"("errors":[{"field":"/number","code":"card_number_invalid"}])"), std::string::npos);
}

}  // namespace
}  // namespace postern::vault
