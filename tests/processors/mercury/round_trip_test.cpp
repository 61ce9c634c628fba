#include <gtest/gtest.h>

#include "processors/mercury/sandbox/sandbox.hpp"
#include "processors/wire/serialize.hpp"
#include "tests/processors/mercury/stories.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

// The adapter on one side, the sandbox on the other, the vault's serializer with made-up slots between them.
class RoundTrip : public testing::Test {
protected:
    RoundTrip() : sandbox_{sandbox::default_settings(), {}, clock_, random_, {}} {}

    // Sends the next message of the scene and notes its verdict, as the gateway and its vault would.
    std::string send(Scene& scene, AttemptKind kind = AttemptKind::send) {
        const auto tree = adapter_.plan(kind, scene.history());
        if (!tree) return "error " + std::string(tree.error().code);
        const std::string text = test::request_of(*tree, record_);
        const auto exchange = sandbox_.handle(
            ::postern::test::http_request("POST", "/ws/ws.asmx", {}, text.substr(text.find("\r\n\r\n") + 4)));
        scene.operation.attempts = static_cast<std::int32_t>(scene.attempts.size()) + 1;
        if (exchange.response.status == net::hang_up) {
            scene.attempt(kind, vault::MaybeSent{"connection_lost"}, scene.now_s + 1);
            return "lost";
        }
        const vault::Reply reply{exchange.response.status, "text/xml", std::string(exchange.response.body.view())};
        record_ = test::record_in(reply.body, record_);
        last_ = adapter_.read(kind, scene.history(), reply);
        scene.attempt(kind, vault::Sent{reply}, scene.now_s + 1);
        return test::word(last_);
    }
    std::string next(const Scene& scene) const { return test::word(adapter_.next(scene.history())); }

    // The scene's operation as it stands after its approval.
    domain::Operation approved(const Scene& scene) const {
        const auto* found = std::get_if<processors::Found>(&last_);
        const auto& claim = std::get<domain::ApprovedClaim>(found ? found->claim : std::get<domain::Claim>(last_));
        domain::Operation operation = scene.operation;
        operation.approved = claim.approved;
        operation.reference = claim.reference;
        return operation;
    }
    Scene following(Verb verb, const domain::Operation& original, std::uint64_t counter) const {
        Scene scene = test::scene_of(verb);
        scene.original = original;
        scene.operation.processor_identity = adapter_.identity(7, counter);
        return scene;
    }
    void fault(std::string_view json) {
        const auto exchange = sandbox_.handle(::postern::test::http_request("POST", "/sandbox/faults", {}, json));
        ASSERT_EQ(exchange.response.status, 201);
    }
    const sandbox::Entry& entry(std::int64_t number) const { return sandbox_.book().at(number); }
    std::size_t charges() const {
        std::size_t count = 0;
        for (const auto& e : sandbox_.book().entries())
            if (sandbox::is_approved(e) && e.duplicate_of == 0 && (e.tran_code == "Sale" || e.tran_code == "PreAuth"))
                ++count;
        return count;
    }

    postern::test::ManualClock clock_;
    postern::test::SeededRandom random_;
    sandbox::Sandbox sandbox_;
    MercuryAdapter adapter_;
    processors::Outcome last_ = processors::Unreadable{"nothing_yet"};
    std::string record_;
};

