#include <gtest/gtest.h>

#include "processors/wire/serialize.hpp"
#include "tests/processors/stripe/sandbox/caller.hpp"
#include "tests/processors/stripe/scene.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using sandbox::test::Caller;
using test::Scene;
using vault::AttemptKind;

// The adapter on one side, the sandbox on the other, the vault's serializer with made-up slots between them; steps are
// taken as the gateway takes them.
class StripeRoundTrip : public testing::Test {
protected:
    static Status fill(vault::Slot slot, wiped::Bytes& out) {
        const std::map<vault::Slot, std::string_view> values{
            {vault::Slot::card_number, "4242424242424242"},     {vault::Slot::card_expiry_month, "7"},
            {vault::Slot::card_expiry_year, "2030"},            {vault::Slot::card_security_code, "123"},
            {vault::Slot::card_address, "1 Main <St> & Co +1"}, {vault::Slot::card_postal_code, "45209"},
            {vault::Slot::card_holder_name, "A. O'Guest"},      {vault::Slot::account_bearer, "Bearer sk_test_postern"}};
        for (const char c : values.at(slot)) out.push_back(c);
        return {};
    }

    void send(Scene& scene, AttemptKind kind) {
        const auto tree = adapter_.plan(kind, scene.history());
        if (!tree) {
            scene.attempt(kind, vault::NotSent{std::string(tree.error().code)}, scene.now_s);
            return;
        }
        const auto bytes = processors::wire::serialize_http(*tree, "h", "application/x-www-form-urlencoded", fill);
        ASSERT_TRUE(bytes);
        const std::string_view text{bytes->data(), bytes->size()};
        const std::size_t head = text.find("\r\n\r\n");
        const std::string_view line = text.substr(text.find(' ') + 1);
        std::string key;
        for (const auto& header : tree->headers)
            if (header.name == "Idempotency-Key") key = std::get<std::string>(header.value);
        auto got = caller_.call(tree->method, std::string(line.substr(0, line.find(' '))), std::string(text.substr(head + 4)), key);
        const bool is_late = got.delay > std::chrono::seconds{2};
        pass(scene, is_late ? 2 : 1);
        const bool is_lost = got.status == net::hang_up || is_late;
        scene.attempt(kind, is_lost ? vault::Verdict{vault::MaybeSent{"timeout"}}
                                    : vault::Verdict{vault::Sent{test::reply_of(got.text, got.status)}}, scene.now_s);
    }
    void pass(Scene& scene, int seconds) {
        scene.now_s += seconds;
        caller_.clock.move(std::chrono::seconds{seconds});
    }

    // What becomes of the operation in the end, in a word.
    std::string drive(Scene& scene) {
        const bool undo = scene.operation.verb == Verb::reverse;
        send(scene, undo ? AttemptKind::reverse : AttemptKind::send);
        for (int steps = 0; steps < 200; ++steps) {
            const auto& last = scene.attempts.back();
            if (const auto* sent = std::get_if<vault::Sent>(&last.verdict); sent && last.kind != AttemptKind::inquire) {
                last_ = adapter_.read(last.kind, scene.history(), sent->reply);
                if (std::holds_alternative<domain::Claim>(last_)) return test::word(last_);
            }
            const auto step = adapter_.next(scene.history());
            if (const auto* conclude = std::get_if<processors::Conclude>(&step)) {
                last_ = conclude->claim;
                return test::word(conclude->claim);
            }
            if (std::holds_alternative<processors::AskPeople>(step)) return test::word(step);
            if (const auto* wait = std::get_if<processors::Wait>(&step))
                pass(scene, static_cast<int>(wait->pause.count() / 1000) + 1);
            else if (std::holds_alternative<processors::Inquire>(step))
                send(scene, AttemptKind::inquire);
            else
                send(scene, undo ? AttemptKind::reverse : std::holds_alternative<processors::Proceed>(step) ? AttemptKind::send : AttemptKind::resend);
        }
        return "no end";
    }
    // The scene of what follows an approved one.
    Scene after(const Scene& scene, Verb verb, std::int64_t minor) {
        Scene out = test::scene_of(verb);
        out.original = scene.operation;
        out.original->reference = std::get<domain::ApprovedClaim>(std::get<domain::Claim>(last_)).reference;
        out.original->approved = scene.operation.requested;
        out.operation.requested = test::usd(minor);
        out.operation.processor_identity = "abcdefghp000000" + std::to_string(++identities_);
        out.payment = scene.payment;
        return out;
    }
    void fault(const std::string& kind, const std::string& path = "/v1/payment_intents", int count = 1) {
        ASSERT_EQ(caller_.post("/sandbox/faults", R"({"kind":")" + kind + R"(","path":")" + path + R"(","count":)" + std::to_string(count) + "}").status, 201);
    }

    StripeAdapter adapter_;
    Caller caller_;
    processors::Outcome last_ = processors::NotFound{};
    int identities_ = 1;
};

