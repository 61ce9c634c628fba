#include "gateway/http/api.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/crypto/digest.hpp"
#include "base/failpoint.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "gateway/http/etags.hpp"
#include "gateway/http/guard.hpp"
#include "gateway/http/payment_json.hpp"
#include "idempotency/keys/keyed_command.hpp"

namespace postern::gateway {
namespace {

using net::HttpRequest;
using net::HttpResponse;

constexpr std::chrono::milliseconds timeout_default{30'000};
constexpr std::chrono::milliseconds readiness_time_max{2'000};
constexpr std::int64_t timeout_ms_least = 1'000;
constexpr std::int64_t timeout_ms_most = 120'000;

Error invalid(std::string_view code, std::string field = {}) {
    return {ErrorKind::invalid_request, code, {}, std::move(field)};
}

Result<std::chrono::milliseconds> timeout_of(const HttpRequest& request) {
    const std::size_t count = request.count_headers("postern-timeout-ms");
    if (count == 0) return timeout_default;
    const std::string_view text = request.header("postern-timeout-ms");
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failure == std::errc{} && end == text.data() + text.size();
    if (count > 1 || !whole || value < timeout_ms_least || value > timeout_ms_most) return invalid("timeout_out_of_range");
    return std::chrono::milliseconds{value};
}

Result<std::string> key_of(const HttpRequest& request) {
    const std::size_t count = request.count_headers("idempotency-key");
    if (count == 0) return invalid("idempotency_key_missing");
    if (count > 1) return invalid("idempotency_key_repeated");
    return idempotency::parse_key(request.header("idempotency-key"));
}

// Schemes and media types are words in any case (RFC 9110).
bool is_word(std::string_view text, std::string_view lower_case) {
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
    return std::ranges::equal(text, lower_case, same);
}

// The digest of the bearer key; the key itself goes no further.
Result<std::string> key_digest_of(const HttpRequest& request) {
    constexpr std::string_view scheme = "bearer ";
    const std::string_view header = request.header("authorization");
    if (request.count_headers("authorization") != 1 || !is_word(header.substr(0, scheme.size()), scheme)) {
        return Error{ErrorKind::forbidden, "api_key_missing"};
    }
    const std::string_view key = header.substr(scheme.size());
    if (!key.starts_with("sk_")) return Error{ErrorKind::forbidden, "bad_api_key"};
    return crypto::sha256_text(key);
}

// If-None-Match (RFC 9110, 13.1.2): a list of tags, weak ones too, or any.
bool is_known(std::string_view tags, std::int64_t version) {
    if (tags == "*") return true;
    const auto versions = parse_etags(tags, Etags::weak_too);
    return std::ranges::find(versions, version) != versions.end();
}
// If-Match (13.1.1): strong tags only; "any" is no condition, since the payment is there.
std::optional<std::vector<std::int64_t>> versions_of(std::string_view tags) {
    if (tags == "*") return std::nullopt;
    return parse_etags(tags, Etags::strong);
}

bool is_json(const HttpRequest& request) {
    std::string_view type = request.header("content-type");
    type = type.substr(0, type.find(';'));
    type = type.substr(0, type.find_last_not_of(" \t") + 1);
    return request.body.empty() || is_word(type, "application/json");
}

void count_card_number() { ops::count("postern_http_card_numbers_refused_total"); }

HttpResponse text_response(std::string_view type, std::string_view body) {
    HttpResponse response;
    response.headers = {{"content-type", std::string{type}}, {"cache-control", "no-store"}};
    response.body = wiped::Text{body};
    return response;
}
HttpResponse json_response(const RequestContext& context, std::string_view body) {
    auto response = text_response("application/json", body);
    response.headers.emplace_back("x-request-id", context.request_id);
    return response;
}

// What a money-moving call is answered with: the stored bytes, whoever stored them.
HttpResponse stored_response(const RequestContext& context, const Response& result) {
    if (result.answer.body.empty()) {  // a tombstone: the key was used, its answer has been forgotten
        Refusal refusal{Error{ErrorKind::conflict, "idempotency_key_expired"}};
        refusal.payment_id = result.payment_id.text();
        return problem(context, refusal);
    }
    auto response = json_response(context, result.answer.body);
    response.status = result.answer.status;
    response.headers.emplace_back("location", "/v1/payments/" + result.payment_id.text());
    if (result.replayed) response.headers.emplace_back("idempotency-replayed", "true");
    POSTERN_FAILPOINT(K11);
    return response;
}

HttpResponse refused_body(const RequestContext& context, const Refusal& refusal) {
    if (refusal.error.code == "card_number_refused") count_card_number();
    return problem(context, refusal);
}

HttpResponse no_route(const RequestContext& context, const NoRoute& route) {
    if (!route.other_method) return problem(context, Error{ErrorKind::not_found, "unknown_route"});
    auto response = problem(context, invalid("method_not_allowed"));
    response.headers.emplace_back("allow", std::string{route.allow});
    return response;
}

void report(const HttpRequest& request, const RequestContext& context, const HttpResponse& response, Instant now) {
    const std::string status = std::to_string(response.status);
    const auto seconds = std::chrono::duration<double>(now - request.received).count();
    ops::count("postern_http_requests_total", {{"route", context.route}, {"method", request.method}, {"status", status}});
    ops::observe_seconds("postern_http_request_duration_seconds", {{"route", context.route}}, seconds);
    const auto level = response.status >= 500 ? ops::Level::warn : ops::Level::debug;
    ops::log(level, "request", {{"route", context.route}, {"method", request.method}, {"status", status},
                                {"request_id", context.request_id}, {"trace_id", context.trace_id},
                                {"milliseconds", std::to_string(static_cast<std::int64_t>(seconds * 1000))}});
}

// Counts a request for as long as it runs.
class InFlight {
public:
    explicit InFlight(std::atomic<std::size_t>& count) : count_{count}, now_{++count} {}
    ~InFlight() { --count_; }
    InFlight(const InFlight&) = delete;
    std::size_t now() const { return now_; }

private:
    std::atomic<std::size_t>& count_;
    std::size_t now_;
};

}  // namespace

Api::Api(PaymentCalls& payments, Directory& directory, Readiness& readiness, Clock& clock, Random& random,
         ApiOptions options)
    : payments_{payments}, directory_{directory}, readiness_{readiness}, clock_{clock}, random_{random},
      options_{options} {
    ops::describe("postern_http_requests_total", "Requests answered, by route template, method and status.");
    ops::describe("postern_http_request_duration_seconds", "Time from a whole request to its answer.");
    ops::describe("postern_http_card_numbers_refused_total", "Requests refused because a card number stood in them.");
}

Awaitable<HttpResponse> Api::handle(HttpRequest& request) {
    const InFlight in_flight{in_flight_};
    RequestContext context;
    if (holds_card_number(request)) {  // before an id is taken from it, before anything
        wipe_request(request);
        context = make_context(request, clock_.now(), random_);
        count_card_number();
        auto refused = problem(context, invalid("card_number_refused"));
        report(request, context, refused, clock_.instant());
        co_return refused;
    }
    context = make_context(request, clock_.now(), random_);
    if (in_flight.now() > options_.in_flight_max) {
        co_return problem(context, Error{ErrorKind::unavailable, "overloaded"});
    }
    HttpResponse response;
    try {
        response = co_await answer(request, context);
    } catch (const std::exception& bug) {
        ops::error("request failed", {{"request_id", context.request_id}, {"what", bug.what()}});
        response = problem(context, Error{ErrorKind::internal, "internal"});
    }
    report(request, context, response, clock_.instant());
    co_return response;
}

Awaitable<HttpResponse> Api::answer(HttpRequest& request, RequestContext& context) {
    const Routed routed = find_route(request.method, request.path());
    context.route = routed.name;
    if (const auto* none = std::get_if<NoRoute>(&routed.route)) co_return no_route(context, *none);
    if (std::holds_alternative<HealthRoute>(routed.route)) co_return text_response("text/plain", "ok\n");
    if (std::holds_alternative<ReadyRoute>(routed.route)) co_return co_await ready(context);
    if (std::holds_alternative<MetricsRoute>(routed.route)) {
        co_return text_response("text/plain; version=0.0.4", ops::metrics_text());
    }
    if (std::holds_alternative<CreateRoute>(routed.route)) co_return co_await create(request, context);
    if (std::holds_alternative<ListRoute>(routed.route)) co_return co_await list(request, context);
    if (const auto* one = std::get_if<GetRoute>(&routed.route)) co_return co_await get(request, context, *one);
    co_return co_await change(request, context, std::get<ChangeRoute>(routed.route));
}

Awaitable<HttpResponse> Api::ready(const RequestContext& context) {
    if (draining_) co_return problem(context, Error{ErrorKind::unavailable, "draining"});
    const auto status = co_await readiness_.check(clock_.instant() + readiness_time_max);
    if (status) co_return text_response("text/plain", "ready\n");
    ops::warn("not ready", {{"code", std::string{status.error().code}}, {"detail", status.error().detail}});
    co_return problem(context, Error{ErrorKind::unavailable, "not_ready"});
}

Awaitable<HttpResponse> Api::create(const HttpRequest& request, const RequestContext& context) {
    auto call = co_await open_call(request, true);
    if (!call) co_return problem(context, call.error());
    auto command = parse_create(request.body.view());
    if (const auto* refusal = std::get_if<Refusal>(&command)) co_return refused_body(context, *refusal);
    POSTERN_FAILPOINT(K0);
    const auto result = co_await payments_.create(std::move(*call), std::get<NewPaymentInput>(std::move(command)));
    co_return result ? stored_response(context, *result) : problem(context, result.error());
}

Awaitable<HttpResponse> Api::change(const HttpRequest& request, const RequestContext& context, ChangeRoute route) {
    auto call = co_await open_call(request, true);
    if (!call) co_return problem(context, call.error());
    auto command = parse_change(route.request, request.body.view());
    if (const auto* refusal = std::get_if<Refusal>(&command)) co_return refused_body(context, *refusal);
    POSTERN_FAILPOINT(K0);
    const auto result =
        co_await payments_.change(std::move(*call), route.payment_id, std::get<ChangeCommand>(std::move(command)));
    if (result) co_return stored_response(context, *result);
    Refusal refusal{result.error()};
    refusal.payment_id = route.payment_id.text();
    co_return problem(context, refusal);
}

Awaitable<HttpResponse> Api::get(const HttpRequest& request, const RequestContext& context, GetRoute route) {
    auto call = co_await open_call(request, false);
    if (!call) co_return problem(context, call.error());
    const auto view = co_await payments_.get(call->tenant_id, route.payment_id, call->deadline);
    if (!view) co_return problem(context, view.error());
    const std::string tag = '"' + std::to_string(view->payment.version) + '"';
    auto response = json_response(context, payment_json(*view));
    if (is_known(request.header("if-none-match"), view->payment.version)) {
        response.status = 304;
        response.body = {};
    }
    response.headers.emplace_back("etag", tag);
    co_return response;
}

Awaitable<HttpResponse> Api::list(const HttpRequest& request, const RequestContext& context) {
    auto call = co_await open_call(request, false);
    if (!call) co_return problem(context, call.error());
    auto query = parse_list_query(call->tenant_id, request.query());
    if (const auto* refusal = std::get_if<Refusal>(&query)) co_return problem(context, *refusal);
    const auto page = co_await payments_.list(std::get<ListQuery>(std::move(query)), call->deadline);
    co_return page ? json_response(context, page_json(*page)) : problem(context, page.error());
}

Awaitable<Result<CallContext>> Api::open_call(const HttpRequest& request, bool moves_money) {
    const auto digest = key_digest_of(request);
    if (!digest) co_return digest.error();
    const auto timeout = timeout_of(request);
    if (!timeout) co_return timeout.error();
    const Instant deadline = request.received + *timeout;
    auto caller = co_await directory_.authenticate(*digest);
    if (!caller) co_return caller.error();
    std::string key;
    if (moves_money) {
        if (!is_json(request)) co_return invalid("wrong_media_type");
        auto given = key_of(request);
        if (!given) co_return given.error();
        key = std::move(*given);
    }
    CallContext call{std::move(caller->tenant_id), std::move(key), std::string{request.path()}, deadline};
    if (request.count_headers("if-match") > 0) call.if_versions = versions_of(request.header("if-match"));
    co_return call;
}

}  // namespace postern::gateway