TEST_F(RoundTrip, AuthorizeCaptureRefund) {
    Scene hold = test::scene_of(Verb::authorize);
    hold.with_security_code = hold.with_address = true;
    ASSERT_EQ(send(hold), "approved 1250");
    Scene capture = following(Verb::capture, approved(hold), 1);
    capture.operation.requested = test::usd(1000);
    ASSERT_EQ(send(capture), "approved 1000");
    EXPECT_EQ(entry(1).captured_minor, 1000);
    EXPECT_EQ(entry(1).carried, "CVVData Name Address Zip");
    Scene refund = following(Verb::refund, approved(capture), 2);
    refund.operation.requested = test::usd(300);
    ASSERT_EQ(send(refund), "approved 300");
    EXPECT_EQ(entry(3).tran_code, "Return");
}
TEST_F(RoundTrip, ASwipedSaleIsKnownByItsNumberWhenItIsRepeated) {
    Scene sale = test::swiped(Verb::sale);
    ASSERT_EQ(send(sale), "approved 1250");
    EXPECT_EQ(entry(1).carried, "Track2");
    EXPECT_EQ(entry(1).card, "400300XXXXXX6781");
    fault(R"({"kind":"lost_answer"})");
    Scene lost = test::swiped(Verb::sale, true, false);
    lost.operation.processor_identity = adapter_.identity(7, 1);
    EXPECT_NE(send(lost), "approved 1250");
    EXPECT_EQ(entry(2).carried, "Track1");
    EXPECT_EQ(send(lost, AttemptKind::resend), "approved 1250") << "AP*: by its number";
    EXPECT_EQ(entry(3).duplicate_of, 2);
    EXPECT_EQ(charges(), 2U);
}
TEST_F(RoundTrip, AnEncryptedSaleIsRead) {
    Scene sale = test::encrypted(Verb::sale);
    ASSERT_EQ(send(sale), "approved 1250");
    EXPECT_EQ(entry(1).carried, "EncryptedBlock");
    EXPECT_EQ(entry(1).card, "400300XXXXXX6781");
}
TEST_F(RoundTrip, AnEncryptedHoldIsCapturedUndoneAndRefundedByItsRecord) {
    Scene hold = test::encrypted(Verb::authorize);
    ASSERT_EQ(send(hold), "approved 1250");
    const auto original = approved(hold);
    EXPECT_EQ(original.reference.at("RecordNo"), "kept");
    Scene capture = following(Verb::capture, original, 1);
    ASSERT_EQ(send(capture), "approved 1250");
    EXPECT_EQ(entry(2).record_from, 1);
    const auto captured = approved(capture);
    Scene refund = following(Verb::refund, captured, 2);
    refund.operation.requested = test::usd(300);
    ASSERT_EQ(send(refund), "approved 300");
    EXPECT_EQ(entry(3).record_from, 2) << "each use brings a new one";
    Scene again = test::encrypted(Verb::sale);
    again.with_block = false;
    again.operation.processor_identity = adapter_.identity(7, 4);
    ASSERT_EQ(send(again), "approved 1250");
    EXPECT_EQ(entry(4).record_from, 3);
    Scene undo = following(Verb::reverse, approved(again), 5);
    undo.payment.captured = test::usd(1250);
    EXPECT_EQ(send(undo), "approved 1250");
    EXPECT_TRUE(entry(4).is_voided);
}
TEST_F(RoundTrip, ReversesAHold) {
    Scene hold = test::scene_of(Verb::authorize);
    ASSERT_EQ(send(hold), "approved 1250");
    Scene undo = following(Verb::reverse, approved(hold), 1);
    EXPECT_EQ(send(undo), "approved 1250");
    EXPECT_TRUE(entry(1).is_voided);
}
TEST_F(RoundTrip, ReversesASaleAndACapture) {
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "approved 1250");
    Scene undo = following(Verb::reverse, approved(sale), 1);
    undo.payment.captured = test::usd(1250);
    EXPECT_EQ(send(undo), "approved 1250");
    EXPECT_TRUE(entry(1).is_voided);

    Scene hold = test::scene_of(Verb::authorize);
    hold.operation.processor_identity = adapter_.identity(7, 2);
    ASSERT_EQ(send(hold), "approved 1250");
    Scene capture = following(Verb::capture, approved(hold), 3);
    ASSERT_EQ(send(capture), "approved 1250");
    Scene undo_capture = following(Verb::reverse, approved(capture), 4);
    undo_capture.payment.captured = test::usd(1250);
    EXPECT_EQ(send(undo_capture), "approved 1250");
    EXPECT_TRUE(entry(3).is_voided) << "the hold";
    EXPECT_TRUE(entry(4).is_voided) << "its capture";
}
TEST_F(RoundTrip, LegacyVoidOfASale) {
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "approved 1250");
    Scene undo = following(Verb::void_sale, approved(sale), 1);
    undo.payment.captured = test::usd(1250);
    EXPECT_EQ(send(undo), "approved 1250 hold may remain");
    EXPECT_TRUE(entry(1).is_voided);
}
TEST_F(RoundTrip, RefusedReversalFallsBackToAVoid) {
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "approved 1250");
    Scene undo = following(Verb::reverse, approved(sale), 1);
    undo.payment.captured = test::usd(1250);
    undo.original->reference["AcqRefData"] = "K other";
    EXPECT_EQ(send(undo), "unreadable next_undo_form");
    ASSERT_EQ(next(undo), "resend");
    EXPECT_EQ(send(undo, AttemptKind::resend), "approved 1250 hold may remain");
}
TEST_F(RoundTrip, LostAnswerEndsWithOneCharge) {
    fault(R"({"kind":"lost_answer"})");
    Scene hold = test::scene_of(Verb::authorize);
    ASSERT_EQ(send(hold), "lost");
    hold.now_s += 1;
    ASSERT_EQ(next(hold), "resend");
    EXPECT_EQ(send(hold, AttemptKind::resend), "approved 1250");
    EXPECT_EQ(charges(), 1u);
    Scene capture = following(Verb::capture, approved(hold), 1);
    EXPECT_EQ(send(capture), "approved 1250") << "the duplicate answer gave what a capture needs";
}
TEST_F(RoundTrip, LostBeforeBookingEndsWithOneCharge) {
    fault(R"({"kind":"drop_before_booking"})");
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "lost");
    EXPECT_EQ(charges(), 0u);
    EXPECT_EQ(send(sale, AttemptKind::resend), "approved 1250");
    EXPECT_EQ(charges(), 1u);
}
TEST_F(RoundTrip, LookUpFindsALostSaleAndALostVoid) {
    fault(R"({"kind":"lost_answer"})");
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "lost");
    sale.now_s = 31;
    ASSERT_EQ(next(sale), "inquire");
    ASSERT_EQ(send(sale, AttemptKind::inquire), "found approved 1250");
    EXPECT_EQ(next(sale), "conclude approved 1250");

    fault(R"({"kind":"lost_answer"})");
    Scene undo = following(Verb::reverse, approved(sale), 1);  // without the issuer's data: a legacy void
    undo.payment.captured = test::usd(1250);
    ASSERT_EQ(send(undo), "lost");
    undo.now_s += 2;
    ASSERT_EQ(next(undo), "inquire");
    EXPECT_EQ(send(undo, AttemptKind::inquire), "found approved 1250 hold may remain");
}
TEST_F(RoundTrip, LookUpOfAnUnbookedSaleIsTrustedLate) {
    fault(R"({"kind":"drop_before_booking"})");
    Scene sale = test::scene_of(Verb::sale);
    ASSERT_EQ(send(sale), "lost");
    ASSERT_EQ(send(sale, AttemptKind::inquire), "not found");
    sale.now_s = 70;
    ASSERT_EQ(next(sale), "inquire");
    ASSERT_EQ(send(sale, AttemptKind::inquire), "not found");
    EXPECT_EQ(next(sale), "conclude refused not_found_at_processor");
    EXPECT_EQ(charges(), 0u);
}
TEST_F(RoundTrip, UndoOfAnUnknownHoldLearnsItsDataFirst) {
    fault(R"({"kind":"lost_answer"})");
    Scene hold = test::scene_of(Verb::authorize);
    ASSERT_EQ(send(hold), "lost");
    hold.operation.goal = domain::Goal::undo;
    hold.now_s = 40;
    ASSERT_EQ(next(hold), "inquire");
    ASSERT_EQ(send(hold, AttemptKind::inquire), "unreadable reference_to_be_learned");
    hold.now_s += 1;
    ASSERT_EQ(next(hold), "resend");
    ASSERT_EQ(send(hold, AttemptKind::resend), "approved 1250");
    Scene undo = following(Verb::reverse, approved(hold), 1);
    EXPECT_EQ(send(undo), "approved 1250");
    EXPECT_EQ(charges(), 1u);
    EXPECT_TRUE(entry(1).is_voided);
}
TEST_F(RoundTrip, EveryDamagedAnswerIsUnreadableAndSolvedByAResend) {
    int counter = 10;
    for (const char* kind : {"cut", "garbage", "empty", "html_500", "soap_fault", "silent_server", "refuse", "busy"}) {
        fault(R"({"kind":")" + std::string(kind) + R"("})");
        Scene sale = test::scene_of(Verb::sale);
        sale.operation.processor_identity = adapter_.identity(7, static_cast<std::uint64_t>(++counter));
        const std::size_t before = charges();
        EXPECT_EQ(send(sale).substr(0, 10), "unreadable") << kind;
        sale.now_s += 1;
        ASSERT_EQ(next(sale), "resend") << kind;
        EXPECT_EQ(send(sale, AttemptKind::resend), "approved 1250") << kind;
        EXPECT_EQ(charges(), before + 1) << kind;
    }
}
TEST_F(RoundTrip, DeclinesAreTold) {
    Scene sale = test::scene_of(Verb::sale);
    sale.operation.requested = test::usd(257);
    EXPECT_EQ(send(sale), "declined generic");
    Scene retry = test::scene_of(Verb::sale);
    retry.operation.requested = test::usd(2019);
    EXPECT_EQ(send(retry), "declined retry_later");
}
TEST_F(RoundTrip, WrongPasswordIsARefusal) {
    const auto settings = [] {
        auto given = sandbox::default_settings();
        given.merchants["595901"] = "other";
        return given;
    }();
    sandbox::Sandbox strict{settings, {}, clock_, random_, {}};
    Scene sale = test::scene_of(Verb::sale);
    const auto tree = adapter_.plan(AttemptKind::send, sale.history());
    const auto bytes = processors::wire::serialize_http(*tree, "h", "text/xml", test::fill_slot);
    const std::string_view text{bytes->data(), bytes->size()};
    const auto exchange =
        strict.handle(::postern::test::http_request("POST", "/ws/ws.asmx", {}, text.substr(text.find("\r\n\r\n") + 4)));
    const vault::Reply reply{200, "text/xml", std::string(exchange.response.body.view())};
    EXPECT_EQ(test::word(adapter_.read(AttemptKind::send, sale.history(), reply)), "refused processor_refused");
    EXPECT_TRUE(strict.book().entries().empty());
}

}  // namespace
}  // namespace postern::mercury