TEST_F(StripeRoundTrip, AuthorizeCaptureRefundAndVoid) {
    Scene hold = test::scene_of(Verb::authorize);
    hold.with_security_code = hold.with_address = true;
    ASSERT_EQ(drive(hold), "approved 1250");
    EXPECT_EQ(hold.attempts.size(), 2U);
    Scene more = after(hold, Verb::increment, 250);
    EXPECT_EQ(drive(more), "approved 250");
    Scene capture = after(hold, Verb::capture, 1000);
    ASSERT_EQ(drive(capture), "approved 1000");
    capture.payment.captured = test::usd(1000);
    Scene refund = after(capture, Verb::refund, 400);
    EXPECT_EQ(drive(refund), "approved 400");
    Scene rest = after(capture, Verb::refund, 700);
    EXPECT_EQ(drive(rest), "refused processor_refused");
    EXPECT_EQ(caller_.total("captured") + caller_.total("refunded"), "1000400");
    EXPECT_NE(caller_.get("/sandbox/book").text.find("cvc name line1 postal_code"), std::string::npos);

    Scene other = test::scene_of(Verb::authorize);
    other.operation.processor_identity = "abcdefghp0000009";
    ASSERT_EQ(drive(other), "approved 1250");
    Scene undo = after(other, Verb::reverse, 1250);
    EXPECT_EQ(drive(undo), "approved 1250");
    EXPECT_EQ(caller_.total("canceled"), "1");
}

TEST_F(StripeRoundTrip, DeclinesAreDeclines) {
    Scene scene = test::scene_of(Verb::sale);
    scene.operation.requested = test::usd(4003);
    EXPECT_EQ(drive(scene), "declined insufficient_funds");
    EXPECT_EQ(caller_.total("charges"), "0");
}

// Whatever happens to whichever message, what we say in the end is what the book holds, and never two charges.
TEST_F(StripeRoundTrip, TheEndIsWhatTheBookHolds) {
    int number = 0;
    for (const char* path : {"/v1/payment_methods", "/v1/payment_intents"})
        for (const char* kind : {"lost_answer", "late_answer", "cut", "garbage", "empty", "server_error", "html_502", "drop_before_booking",
                                 "failed_before_booking", "rate_limit", "lock_timeout", "key_in_use"})
            for (const int count : {1, 3, 9})
                for (const Verb verb : {Verb::authorize, Verb::sale}) {
                    ASSERT_EQ(caller_.post("/sandbox/reset", "").status, 200);
                    fault(kind, path, count);
                    Scene scene = test::scene_of(verb);
                    scene.operation.processor_identity = "abcdefghp00" + std::to_string(10000 + ++number);
                    const std::string name = std::string(path) + " " + kind + " " + std::to_string(count) + " " + std::string(domain::to_text(verb));
                    const std::string end = drive(scene), charges = caller_.total("charges");
                    EXPECT_TRUE(charges == "1" ? end == "approved 1250" : charges == "0" && end.starts_with("refused ")) << name << ": " << end << ", charges " << charges;
                }
}

TEST_F(StripeRoundTrip, AnUndoEndsWithNothingLeft) {
    int number = 0;
    for (const char* kind : {"lost_answer", "late_answer", "cut", "garbage", "empty", "server_error", "html_502", "drop_before_booking",
                             "failed_before_booking", "rate_limit", "lock_timeout", "key_in_use"})
        for (const Verb verb : {Verb::authorize, Verb::sale}) {
            ASSERT_EQ(caller_.post("/sandbox/reset", "").status, 200);
            Scene scene = test::scene_of(verb);
            scene.operation.processor_identity = "abcdefghp00" + std::to_string(20000 + ++number);
            ASSERT_EQ(drive(scene), "approved 1250");
            if (verb == Verb::sale) scene.payment.captured = test::usd(1250);
            Scene undo = after(scene, Verb::reverse, 1250);
            undo.operation.processor_identity = "abcdefghp00" + std::to_string(30000 + number);
            fault(kind, "/v1/", 2);
            EXPECT_EQ(drive(undo), "approved 1250") << kind << " " << domain::to_text(verb);
            EXPECT_EQ(verb == Verb::sale ? caller_.total("refunded") : caller_.total("canceled"), verb == Verb::sale ? "1250" : "1") << kind;
        }
}

TEST_F(StripeRoundTrip, CapturesAndRefundsEndAsTheBookHolds) {
    int number = 0;
    for (const char* kind : {"lost_answer", "late_answer", "cut", "server_error", "html_502", "drop_before_booking", "failed_before_booking",
                             "rate_limit", "key_in_use"})
        for (const int count : {1, 9}) {
            ASSERT_EQ(caller_.post("/sandbox/reset", "").status, 200);
            Scene hold = test::scene_of(Verb::authorize);
            hold.operation.processor_identity = "abcdefghp00" + std::to_string(40000 + ++number);
            ASSERT_EQ(drive(hold), "approved 1250");
            Scene capture = after(hold, Verb::capture, 1000);
            fault(kind, "/v1/payment_intents", count);
            const std::string end = drive(capture);
            EXPECT_EQ(caller_.total("captured") == "1000", end == "approved 1000") << kind << " " << count << ": " << end;
            if (end != "approved 1000") continue;
            capture.payment.captured = test::usd(1000);
            Scene refund = after(capture, Verb::refund, 300);
            fault(kind, "/v1/refunds", count);
            const std::string refunded = drive(refund);
            EXPECT_EQ(caller_.total("refunded"), refunded == "approved 300" ? "300" : "0") << kind << " " << count << ": " << refunded;
        }
}

}  // namespace
}  // namespace postern::stripe
