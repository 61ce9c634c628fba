#include "vault/front/token_api.hpp"

#include <algorithm>

#include "base/crypto/digest.hpp"
#include "base/id.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "vault/contract/browser_origin.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"
#include "vault/front/problem.hpp"
#include "vault/front/token_body.hpp"
#include "vault/sealed/card_frame.hpp"

namespace postern::vault {

namespace asio = boost::asio;

struct TokenApi::Call {
    std::string request_id;
    std::string peer;
    std::string key_digest = {};  // raw SHA-256
    std::string browser_origin = {};
};

namespace {

constexpr std::string_view tokens_path = "/v1/tokens";

// "Bearer pk_<52 base32 characters>", exactly once: its digest, or nothing.
std::optional<std::string> key_digest(const net::HttpRequest& request) {
    constexpr std::string_view prefix = "Bearer pk_";
    constexpr std::size_t characters = 52;
    const auto value = request.header("authorization");
    if (request.count_headers("authorization") != 1 || !value.starts_with(prefix)) return std::nullopt;
    if (value.size() != prefix.size() + characters) return std::nullopt;
    const auto digest = crypto::sha256(value.substr(std::string_view("Bearer ").size()));
    return std::string(digest.begin(), digest.end());
}

net::HttpResponse json(int status, std::string_view body) {
    net::HttpResponse response;
    response.status = status;
    response.headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}};
    response.body = wiped::Text{body};
    return response;
}

net::HttpResponse text(int status, std::string_view type, std::string_view body) {
    net::HttpResponse response;
    response.status = status;
    response.headers = {{"content-type", std::string(type)}, {"cache-control", "no-store"}};
    response.body = wiped::Text{body};
    return response;
}

// Every value is one of ours (digits, brand names): nothing needs an escape. Of an encrypted card no digit is known.
std::string card_json(const v1::TokenSummary& card) {
    const std::string known = "\"brand\":\"" + card.brand() + "\",\"entry\":\"" + card.entry() + "\"";
    if (card.bin6().empty()) return "{" + known + "}";
    return "{\"bin6\":\"" + card.bin6() + "\",\"last4\":\"" + card.last4() + "\"," + known +
           ",\"expiry_month\":" + std::to_string(card.expiry_month()) +
           ",\"expiry_year\":" + std::to_string(card.expiry_year()) + "}";
}

std::string token_json(const std::string& token, const v1::TokenSummary& card) {
    return "{\"token\":\"" + token + "\",\"card\":" + card_json(card) + "}";
}

sealed::CardFields fields_of(const TokenBody& body) {
    return {body.expiry_month, body.expiry_year, body.number.view(), body.security_code.view(),
            body.name.view(),  body.address.view(), body.postal_code.view(), body.track1.view(), body.track2.view(),
            {body.encrypted_format.view(), body.encrypted_source.view(), body.encrypted_block.view(),
             body.encrypted_key_serial.view()}};
}

void count_answer(const net::HttpRequest& request, int status) {
    const auto path = request.path();
    const std::string route = path.starts_with(tokens_path) ? "tokens" : path.size() <= 8 ? std::string(path) : "other";
    const bool known = route == "tokens" || route == "/healthz" || route == "/readyz" || route == "/metrics";
    ops::count("postern_vault_requests_total",
               {{"route", known ? route : "other"}, {"method", request.method}, {"status", std::to_string(status)}});
}

}  // namespace

asio::awaitable<net::HttpResponse> TokenApi::handle(net::HttpRequest& request) {
    Call call{RequestId::create(clock_.now(), random_).text(), request.peer_address};
    const auto request_id = call.request_id;
    const auto path = request.path();
    net::HttpResponse response;
    if (path == "/healthz") response = text(200, "text/plain", "ok\n");
    else if (path == "/metrics") response = text(200, "text/plain; version=0.0.4", ops::metrics_text());
    else if (path == "/readyz") response = co_await ready(std::move(call));
    else if (path == tokens_path || path.starts_with("/v1/tokens/")) response = co_await from_page(request, std::move(call));
    else response = problem({ErrorKind::not_found, "unknown_route"}, request_id);
    response.headers.emplace_back("postern-request-id", request_id);
    count_answer(request, response.status);
    co_return response;
}

// A browser names its page's origin and lets the page read only what is answered for it. Callers that are no browser
// name none.
TokenApi::Answer TokenApi::from_page(net::HttpRequest& request, Call call) {
    if (request.count_headers("origin") == 0) co_return co_await tokens(request, std::move(call));
    const std::string origin{request.header("origin")};
    const bool could_be_listed = request.count_headers("origin") == 1 && is_browser_origin(origin);
    if (!could_be_listed) co_return problem({ErrorKind::forbidden, "origin_not_allowed"}, call.request_id);
    call.browser_origin = origin;
    const bool asks_first = request.method == "OPTIONS";
    auto response = co_await (asks_first ? preflight(std::move(call)) : tokens(request, std::move(call)));
    response.headers.emplace_back("vary", "origin");
    if (response.status == 403) co_return response;  // another page's: it may not even read why
    response.headers.emplace_back("access-control-allow-origin", origin);
    response.headers.emplace_back("access-control-expose-headers", "location, postern-request-id, retry-after");
    co_return response;
}

