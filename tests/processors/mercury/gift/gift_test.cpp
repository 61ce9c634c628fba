#include <gtest/gtest.h>

#include "processors/mercury/gift/adapter.hpp"
#include "processors/mercury/sandbox/sandbox.hpp"
#include "processors/wire/serialize.hpp"
#include "tests/processors/mercury/scene.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

constexpr std::string_view gift_number = "6050110010032766771";

Status fill(vault::Slot slot, wiped::Bytes& out) {
    const std::map<vault::Slot, std::string_view> values{{vault::Slot::card_number, gift_number},
                                                         {vault::Slot::account_merchant_id, "595901"},
                                                         {vault::Slot::account_password, "xyz"}};
    for (const char c : values.at(slot)) out.push_back(c);
    return {};
}

// The adapter on one side, the sandbox with an issued card on the other, the vault's policy and serializer between them.
class Gift : public testing::Test {
protected:
    Gift() : sandbox_{sandbox::default_settings(), {}, clock_, random_, {}}, policy_{load()} {
        vault::MessageTree issue = *adapter_.plan(AttemptKind::send, sale(2000).history());
        auto bytes = bytes_of(issue);
        const auto at = bytes.find("Sale");
        bytes.replace(at, 4, "Issue");
        const auto exchange = post(bytes);
        EXPECT_NE(exchange.find("Approved"), std::string::npos) << exchange;
    }
    static vault::Policy load() {
        auto loaded = vault::Policy::load(POSTERN_MERCURY_GIFT_POLICY);
        if (!loaded) throw std::runtime_error(loaded.error().detail);
        return std::move(*loaded);
    }

    Scene scene(Verb verb, std::int64_t minor) {
        Scene scene = test::scene_of(verb);
        scene.original.reset();
        scene.operation.requested = test::usd(minor);
        scene.operation.processor_identity = adapter_.identity(7, ++counter_);
        return scene;
    }
    Scene sale(std::int64_t minor) { return scene(Verb::sale, minor); }
    Scene undo_of(const Scene& done, const domain::ApprovedClaim& claim) {
        Scene undo = scene(Verb::reverse, claim.approved.amount_minor());
        undo.original = done.operation;
        undo.original->approved = claim.approved;
        undo.original->reference = claim.reference;
        return undo;
    }

    static std::string bytes_of(const vault::MessageTree& tree) {
        const auto bytes = processors::wire::serialize_http(tree, "mercury.localhost", "text/xml; charset=utf-8", fill);
        if (!bytes) throw std::runtime_error(std::string(bytes.error().code));
        const std::string_view text{bytes->data(), bytes->size()};
        return std::string(text.substr(text.find("\r\n\r\n") + 4));
    }
    std::string post(std::string_view body) {
        const auto exchange = sandbox_.handle(::postern::test::http_request("POST", "/ws/ws.asmx", {}, body));
        hung_up_ = exchange.response.status == net::hang_up;
        return std::string(exchange.response.body.view());
    }
    std::string send(Scene& scene, AttemptKind kind = AttemptKind::send) {
        const auto tree = adapter_.plan(kind, scene.history());
        if (!tree) return "error " + std::string(tree.error().code);
        const auto operation = adapter_.policy_operation(kind, scene.history());
        const auto allowed = policy_.check(*tree, operation, kind != AttemptKind::inquire);
        if (!allowed) return "off policy " + allowed.error().detail;
        const vault::Reply reply{200, "text/xml", post(bytes_of(*tree))};
        scene.operation.attempts = static_cast<std::int32_t>(scene.attempts.size()) + 1;
        if (hung_up_) {
            scene.attempt(kind, vault::MaybeSent{"connection_lost"}, scene.now_s + 1);
            return "lost";
        }
        const auto outcome = adapter_.read(kind, scene.history(), reply);
        if (const auto* claim = std::get_if<domain::Claim>(&outcome))
            if (const auto* approved = std::get_if<domain::ApprovedClaim>(claim)) last_ = *approved;
        scene.attempt(kind, vault::Sent{reply}, scene.now_s + 1);
        return test::word(outcome);
    }
    std::string next(const Scene& scene, int now_s) const {
        Scene later = scene;
        later.now_s = now_s;
        return test::word(adapter_.next(later.history()));
    }
    void fault(std::string_view kind) {
        const std::string json = R"({"tran_code":"GiftTransaction","kind":")" + std::string(kind) + R"("})";
        ASSERT_EQ(sandbox_.handle(::postern::test::http_request("POST", "/sandbox/faults", {}, json)).response.status, 201);
    }
    // What is left of 20.00, by selling exactly that much.
    bool balance_is(std::int64_t minor) {
        Scene more = sale(minor + 1), all = sale(minor);
        return send(more) == "declined insufficient_funds" && send(all) == "approved " + std::to_string(minor);
    }

