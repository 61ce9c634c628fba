#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;
using vault::MaybeSent;
using vault::NotSent;
using vault::Sent;

std::string next(Scene scene, int now_s, Switches switches = {}) {
    scene.now_s = now_s;
    return test::word(MercuryAdapter{switches}.next(scene.history()));
}
const vault::Verdict lost = MaybeSent{"deadline"};
vault::Verdict rows(const std::vector<test::Row>& given) { return Sent{test::detail_reply(given)}; }

Scene lost_sale() {
    Scene scene = test::scene_of(Verb::sale);
    return scene.attempt(AttemptKind::send, lost, 10);
}

TEST(NextOfACharge, ResendsWhileTheCallerWaits) {
    EXPECT_EQ(next(lost_sale(), 10), "wait 1000");
    EXPECT_EQ(next(lost_sale(), 11), "resend");
    EXPECT_EQ(next(lost_sale(), 29), "resend");
    EXPECT_EQ(next(lost_sale(), 30), "inquire") << "the deadline is at 30 s";
}
TEST(NextOfACharge, LooksAnEncryptedChargeUpSinceItCannotGoAgain) {
    Scene scene = test::encrypted(Verb::authorize);
    scene.attempt(AttemptKind::send, lost, 10);
    EXPECT_EQ(next(scene, 11), "inquire");
    scene.attempt(AttemptKind::inquire, rows({{"Approved", "PreAuth", "12.50"}}), 12);
    EXPECT_EQ(next(scene, 12), "conclude approved 1250") << "what a repeat would teach stays unknown";
    Scene swiped = test::swiped(Verb::sale);
    swiped.attempt(AttemptKind::send, lost, 10);
    EXPECT_EQ(next(swiped, 11), "resend");
}
TEST(NextOfACharge, WithoutARecordWhatFollowsGoesByTheNumberAndAChargeFails) {
    Scene refund = test::with_record(test::scene_of(Verb::refund));
    refund.attempt(AttemptKind::send, NotSent{"processor_token_missing"}, 1);
    EXPECT_EQ(next(refund, 1), "resend");
    refund.attempt(AttemptKind::resend, NotSent{"card_number_unknown"}, 2);
    EXPECT_EQ(next(refund, 2), "conclude not sent card_number_unknown");
    Scene sale = test::encrypted(Verb::sale);
    sale.attempt(AttemptKind::send, NotSent{"processor_token_missing"}, 1);
    EXPECT_EQ(next(sale, 1), "conclude not sent processor_token_missing");
}
TEST(NextOfACharge, NeverResendsPastTheDuplicateWindow) {
    Switches switches;
    switches.duplicate_window_s = 20;
    EXPECT_EQ(next(lost_sale(), 19, switches), "resend");
    EXPECT_EQ(next(lost_sale(), 20, switches), "inquire");
}
TEST(NextOfACharge, ResendsAFewTimesOnly) {
    Scene scene = lost_sale();
    for (int i = 0; i < 3; ++i) scene.attempt(AttemptKind::resend, lost, 12 + i);
    EXPECT_EQ(next(scene, 16), "inquire");
}
TEST(NextOfACharge, LooksUpWhatStandsInTheWayOfItsRepeats) {
    Scene scene = lost_sale();
    scene.attempt(AttemptKind::resend, Sent{test::decline("Duplicate Transaction")}, 12);
    EXPECT_EQ(next(scene, 13), "inquire");
    scene.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50"}}), 14);
    EXPECT_EQ(next(scene, 14), "conclude approved 1250");
}
TEST(NextOfACharge, DoesNotResendWhatIsToBeUndone) {
    Scene scene = lost_sale();
    scene.operation.goal = domain::Goal::undo;
    EXPECT_EQ(next(scene, 12), "inquire");
}
TEST(NextOfACharge, ResendsWhatTheHostWasTooBusyFor) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, Sent{test::rstream_reply("Error", "004003", "x")}, 2);
    EXPECT_EQ(next(scene, 3), "resend");
}
TEST(NextOfACharge, LooksUpANoAfterALostAnswer) {
    Scene scene = lost_sale();
    scene.attempt(AttemptKind::resend, Sent{test::decline("PIC UP")}, 12);
    EXPECT_EQ(next(scene, 12), "inquire");
    scene.attempt(AttemptKind::inquire, rows({}), 13);
    EXPECT_EQ(next(scene, 13), "wait 59000") << "until the blind window of the last message ends";
    scene.attempt(AttemptKind::inquire, rows({}), 72);
    EXPECT_EQ(next(scene, 72), "conclude declined pick_up_card");
}
TEST(NextOfACharge, TrustsNotFoundOnlyAfterTheBlindWindow) {
    Scene scene = lost_sale();
    scene.attempt(AttemptKind::inquire, rows({}), 69);
    EXPECT_EQ(next(scene, 69), "wait 1000");
    EXPECT_EQ(next(scene, 500), "inquire") << "asked within the window: ask again";
    Scene late = lost_sale();
    late.attempt(AttemptKind::inquire, rows({}), 70);
    EXPECT_EQ(next(late, 70), "conclude refused not_found_at_processor");
    Switches switches;
    switches.not_found_is_proof = 0;
    EXPECT_EQ(next(late, 70, switches), "ask people not_found_at_processor");
}
TEST(NextOfACharge, ConcludesWhatALookUpFound) {
    Scene found = lost_sale();
    found.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50"}}), 31);
    EXPECT_EQ(next(found, 31), "conclude approved 1250");
    Scene voided = lost_sale();
    voided.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50", "true"}}), 31);
    EXPECT_EQ(next(voided, 31), "conclude refused voided_at_processor");
}
TEST(NextOfACharge, LearnsWhatAnUndoNeeds) {
    Scene scene = lost_sale();
    scene.operation.goal = domain::Goal::undo;
    scene.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50"}}), 31);
    EXPECT_EQ(next(scene, 32), "resend");
    EXPECT_EQ(next(scene, 1200), "conclude approved 1250") << "past the window with what is known";
    scene.attempt(AttemptKind::resend, Sent{test::approval("Sale", {}, "AP*")}, 33);
    EXPECT_EQ(next(scene, 33), "conclude approved 1250");
}
TEST(NextOfACharge, ConcludesNotSentWhenNoAttemptLeft) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, NotSent{"connect_refused"}, 1);
    EXPECT_EQ(next(scene, 1), "conclude not sent connect_refused");
    scene.operation.attempts = 2;
    EXPECT_NE(next(scene, 40), "conclude not sent connect_refused") << "one attempt is not accounted for";
    Scene mixed = lost_sale();
    mixed.attempt(AttemptKind::resend, NotSent{"connect_refused"}, 12);
    EXPECT_EQ(next(mixed, 40), "inquire");
}
TEST(NextOfACharge, SlowsDownAndAsksPeopleLast) {
    Scene scene = lost_sale();
    for (int i = 0; i < 8; ++i) scene.attempt(AttemptKind::inquire, lost, 40 + i);
    EXPECT_EQ(next(scene, 47), "wait 10000");
    EXPECT_EQ(next(scene, 1000), "inquire");
    scene.attempt(AttemptKind::inquire, lost, 1000);
    EXPECT_EQ(next(scene, 1000), "wait 128000");
    EXPECT_EQ(next(scene, 86'400), "ask people no_proof_found");
}
TEST(NextOfACharge, ANotCapturedSaleIsForPeople) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, Sent{test::approval("Sale", {{"CaptureStatus", "Not Captured"}})}, 1);
    EXPECT_EQ(next(scene, 5), "ask people not_captured");
}
TEST(NextOfACharge, ForeignDuplicateIsLookedUpNeverTaken) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, Sent{test::approval("Sale", {}, "AP*")}, 1);
    EXPECT_EQ(next(scene, 40).find("conclude"), std::string::npos);
}

