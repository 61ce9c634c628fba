#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "processors/stripe/adapter.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::stripe::test {

using ::postern::test::at_second;
using ::postern::test::usd;

// One operation with everything around it that an adapter may look at; seconds count from its creation.
struct Scene {
    domain::Payment payment = ::postern::test::sample_payment();
    domain::Operation operation = ::postern::test::sample_operation();
    std::optional<domain::Operation> original;
    std::vector<processors::Attempt> attempts;
    int now_s = 0;
    bool with_security_code = false, with_address = false;  // address: with name and postal code

    processors::History history() const {
        return {operation, payment, original ? &*original : nullptr, attempts, at_second(now_s),
                with_security_code, with_address, with_address, with_address};
    }
    Scene& attempt(vault::AttemptKind kind, vault::Verdict verdict, int second) {
        attempts.push_back({static_cast<std::int32_t>(attempts.size() + 1), kind, std::move(verdict), at_second(second)});
        operation.attempts = static_cast<std::int32_t>(attempts.size());
        now_s = second;
        return *this;
    }
    Scene& at(int second) {
        now_s = second;
        return *this;
    }
};

inline Scene scene_of(domain::Verb verb) {
    Scene scene;
    scene.operation.verb = verb;
    scene.operation.processor = "stripe";
    scene.operation.processor_identity = "abcdefghp0000001";
    scene.operation.status = domain::OperationStatus::prepared;
    scene.operation.approved.reset();
    scene.operation.reference.clear();
    if (verb == domain::Verb::authorize || verb == domain::Verb::sale) return scene;
    scene.original = ::postern::test::sample_operation();
    scene.original->processor_identity = "abcdefghp0000002";
    scene.original->reference = {{"payment_intent", "pi_1"}, {"charge", "ch_1"}};
    if (verb == domain::Verb::refund) scene.original->verb = domain::Verb::capture;
    if (verb == domain::Verb::refund) scene.payment.captured = usd(1250);
    return scene;
}
inline Scene undo_of_sale() {
    Scene scene = scene_of(domain::Verb::reverse);
    scene.original->verb = domain::Verb::sale;
    scene.payment.captured = usd(1250);
    return scene;
}

inline vault::Reply reply_of(std::string body, int status = 200) { return {status, "application/json", std::move(body)}; }
inline vault::Reply card_reply(std::string_view id = "pm_1") {
    return reply_of(R"({"id":")" + std::string(id) + R"(","object":"payment_method","card":{"last4":"4242"},"type":"card"})");
}
// A charge's scene whose card is made.
inline Scene with_card(domain::Verb verb) {
    return scene_of(verb).attempt(vault::AttemptKind::send, vault::Sent{card_reply()}, 1);
}

// What an intent shows; the defaults are an authorization of the scene's amount.
struct Shown {
    std::string status = "requires_capture", id = "pi_1", currency = "usd", capture_method = "manual";
    std::string identity = "abcdefghp0000001", amount = "1250", capturable = "1250", received = "0", more = "";
};
inline std::string intent_text(const Shown& shown = {}) {
    return R"({"id":")" + shown.id + R"(","object":"payment_intent","amount":)" + shown.amount + R"(,"amount_capturable":)" +
           shown.capturable + R"(,"amount_received":)" + shown.received + R"(,"capture_method":")" + shown.capture_method +
           R"(","currency":")" + shown.currency + R"(","latest_charge":"ch_1","metadata":{"postern_operation":")" +
           shown.identity + R"("},"status":")" + shown.status + '"' + shown.more + "}";
}
inline vault::Reply intent_reply(const Shown& shown = {}) { return reply_of(intent_text(shown)); }
inline Shown sold() { return {.status = "succeeded", .capture_method = "automatic", .capturable = "0", .received = "1250"}; }
inline Shown captured() { return {.status = "succeeded", .capturable = "0", .received = "1250"}; }

inline std::string refund_text(std::string_view status = "succeeded", std::string_view amount = "1250",
                               std::string_view identity = "abcdefghp0000001", std::string_view intent = "pi_1") {
    return R"({"id":"re_1","object":"refund","amount":)" + std::string(amount) + R"(,"currency":"usd","metadata":{"postern_operation":")" +
           std::string(identity) + R"("},"payment_intent":")" + std::string(intent) + R"(","status":")" + std::string(status) + "\"}";
}
inline vault::Reply list_reply(const std::string& items, bool has_more = false, std::string_view object = "list") {
    return reply_of(R"({"object":")" + std::string(object) + R"(","data":[)" + items + R"(],"has_more":)" +
                    (has_more ? "true" : "false") + "}");
}
inline vault::Reply found(const std::string& items) { return list_reply(items, false, "search_result"); }
inline vault::Reply error_reply(int status, std::string_view type, std::string_view code = "", std::string_view decline = "",
                                const std::string& intent = "") {
    std::string body = R"({"error":{"type":")" + std::string(type) + '"';
    if (!code.empty()) body += R"(,"code":")" + std::string(code) + '"';
    if (!decline.empty()) body += R"(,"decline_code":")" + std::string(decline) + '"';
    if (!intent.empty()) body += R"(,"payment_intent":)" + intent;
    return reply_of(body + "}}", status);
}

// Outcomes, claims and steps in a word, so that tables stay readable.
inline std::string word(const domain::Claim& claim) {
    if (const auto* c = std::get_if<domain::ApprovedClaim>(&claim)) return "approved " + std::to_string(c->approved.amount_minor());
    if (const auto* c = std::get_if<domain::DeclinedClaim>(&claim))
        return "declined " + std::string(domain::to_text(c->decline.reason));
    if (const auto* c = std::get_if<domain::NotSentClaim>(&claim)) return "not sent " + std::string(c->code);
    if (const auto* c = std::get_if<domain::RefusedClaim>(&claim)) return "refused " + std::string(c->code);
    return "unknown";
}
inline std::string word(const processors::Outcome& outcome) {
    if (const auto* o = std::get_if<domain::Claim>(&outcome)) return word(*o);
    if (const auto* o = std::get_if<processors::Found>(&outcome)) return "found " + word(o->claim);
    if (std::holds_alternative<processors::FoundVoided>(outcome)) return "found voided";
    if (std::holds_alternative<processors::NotFound>(outcome)) return "not found";
    return "unreadable " + std::string(std::get<processors::Unreadable>(outcome).code);
}
inline std::string word(const processors::Step& step) {
    if (std::holds_alternative<processors::Proceed>(step)) return "proceed";
    if (std::holds_alternative<processors::Inquire>(step)) return "inquire";
    if (std::holds_alternative<processors::Resend>(step)) return "resend";
    if (const auto* s = std::get_if<processors::Wait>(&step)) return "wait " + std::to_string(s->pause.count());
    if (const auto* s = std::get_if<processors::Conclude>(&step)) return "conclude " + word(s->claim);
    return "ask people " + std::string(std::get<processors::AskPeople>(step).reason);
}

}  // namespace postern::stripe::test