    postern::test::ManualClock clock_;
    postern::test::SeededRandom random_;
    GiftAdapter adapter_;
    sandbox::Sandbox sandbox_;
    vault::Policy policy_;
    std::uint64_t counter_ = 0;
    bool hung_up_ = false;
    domain::ApprovedClaim last_{test::usd(1), {}, false};
};

TEST_F(Gift, SpendsReturnsAndTakesBoth) {
    Scene bought = sale(550);
    ASSERT_EQ(send(bought), "approved 550");
    const domain::ApprovedClaim sold = last_;
    Scene refund = scene(Verb::refund, 150);
    ASSERT_EQ(send(refund), "approved 150");
    Scene take_back = undo_of(refund, last_);
    EXPECT_EQ(adapter_.policy_operation(AttemptKind::send, take_back.history()), "reverse_return");
    EXPECT_EQ(send(take_back), "approved 150");
    Scene undo = undo_of(bought, sold);
    EXPECT_EQ(send(undo), "approved 550");
    EXPECT_TRUE(balance_is(2000));
}

TEST_F(Gift, AShortBalanceDeclinesAndMovesNothing) {
    Scene dear = sale(2001);
    EXPECT_EQ(send(dear), "declined insufficient_funds");
    EXPECT_TRUE(balance_is(2000));
}

// The host answers a repeat with "Duplicate Transaction": only the look-up tells what became of the first.
TEST_F(Gift, ALostSaleEndsWithOneCharge) {
    fault("lost_answer");
    Scene bought = sale(500);
    ASSERT_EQ(send(bought), "lost");
    ASSERT_EQ(next(bought, 3), "resend");
    EXPECT_EQ(send(bought, AttemptKind::resend), "unreadable refused_as_duplicate");
    ASSERT_EQ(next(bought, 4), "inquire");
    EXPECT_EQ(send(bought, AttemptKind::inquire), "found approved 500");
    EXPECT_EQ(next(bought, 5), "conclude approved 500");
    EXPECT_TRUE(balance_is(1500));
}

TEST_F(Gift, ASaleThatNeverArrivedIsProvenLate) {
    fault("drop_before_booking");
    Scene bought = sale(500);
    ASSERT_EQ(send(bought), "lost");
    bought.now_s = 40;
    ASSERT_EQ(send(bought, AttemptKind::inquire), "not found");
    EXPECT_EQ(next(bought, 41), "wait 20000") << "within the blind window a miss proves nothing";
    bought.now_s = 70;
    ASSERT_EQ(send(bought, AttemptKind::inquire), "not found");
    EXPECT_EQ(next(bought, 71), "conclude refused not_found_at_processor");
    EXPECT_TRUE(balance_is(2000));
}

TEST_F(Gift, ALostVoidIsLookedUpUnderItsOwnInvoice) {
    Scene bought = sale(500);
    ASSERT_EQ(send(bought), "approved 500");
    fault("lost_answer");
    Scene undo = undo_of(bought, last_);
    ASSERT_EQ(send(undo), "lost");
    ASSERT_EQ(next(undo, 2), "inquire");
    EXPECT_EQ(send(undo, AttemptKind::inquire), "found approved 500");
    EXPECT_EQ(next(undo, 3), "conclude approved 500");
    EXPECT_TRUE(balance_is(2000));
}

