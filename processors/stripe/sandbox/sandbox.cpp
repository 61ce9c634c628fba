#include "processors/stripe/sandbox/sandbox.hpp"

#include <boost/json.hpp>
#include <sodium.h>

#include "base/base32.hpp"
#include "processors/stripe/sandbox/object_json.hpp"

namespace postern::stripe::sandbox {
namespace {

namespace json = boost::json;

Exchange reply(int status, std::string_view content_type, std::string_view body) {
    Exchange exchange;
    exchange.response.status = status;
    exchange.response.headers = {{"content-type", std::string(content_type)}, {"cache-control", "no-cache, no-store"}};
    exchange.response.body = wiped::Text(body);
    return exchange;
}
Exchange plain_json(std::string_view body, int status = 200) { return reply(status, "application/json", body); }
Exchange hung_up() {
    Exchange exchange;
    exchange.response.status = net::hang_up;
    return exchange;
}
Exchange error(int status, std::string_view type, std::string_view code, std::string_view message) {
    return plain_json(json::serialize(error_json(type, code, message)), status);
}

std::string bearer_of(const net::HttpRequest& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view value = request.header("authorization");
    return value.starts_with(scheme) ? std::string(value.substr(scheme.size())) : std::string{};
}

std::string parameter(std::string_view query, std::string_view name) {
    const auto fields = processors::wire::read_form(query);
    const std::string* text = fields ? processors::wire::find_text(*fields, {name}) : nullptr;
    return text ? *text : std::string{};
}

const std::string stored_failure = json::serialize(error_json("api_error", "", "An unknown error occurred"));

}  // namespace

Sandbox::Sandbox(Settings settings, Book book, const Clock& clock, Random& random, HashKey hash_key)
    : settings_{std::move(settings)}, book_{std::move(book)}, clock_{clock}, random_{random}, hash_key_{hash_key},
      faults_{random}, host_{settings_, book_, clock, random} {}

Exchange Sandbox::handle(const net::HttpRequest& request) {
    const std::string_view path = request.path();
    const bool gets = request.method == "GET", posts = request.method == "POST";
    if (path.starts_with("/v1/")) return api(request);
    if (gets && path == "/sandbox/book") return plain_json(book_json(book_, parameter(request.query(), "identity")));
    if (gets && path == "/sandbox/received") return plain_json(json::serialize(json::object{{"messages", received_}}) + "\n");
    if (gets && path == "/sandbox/faults") return plain_json(faults_.json());
    if (posts && path == "/sandbox/faults") {
        auto fault = parse_fault(request.body.view());
        if (!fault) return plain_json(json::serialize(json::object{{"error", fault.error().detail}}) + "\n", 400);
        faults_.add(std::move(*fault));
        return plain_json(faults_.json(), 201);
    }
    if (request.method == "DELETE" && path == "/sandbox/faults") {
        faults_.clear();
        return plain_json(faults_.json());
    }
    if (posts && path == "/sandbox/reset") {
        faults_.clear();
        in_use_until_.clear();
        return book_.clear() ? plain_json("{}\n") : plain_json("{\"error\":\"book_unwritable\"}\n", 500);
    }
    if (gets && path == "/healthz") return plain_json("{\"status\":\"ok\"}\n");
    return error(404, "invalid_request_error", "", "Unrecognized request URL");
}

Exchange Sandbox::api(const net::HttpRequest& request) {
    ++received_;
    const auto account = settings_.accounts.find(bearer_of(request));
    if (account == settings_.accounts.end()) return error(401, "invalid_request_error", "", "Invalid API Key provided");
    const bool posts = request.method == "POST";
    if (!posts && request.method != "GET") return error(404, "invalid_request_error", "", "Unrecognized request URL");
    if (posts && !request.header("content-type").starts_with("application/x-www-form-urlencoded"))
        return error(400, "invalid_request_error", "", "The content type is not application/x-www-form-urlencoded");
    auto fields = processors::wire::read_form(posts ? request.body.view() : request.query());
    if (!fields) return error(400, "invalid_request_error", "", "The parameters cannot be read");
    const Call call{account->second, request.method, std::string(request.path()), std::move(*fields)};
    if (posts) return keyed(call, std::string(request.header("idempotency-key")));
    return question(call);
}

Exchange Sandbox::question(const Call& call) {
    const auto fault = faults_.strike("GET", call.path);
    if (fault && !is_done(fault->kind)) return not_done(*fault, call, {});
    if (fault && fault->kind == FaultKind::server_error) return plain_json(stored_failure, 500);
    return answered(host_.decide(call), fault, {}, false);
}

std::string Sandbox::fingerprint(const Call& call) const {
    wiped::Bytes text;
    const auto add = [&](std::string_view part) {
        text.insert(text.end(), part.begin(), part.end());
        text.push_back('\n');
    };
    add(call.path);
    if (const auto flat = processors::wire::flatten(call.fields))
        for (const auto& field : *flat) {
            add(field.name);
            add(std::get<std::string>(field.value));
        }
    std::array<std::uint8_t, 32> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       hash_key_.data(), hash_key_.size());
    return base32_grouped(hash);
}