TEST(NextOfAnUndo, TriesTheNextFormAtOnce) {
    Scene scene = test::undo_of_sale();
    scene.attempt(AttemptKind::send, Sent{test::decline("NO TRAN FOUND")}, 1);
    EXPECT_EQ(next(scene, 1), "resend");
    scene.attempt(AttemptKind::resend, Sent{test::decline("INV ITEM NUM")}, 2);
    EXPECT_EQ(next(scene, 2), "conclude declined reversal_target_missing");
}
TEST(NextOfAnUndo, LooksBeforeItRepeatsALostOne) {
    Scene scene = test::undo_of_sale();
    scene.attempt(AttemptKind::send, lost, 1);
    EXPECT_EQ(next(scene, 2), "inquire");
    Scene done = scene;
    done.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50", "true"}}), 3);
    EXPECT_EQ(next(done, 3), "conclude approved 1250 hold may remain");
    scene.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50"}}), 3);
    EXPECT_EQ(next(scene, 5), "resend");
    scene.operation.deadline = test::at_second(4);
    EXPECT_EQ(next(scene, 5), "resend") << "an undo runs until it is acknowledged";
}
TEST(NextOfAnUndo, RefusalsAfterALostAnswerAreLookedUp) {
    Scene scene = test::undo_of_sale();
    scene.attempt(AttemptKind::send, lost, 1);
    scene.attempt(AttemptKind::resend, Sent{test::decline("NO TRAN FOUND")}, 2);
    scene.attempt(AttemptKind::resend, Sent{test::decline("INV ITEM NUM")}, 3);
    EXPECT_EQ(next(scene, 3), "inquire");
    Scene done = scene;
    done.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50", "true"}}), 4);
    EXPECT_EQ(next(done, 4), "conclude approved 1250 hold may remain");
    scene.attempt(AttemptKind::inquire, rows({{"Approved", "Sale", "12.50"}}), 4);
    EXPECT_EQ(next(scene, 4), "conclude declined reversal_target_missing");
}
TEST(NextOfAnUndo, GoesOnAfterNotSent) {
    Scene scene = test::scene_of(Verb::reverse);
    scene.attempt(AttemptKind::send, NotSent{"vault_unreachable"}, 1);
    EXPECT_EQ(next(scene, 1), "wait 500");
    EXPECT_EQ(next(scene, 2), "resend");
    EXPECT_EQ(next(scene, 86'400), "ask people undo_not_acknowledged");
}
TEST(NextOfAnUndo, WithoutDataIsForPeople) {
    Scene scene = test::scene_of(Verb::reverse);
    scene.original->reference.clear();
    scene.attempt(AttemptKind::send, NotSent{"x"}, 1);
    EXPECT_EQ(next(scene, 2), "ask people undo_reference_missing");
}

}  // namespace
}  // namespace postern::mercury
