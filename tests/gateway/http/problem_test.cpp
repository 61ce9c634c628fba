#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/http/problem.hpp"

namespace postern::gateway {
namespace {

const RequestContext context{.request_id = "req_test", .trace_id = "", .route = "other"};

struct ProblemCase {
    std::string_view code;
    ErrorKind kind;
    int status;
    std::string_view retry;
    friend void PrintTo(const ProblemCase& c, std::ostream* printed) { *printed << c.code; }
};
class Problem : public testing::TestWithParam<ProblemCase> {};
TEST_P(Problem, SaysStatusAndWhatToDoNext) {
    const auto& [code, kind, status, retry] = GetParam();
    const auto response = problem(context, Error{kind, code});
    const auto body = boost::json::parse(std::string{response.body.view()}).as_object();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(body.at("status").as_int64(), status);
    EXPECT_EQ(body.at("code").as_string(), code);
    EXPECT_EQ(body.at("retry").as_string(), retry);
    EXPECT_EQ(body.at("request_id").as_string(), "req_test");
    EXPECT_EQ(body.at("type").as_string(), "/docs/api.md#" + std::string{code});
    const bool waits = std::ranges::any_of(response.headers, [](const auto& h) { return h.first == "retry-after"; });
    EXPECT_EQ(waits, status >= 500 || retry == "wait" || code == "request_in_progress");
}
constexpr auto invalid = ErrorKind::invalid_request;
INSTANTIATE_TEST_SUITE_P(
    Table, Problem,
    testing::Values(
        ProblemCase{"card_number_refused", invalid, 400, "never"},
        ProblemCase{"idempotency_key_missing", invalid, 400, "never"},
        ProblemCase{"idempotency_key_malformed", invalid, 400, "never"},
        ProblemCase{"idempotency_key_repeated", invalid, 400, "never"},
        ProblemCase{"idempotency_key_reused", invalid, 422, "new_key"},
        ProblemCase{"idempotency_key_expired", ErrorKind::conflict, 410, "never"},
        ProblemCase{"tender_meaning_differs", invalid, 422, "never"},
        ProblemCase{"request_in_progress", ErrorKind::conflict, 409, "same_key"},
        ProblemCase{"precondition_failed", ErrorKind::conflict, 412, "never"},
        ProblemCase{"payment_pending", ErrorKind::conflict, 409, "wait"},
        ProblemCase{"operation_in_progress", ErrorKind::conflict, 409, "wait"},
        ProblemCase{"operation_unresolved", ErrorKind::conflict, 409, "wait"},
        ProblemCase{"api_key_missing", ErrorKind::forbidden, 401, "never"},
        ProblemCase{"bad_api_key", ErrorKind::forbidden, 401, "never"},
        ProblemCase{"unknown_route", ErrorKind::not_found, 404, "never"},
        ProblemCase{"method_not_allowed", invalid, 405, "never"},
        ProblemCase{"wrong_media_type", invalid, 415, "never"}, ProblemCase{"body_too_large", invalid, 413, "never"},
        ProblemCase{"overloaded", ErrorKind::unavailable, 503, "wait"},
        ProblemCase{"draining", ErrorKind::unavailable, 503, "wait"},
        ProblemCase{"not_ready", ErrorKind::unavailable, 503, "wait"},
        ProblemCase{"any_invalid", invalid, 400, "never"}, ProblemCase{"any_absent", ErrorKind::not_found, 404, "never"},
        ProblemCase{"any_conflict", ErrorKind::conflict, 409, "never"},
        ProblemCase{"any_forbidden", ErrorKind::forbidden, 403, "never"},
        ProblemCase{"any_unavailable", ErrorKind::unavailable, 503, "wait"},
        ProblemCase{"any_in_doubt", ErrorKind::outcome_unknown, 504, "same_key"},
        ProblemCase{"any_bug", ErrorKind::internal, 500, "same_key"}),
    [](const auto& test) { return std::string{test.param.code}; });

TEST(ProblemBody, IsTheseBytes) {
    Refusal refusal{Error{ErrorKind::conflict, "amount_exceeds_capturable", "not for callers", "/amount"}};
    refusal.payment_id = "pay_1";
    const auto response = problem(context, refusal);
    EXPECT_EQ(response.body.view(),
              R"({"type":"/docs/api.md#amount_exceeds_capturable","title":"The payment's state forbids this; nothing )"
              R"(was done.","status":409,"code":"amount_exceeds_capturable","retry":"never","request_id":"req_test",)"
              R"("payment_id":"pay_1","errors":[{"field":"/amount","code":"amount_exceeds_capturable"}]})");
}

TEST(ProblemBody, NamesTheRuleThatRefused) {
    const auto response = problem(context, Error{ErrorKind::invalid_request, "tip_exceeds_tolerance", "restaurants", "/tip"});
    const auto body = boost::json::parse(std::string{response.body.view()}).as_object();
    EXPECT_EQ(body.at("status").as_int64(), 422);
    EXPECT_EQ(body.at("rule").as_string(), "restaurants");
    EXPECT_EQ(body.at("errors").at(0).at("field").as_string(), "/tip");
}

TEST(ProblemBody, ListsEveryField) {
    const auto response = problem(context, std::vector<FieldError>{{"/a\"", "required"}, {"/b", "wrong_type"}});
    const auto errors = boost::json::parse(std::string{response.body.view()}).at("errors").as_array();
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(errors[0].at("field").as_string(), "/a\"");
    EXPECT_EQ(errors[1].at("code").as_string(), "wrong_type");
}

TEST(TransportProblem, TellsWhatWasNeverReadFromWhatBroke) {
    const auto unread = transport_problem("req_1", 413, "body_too_large");
    EXPECT_EQ(unread.status, 413);
    EXPECT_NE(unread.body.view().find(R"("retry":"never")"), std::string_view::npos);
    const auto broke = transport_problem("req_1", 500, "internal");
    EXPECT_EQ(broke.status, 500);
    EXPECT_NE(broke.body.view().find(R"("retry":"same_key")"), std::string_view::npos);
}

// All that the server itself refuses, in the shape of every other problem.
class UnreadProblem : public testing::TestWithParam<std::pair<int, std::string>> {};
TEST_P(UnreadProblem, HasTheShapeOfAllOthers) {
    const auto& [status, code] = GetParam();
    const auto unread = transport_problem("req_1", status, code);
    EXPECT_EQ(unread.status, status);
    const auto body = boost::json::parse(std::string{unread.body.view()}).as_object();
    EXPECT_EQ(body.at("status").as_int64(), status);
    EXPECT_EQ(body.at("code").as_string(), code);
    EXPECT_EQ(body.at("request_id").as_string(), "req_1");
    EXPECT_EQ(body.at("type").as_string(), "/docs/api.md#" + code);
    for (const char* member : {"title", "retry"}) EXPECT_FALSE(body.at(member).as_string().empty()) << member;
    const auto told = std::ranges::find(unread.headers, "x-request-id", [](const auto& header) { return header.first; });
    ASSERT_NE(told, unread.headers.end());
    EXPECT_EQ(told->second, "req_1");
}
INSTANTIATE_TEST_SUITE_P(Codes, UnreadProblem, testing::Values(
    std::pair{400, "malformed"}, std::pair{400, "repeated_header"}, std::pair{400, "length_and_chunked"},
    std::pair{400, "host_missing"}, std::pair{413, "body_too_large"}, std::pair{431, "header_too_large"},
    std::pair{431, "too_many_headers"}, std::pair{501, "method_not_implemented"}, std::pair{505, "version_unknown"},
    std::pair{500, "internal"}));

TEST(ProblemDocs, NameEveryCodeThatHasARow) {
    std::ifstream file{POSTERN_SOURCE_DIR "/docs/api.md"};
    std::stringstream text;
    text << file.rdbuf();
    for (const auto code : codes_with_rows()) {
        EXPECT_NE(text.str().find('`' + std::string{code} + '`'), std::string::npos) << code;
    }
}

}  // namespace
}  // namespace postern::gateway
