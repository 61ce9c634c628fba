#include <gtest/gtest.h>

#include "tests/processors/stripe/scene.hpp"

namespace postern::stripe {
namespace {

using domain::Goal;
using domain::Verb;
using test::error_reply;
using test::Scene;
using vault::AttemptKind;
using vault::MaybeSent;
using vault::NotSent;
using vault::Sent;

std::string next(const Scene& scene, Switches switches = {}) {
    return test::word(StripeAdapter{switches}.next(scene.history()));
}
Scene lost_charge() { return test::with_card(Verb::authorize).attempt(AttemptKind::send, MaybeSent{"timeout"}, 5); }

TEST(StripeNext, TheCardIsFollowedByTheCharge) {
    EXPECT_EQ(next(test::with_card(Verb::authorize)), "proceed");
    EXPECT_EQ(next(test::with_card(Verb::authorize).at(31)), "conclude refused processor_busy") << "nobody waits any more";
    Scene undone = test::with_card(Verb::authorize);
    undone.operation.goal = Goal::undo;
    EXPECT_EQ(next(undone), "conclude refused processor_busy");
}

TEST(StripeNext, ALostCardIsMadeAgainAndNoDoubt) {
    Scene scene = test::scene_of(Verb::authorize);
    scene.attempt(AttemptKind::send, MaybeSent{"timeout"}, 5);
    EXPECT_EQ(next(scene), "wait 1000");
    EXPECT_EQ(next(scene.at(6)), "proceed");
    EXPECT_EQ(next(scene.at(31)), "conclude refused processor_busy");
}

TEST(StripeNext, ALostChargeGoesAgainUnderItsKeyThenIsLookedUp) {
    Scene scene = lost_charge();
    EXPECT_EQ(next(scene), "wait 1000");
    EXPECT_EQ(next(scene.at(6)), "resend");
    EXPECT_EQ(next(scene.at(31)), "inquire") << "never after the caller's deadline";
    scene.operation.goal = Goal::undo;
    EXPECT_EQ(next(scene.at(6)), "inquire") << "never to learn of a charge that nobody wants";
}

TEST(StripeNext, TimeoutsNeverEndInADecline) {
    Scene scene = lost_charge();
    for (int second = 6; second < 3'600; second += 300) scene.attempt(AttemptKind::inquire, Sent{test::found("")}, second);
    const std::string step = next(scene);
    EXPECT_TRUE(step.starts_with("wait ") || step == "inquire") << step;
    EXPECT_EQ(next(lost_charge().attempt(AttemptKind::inquire, Sent{test::found("")}, 3'606)), "conclude refused not_found_at_processor");
    Switches people;
    people.not_found_is_proof = 0;
    EXPECT_EQ(next(lost_charge().attempt(AttemptKind::inquire, Sent{test::found("")}, 3'606), people), "ask people not_found_at_processor");
}

TEST(StripeNext, WhatASearchFindsConcludes) {
    EXPECT_EQ(next(lost_charge().attempt(AttemptKind::inquire, Sent{test::found(test::intent_text())}, 40)), "conclude approved 1250");
    EXPECT_EQ(next(lost_charge().attempt(AttemptKind::inquire, Sent{test::found(test::intent_text({.status = "canceled"}))}, 40)),
              "conclude refused voided_at_processor");
    const auto two = test::found(test::intent_text() + "," + test::intent_text({.id = "pi_2"}));
    EXPECT_EQ(next(lost_charge().attempt(AttemptKind::inquire, Sent{two}, 90'000)), "ask people no_proof_found");
}

TEST(StripeNext, ARefusedRepeatOfALostChargeIsLookedUp) {
    Scene scene = lost_charge().attempt(AttemptKind::resend, Sent{error_reply(401, "invalid_request_error")}, 7);
    EXPECT_EQ(next(scene), "inquire");
    Scene declined = lost_charge().attempt(AttemptKind::resend, Sent{error_reply(402, "card_error", "card_declined")}, 7);
    EXPECT_EQ(next(declined), "conclude declined generic") << "kept under the key: it is the first one's answer";
}

TEST(StripeNext, BusyMovesNothing) {
    Scene scene = test::with_card(Verb::sale).attempt(AttemptKind::send, Sent{error_reply(429, "invalid_request_error")}, 2);
    EXPECT_EQ(next(scene), "wait 1000");
    EXPECT_EQ(next(scene.at(4)), "proceed");
    EXPECT_EQ(next(scene.at(40)), "conclude refused processor_busy");
    for (int second = 4; second < 8; ++second) scene.attempt(AttemptKind::send, Sent{error_reply(429, "x")}, second);
    EXPECT_EQ(next(scene), "conclude refused processor_busy") << "bounded";
}

TEST(StripeNext, ARunningTwinIsDoubt) {
    Scene scene = test::with_card(Verb::sale).attempt(AttemptKind::send, Sent{error_reply(409, "idempotency_error", "idempotency_key_in_use")}, 2);
    EXPECT_EQ(next(scene.at(4)), "resend");
    EXPECT_EQ(next(scene.at(40)), "inquire");
}

TEST(StripeNext, NothingSentConcludesSo) {
    EXPECT_EQ(next(test::scene_of(Verb::sale).attempt(AttemptKind::send, NotSent{"vault_unreachable"}, 1)), "conclude not sent vault_unreachable");
    EXPECT_EQ(next(test::with_card(Verb::sale).attempt(AttemptKind::send, NotSent{"vault_unreachable"}, 2).at(40)),
              "conclude refused processor_busy");
    Scene more = test::scene_of(Verb::capture).attempt(AttemptKind::send, NotSent{"x"}, 1);
    more.operation.attempts = 2;
    EXPECT_EQ(next(more.at(40)), "inquire") << "an attempt that we do not know of";
}

// The answer that gave the card is lost to us: the second message may have been the charge.
TEST(StripeNext, ALaterMessageMayHaveBeenTheCharge) {
    Scene scene = test::scene_of(Verb::authorize);
    scene.attempt(AttemptKind::send, MaybeSent{"no_reply"}, 1).attempt(AttemptKind::send, MaybeSent{"no_reply"}, 2);
    EXPECT_EQ(next(scene.at(4)), "inquire") << "no repeat without the card's id: it would not be the same";
    EXPECT_EQ(next(scene.attempt(AttemptKind::inquire, Sent{test::found("")}, 100)).substr(0, 4), "wait");
}

TEST(StripeNext, CapturesAndRefundsAreReadFromTheObject) {
    Scene capture = test::scene_of(Verb::capture).attempt(AttemptKind::send, MaybeSent{"timeout"}, 29);
    EXPECT_EQ(next(capture.at(31)), "inquire");
    EXPECT_EQ(next(Scene{capture}.attempt(AttemptKind::inquire, Sent{test::intent_reply()}, 60)).substr(0, 4), "wait");
    EXPECT_EQ(next(Scene{capture}.attempt(AttemptKind::inquire, Sent{test::intent_reply()}, 149)), "conclude refused not_found_at_processor");
    EXPECT_EQ(next(Scene{capture}.attempt(AttemptKind::inquire, Sent{test::intent_reply(test::captured())}, 31)), "conclude approved 1250");
    Scene refund = test::scene_of(Verb::refund).attempt(AttemptKind::send, Sent{error_reply(500, "api_error")}, 29);
    EXPECT_EQ(next(Scene{refund}.attempt(AttemptKind::inquire, Sent{test::list_reply(test::refund_text())}, 40)), "conclude approved 1250");
    EXPECT_EQ(next(Scene{refund}.attempt(AttemptKind::inquire, Sent{test::list_reply("")}, 149)), "conclude refused not_found_at_processor");
}

TEST(StripeNextOfAnUndo, ACancellationRunsUntilAcknowledged) {
    Scene scene = test::scene_of(Verb::reverse).attempt(AttemptKind::reverse, MaybeSent{"timeout"}, 40);
    EXPECT_EQ(next(scene.at(41)), "inquire");
    scene.attempt(AttemptKind::inquire, Sent{test::intent_reply()}, 42);
    EXPECT_EQ(next(scene.at(60)), "resend");
    EXPECT_EQ(next(Scene{scene}.attempt(AttemptKind::reverse, Sent{test::intent_reply({.status = "canceled"})}, 61)), "conclude approved 1250");
    EXPECT_EQ(next(Scene{scene}.at(90'000)), "ask people undo_not_acknowledged");
    Scene orphan = test::scene_of(Verb::reverse);
    orphan.original->reference.clear();
    EXPECT_EQ(next(orphan.attempt(AttemptKind::reverse, NotSent{"reference_missing"}, 1)), "ask people undo_reference_missing");
}

TEST(StripeNextOfAnUndo, ARefundIsNeverMadeTwice) {
    Scene scene = test::undo_of_sale().attempt(AttemptKind::reverse, MaybeSent{"timeout"}, 10);
    EXPECT_EQ(next(scene.at(11)), "inquire");
    scene.attempt(AttemptKind::inquire, Sent{test::list_reply("")}, 12);
    EXPECT_EQ(next(scene.at(14)), "inquire") << "its request may still be running";
    scene.attempt(AttemptKind::inquire, Sent{test::list_reply("")}, 131);
    EXPECT_EQ(next(scene.at(140)), "resend") << "proven absent";
    EXPECT_EQ(next(scene.attempt(AttemptKind::inquire, Sent{test::list_reply(test::refund_text())}, 141)), "conclude approved 1250");
}

}  // namespace
}  // namespace postern::stripe