TokenApi::Answer TokenApi::preflight(Call call) {
    if (!callers_.allow(call.peer, clock_.instant()))
        co_return problem({ErrorKind::unavailable, "rate_limited"}, call.request_id);
    v1::FrontRequest message;
    message.mutable_preflight()->set_browser_origin(call.browser_origin);
    auto reply = co_await ask(message, {});
    if (!reply) co_return problem(reply.error(), call.request_id);
    net::HttpResponse response;
    response.status = 204;
    response.headers = {{"access-control-allow-methods", "POST, GET, DELETE"},
                        {"access-control-allow-headers", "authorization, content-type"},
                        {"access-control-max-age", "600"}};
    co_return response;
}

TokenApi::Answer TokenApi::tokens(net::HttpRequest& request, Call call) {
    const auto digest = key_digest(request);
    // Without a key the address is what is limited, so that guessing keys is slow.
    if (!callers_.allow(digest ? *digest : call.peer, clock_.instant()))
        co_return problem({ErrorKind::unavailable, "rate_limited"}, call.request_id);
    if (!digest) co_return problem({ErrorKind::forbidden, "caller_key_missing"}, call.request_id);
    call.key_digest = *digest;
    const bool collection = request.path() == tokens_path;
    const auto token = collection ? std::string_view{} : request.path().substr(tokens_path.size() + 1);
    if (collection && request.method == "POST") co_return co_await create(request, std::move(call));
    if (!collection && request.method == "GET") co_return co_await read(token, std::move(call));
    if (!collection && request.method == "DELETE") co_return co_await remove(token, std::move(call));
    auto refusal = problem({ErrorKind::invalid_request, "method_not_allowed"}, call.request_id);
    refusal.headers.emplace_back("allow", collection ? "POST" : "GET, DELETE");
    co_return refusal;
}

TokenApi::Answer TokenApi::create(net::HttpRequest& request, Call call) {
    const auto parsed = parse_token_body(request.body.view());
    if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed)) {
        const bool malformed = errors->front().code == "malformed_json";
        const std::string_view code = malformed ? "malformed_json" : "invalid_fields";
        co_return problem({ErrorKind::invalid_request, code}, call.request_id,
                          malformed ? std::vector<FieldError>{} : *errors);
    }
    wiped::Bytes secret;
    if (const auto encoded = sealed::encode_card_frame(fields_of(std::get<TokenBody>(parsed)), secret); !encoded)
        co_return problem(encoded.error(), call.request_id);
    v1::FrontRequest message;
    message.mutable_tokenize()->set_caller_key(call.key_digest);
    message.mutable_tokenize()->set_request_id(call.request_id);
    message.mutable_tokenize()->set_origin(call.peer);
    message.mutable_tokenize()->set_browser_origin(call.browser_origin);
    auto reply = co_await ask(message, std::move(secret));
    if (!reply) co_return problem(reply.error(), call.request_id);
    const auto& made = reply->token_made();
    auto response = json(201, token_json(made.token(), made.summary()));
    response.headers.emplace_back("location", std::string(tokens_path) + "/" + made.token());
    co_return response;
}

TokenApi::Answer TokenApi::read(std::string_view token, Call call) {
    const auto id = CardToken::parse(token);  // whatever else stands in the path stays here
    if (!id) co_return problem({ErrorKind::not_found, "token_not_found"}, call.request_id);
    v1::FrontRequest message;
    message.mutable_read_token()->set_caller_key(call.key_digest);
    message.mutable_read_token()->set_token(id->text());
    message.mutable_read_token()->set_request_id(call.request_id);
    message.mutable_read_token()->set_browser_origin(call.browser_origin);
    auto reply = co_await ask(message, {});
    if (!reply) co_return problem(reply.error(), call.request_id);
    co_return json(200, token_json(id->text(), reply->token()));
}

TokenApi::Answer TokenApi::remove(std::string_view token, Call call) {
    const auto id = CardToken::parse(token);
    if (!id) co_return problem({ErrorKind::not_found, "token_not_found"}, call.request_id);
    v1::FrontRequest message;
    message.mutable_delete_token()->set_caller_key(call.key_digest);
    message.mutable_delete_token()->set_token(id->text());
    message.mutable_delete_token()->set_request_id(call.request_id);
    message.mutable_delete_token()->set_browser_origin(call.browser_origin);
    auto reply = co_await ask(message, {});
    if (!reply) co_return problem(reply.error(), call.request_id);
    net::HttpResponse response;
    response.status = 204;
    co_return response;
}

TokenApi::Answer TokenApi::ready(Call call) {
    if (draining_) co_return problem({ErrorKind::unavailable, "draining"}, call.request_id);
    v1::FrontRequest message;
    message.mutable_ready();
    auto reply = co_await ask(message, {});
    if (!reply) co_return problem({ErrorKind::unavailable, reply.error().code}, call.request_id);
    co_return text(200, "text/plain", "ready\n");
}

asio::awaitable<Result<v1::FrontReply>> TokenApi::ask(const v1::FrontRequest& request, wiped::Bytes secret) {
    auto frame = co_await keeper_.call({0, request.SerializeAsString(), std::move(secret)}, limits_.keeper_time_max);
    if (!frame) co_return Error{frame.error().kind, "vault_unavailable", std::string(frame.error().code), {}};
    v1::FrontReply reply;
    if (!reply.ParseFromString(frame->control)) co_return Error{ErrorKind::internal, "internal"};
    if (reply.has_failure()) co_return decode_failure(reply.failure());
    co_return reply;
}

}  // namespace postern::vault