// One key, one request: the first one's answer is kept once its execution has begun, failures included.
Exchange Sandbox::keyed(const Call& call, const std::string& key) {
    const std::string name = call.account + " " + key;
    const auto in_use = in_use_until_.find(name);
    if (!key.empty() && in_use != in_use_until_.end() && in_use->second > clock_.now())
        return error(409, "idempotency_error", "idempotency_key_in_use", "Another request under this key is running");
    const auto fault = faults_.strike("POST", call.path);
    if (fault && !is_done(fault->kind)) return not_done(*fault, call, key);
    if (const Kept* kept = key.empty() ? nullptr : book_.find_kept(call.account, key)) {
        if (kept->fingerprint != fingerprint(call))
            return error(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same "
                                                       "parameters they were first used with");
        Decision replay{kept->status, json::parse(kept->body).as_object(), {}, true};
        return answered(replay, fault, key, true);
    }
    Decision decision = host_.decide(call);
    if (fault && fault->kind == FaultKind::server_error) {  // what was done stays done
        decision.status = 500;
        decision.body = json::parse(stored_failure).as_object();
    }
    if (decision.is_kept && !key.empty())
        decision.changes.push_back(Kept{call.account, key, fingerprint(call), json::serialize(decision.body), decision.status});
    if (!book_.commit(decision.changes)) return error(500, "api_error", "", "The book cannot be written: nothing was decided");
    Exchange exchange = answered(decision, fault, key, false);
    if (exchange.delay.count() > 0 && !key.empty()) in_use_until_[name] = clock_.now() + exchange.delay;
    return exchange;
}

Exchange Sandbox::not_done(const Fault& fault, const Call& call, const std::string& key) {
    Exchange exchange = hung_up();
    if (fault.kind == FaultKind::rate_limit) exchange = error(429, "invalid_request_error", "rate_limit", "Too many requests");
    if (fault.kind == FaultKind::lock_timeout)
        exchange = error(409, "invalid_request_error", "lock_timeout", "This object cannot be accessed right now");
    if (fault.kind == FaultKind::key_in_use)
        exchange = error(409, "idempotency_error", "idempotency_key_in_use", "Another request under this key is running");
    if (fault.kind == FaultKind::failed_before_booking) {
        const bool is_new = !key.empty() && !book_.find_kept(call.account, key);
        if (is_new && !book_.commit({Kept{call.account, key, fingerprint(call), stored_failure, 500}})) return hung_up();
        exchange = plain_json(stored_failure, 500);
    }
    exchange.delay = fault.delay;
    return exchange;
}

std::string Sandbox::request_id() const {
    std::array<std::uint8_t, 10> bytes{};
    random_.fill(bytes);
    return "req_" + base32_encode(bytes);
}

Exchange Sandbox::answered(const Decision& decision, const std::optional<Fault>& fault, const std::string& key, bool is_replay) {
    const std::string body = json::serialize(decision.body);
    Exchange exchange = plain_json(body, decision.status);
    if (fault) {
        switch (fault->kind) {
            case FaultKind::lost_answer: exchange = hung_up(); break;
            case FaultKind::late_answer: exchange.delay = settings_.late_answer; break;
            case FaultKind::cut: exchange = plain_json(body.substr(0, body.size() / 2), decision.status); break;
            case FaultKind::garbage: exchange = plain_json("\x01\x7f{{\"status\":\"succeeded\""); break;
            case FaultKind::empty: exchange = plain_json(""); break;
            case FaultKind::html_502: exchange = reply(502, "text/html", "<html><body>Bad Gateway</body></html>"); break;
            case FaultKind::server_error:
            case FaultKind::drop_before_booking:
            case FaultKind::failed_before_booking:
            case FaultKind::rate_limit:
            case FaultKind::lock_timeout:
            case FaultKind::key_in_use: break;
        }
        if (fault->delay.count() > 0) exchange.delay = fault->delay;
    }
    auto& headers = exchange.response.headers;
    headers.emplace_back("request-id", request_id());
    if (!key.empty()) headers.emplace_back("idempotency-key", key);
    if (is_replay) headers.emplace_back("idempotent-replayed", "true");
    return exchange;
}

}  // namespace postern::stripe::sandbox
