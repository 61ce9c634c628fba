#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>

#include "processors/stripe/sandbox/sandbox.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::stripe::sandbox::test {

// A sandbox in this process, and somebody who calls it.
class Caller {
public:
    explicit Caller(Settings settings = {}, Book book = {})
        : sandbox{std::move(settings), std::move(book), clock, random, {}} {}

    struct Got {
        int status = 0;
        boost::json::value body;
        std::map<std::string, std::string> headers;
        std::string text;
        std::chrono::milliseconds delay{0};

        std::string at(std::string_view name) const {
            const auto* value = body.is_object() ? body.as_object().if_contains(name) : nullptr;
            return !value ? "" : value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
        }
        std::string error(std::string_view name) const {
            const auto& all = body.as_object();
            const auto* value = all.contains("error") ? all.at("error").as_object().if_contains(name) : nullptr;
            return value && value->is_string() ? std::string(value->as_string()) : "";
        }
    };
    Got call(const std::string& method, const std::string& target, const std::string& body = {}, const std::string& key = {},
             const std::string& secret = "sk_test_postern") {
        std::vector<std::pair<std::string, std::string>> headers{{"authorization", "Bearer " + secret},
                                                                 {"content-type", "application/x-www-form-urlencoded"}};
        if (!key.empty()) headers.emplace_back("idempotency-key", key);
        const auto exchange = sandbox.handle(::postern::test::http_request(method, target, headers, body));
        Got got{exchange.response.status, nullptr, {}, std::string(exchange.response.body.view()), exchange.delay};
        boost::system::error_code error;
        got.body = boost::json::parse(got.text, error);
        for (const auto& [name, value] : exchange.response.headers) got.headers[name] = value;
        return got;
    }
    Got post(const std::string& path, const std::string& body, const std::string& key = {}) { return call("POST", path, body, key); }
    Got get(const std::string& target) { return call("GET", target); }

    std::string card(const std::string& number = "4242424242424242") {
        return post("/v1/payment_methods", "type=card&card[number]=" + number + "&card[exp_month]=7&card[exp_year]=2030").at("id");
    }
    static std::string intent_body(const std::string& card, const std::string& amount = "1250", const std::string& method = "manual") {
        return "amount=" + amount + "&currency=usd&payment_method=" + card + "&payment_method_types[0]=card&capture_method=" + method +
               "&confirm=true&error_on_requires_action=true&metadata[postern_operation]=op1";
    }
    Got intent(const std::string& amount = "1250", const std::string& method = "manual", const std::string& key = {}) {
        return post("/v1/payment_intents", intent_body("pm_card_visa", amount, method), key);
    }
    std::string total(std::string_view name) {
        return boost::json::serialize(get("/sandbox/book").body.at("totals").at(name));
    }

    ::postern::test::ManualClock clock;
    ::postern::test::SeededRandom random;
    Sandbox sandbox;
};

}  // namespace postern::stripe::sandbox::test