TEST_F(Gift, AVoidThatNeverArrivedGoesAgainUntilItIsAcknowledged) {
    Scene bought = sale(500);
    ASSERT_EQ(send(bought), "approved 500");
    fault("drop_before_booking");
    Scene undo = undo_of(bought, last_);
    ASSERT_EQ(send(undo), "lost");
    ASSERT_EQ(send(undo, AttemptKind::inquire), "not found");
    ASSERT_EQ(next(undo, 10), "resend");
    EXPECT_EQ(send(undo, AttemptKind::resend), "approved 500");
    EXPECT_TRUE(balance_is(2000));
}

TEST_F(Gift, AVoidOfWhatIsVoidedIsRefusedAndNothingMoves) {
    Scene bought = sale(500);
    ASSERT_EQ(send(bought), "approved 500");
    const domain::ApprovedClaim sold = last_;
    Scene undo = undo_of(bought, sold), again = undo_of(bought, sold);
    ASSERT_EQ(send(undo), "approved 500");
    EXPECT_EQ(send(again), "declined reversal_target_missing");
    EXPECT_EQ(next(again, 3), "conclude declined reversal_target_missing");
    EXPECT_TRUE(balance_is(2000));
}

TEST_F(Gift, EveryDamagedAnswerIsUnreadableAndEndsWithOneCharge) {
    for (const char* kind : {"cut", "garbage", "empty", "soap_fault"}) {
        fault(kind);
        Scene bought = sale(100);
        EXPECT_EQ(send(bought).substr(0, 10), "unreadable") << kind;
        bought.now_s = 31;
        const std::string found = send(bought, AttemptKind::inquire);
        if (found == "not found") continue;  // the fault struck before the booking
        EXPECT_EQ(found, "found approved 100") << kind;
    }
    std::int64_t sold = 0;
    for (const auto& entry : sandbox_.book().entries())
        if (entry.status == "Approved" && entry.tran_code.ends_with("Sale")) sold += entry.amount_minor;
    EXPECT_TRUE(balance_is(2000 - sold));
}

TEST_F(Gift, OffersWhatItHasAndRefusesTheRest) {
    for (const Verb verb : {Verb::authorize, Verb::capture, Verb::increment, Verb::adjust_tip, Verb::verify}) {
        EXPECT_EQ(std::ranges::count(adapter_.capabilities().verbs, verb), 0);
        Scene unknown = scene(verb, 100);
        EXPECT_EQ(send(unknown), "error verb_not_supported");
    }
}

TEST_F(Gift, AnApprovalOfAnotherTransactionProvesNothing) {
    Scene bought = sale(1250);
    const auto says = [&](const test::Fields& changes, std::string_view text = "AP", std::string_view status = "Approved") {
        auto fields = test::approved_fields("Sale", changes, bought.operation.processor_identity);
        auto reply = test::rstream_reply(status, "000000", text, fields);
        for (std::size_t at; (at = reply.body.find("CreditTransaction")) != std::string::npos;)
            reply.body.replace(at, std::string_view("CreditTransaction").size(), "GiftTransaction");
        return test::word(adapter_.read(AttemptKind::send, bought.history(), reply));
    };
    EXPECT_EQ(says({}), "approved 1250");
    EXPECT_EQ(says({{"InvoiceNo", "OTHER"}}), "unreadable invoice_differs");
    EXPECT_EQ(says({{"TranCode", "Return"}}), "unreadable verb_differs");
    EXPECT_EQ(says({{"Purchase", "12.51"}}), "unreadable amount_differs");
    EXPECT_EQ(says({{"Authorize", "12.49"}}), "unreadable amount_differs") << "a sale is whole or declined";
    EXPECT_EQ(says({{"Purchase", "-"}, {"Authorize", "-"}}), "unreadable amount_differs");
    EXPECT_EQ(says({}, "Account on Hold"), "unreadable status_contradicts_text");
    EXPECT_EQ(says({}, "account on hold", "Error"), "declined not_permitted");
    EXPECT_EQ(says({}, "AP*"), "unreadable processor_error") << "gift knows no such answer";
}

}  // namespace
}  // namespace postern::mercury
