#include <gtest/gtest.h>

#include "tests/processors/stripe/scene.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using test::error_reply;
using test::intent_reply;
using test::Scene;
using vault::AttemptKind;
using vault::Reply;

std::string read(const Scene& scene, const Reply& reply, AttemptKind kind = AttemptKind::send) {
    return test::word(StripeAdapter{}.read(kind, scene.history(), reply));
}

struct ReadCase {
    std::string name;
    Scene scene;
    Reply reply;
    std::string outcome;
    AttemptKind kind = AttemptKind::send;
};
class StripeRead : public testing::TestWithParam<ReadCase> {};
TEST_P(StripeRead, SaysWhatTheReplyProves) {
    const auto& row = GetParam();
    EXPECT_EQ(read(row.scene, row.reply, row.kind), row.outcome);
}

const Scene authorize = test::with_card(Verb::authorize), sale = test::with_card(Verb::sale);
const Scene fresh = test::scene_of(Verb::authorize), capture = test::scene_of(Verb::capture);
const Scene refund = test::scene_of(Verb::refund), cancel = test::scene_of(Verb::reverse);
Scene increment() {
    Scene scene = test::scene_of(Verb::increment);
    scene.operation.requested = test::usd(250);
    return scene;
}
const std::string declined_intent =
    test::intent_text({.status = "requires_payment_method",
                       .more = R"(,"last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds"})"});

INSTANTIATE_TEST_SUITE_P(Charges, StripeRead, testing::Values(
    ReadCase{"card_made", fresh, test::card_reply(), "unreadable card_made"},
    ReadCase{"card_declined_while_made", fresh, error_reply(402, "card_error", "incorrect_number"), "declined invalid_card"},
    ReadCase{"card_lost_is_harmless", fresh, error_reply(500, "api_error"), "unreadable processor_error"},
    ReadCase{"intent_for_a_card", fresh, intent_reply(), "unreadable object_unexpected"},
    ReadCase{"authorized", authorize, intent_reply(), "approved 1250"},
    ReadCase{"sold", sale, intent_reply(test::sold()), "approved 1250"},
    ReadCase{"sold_asynchronously", sale, intent_reply({.status = "succeeded", .capture_method = "automatic_async", .received = "1250"}), "approved 1250"},
    ReadCase{"sale_only_held", sale, intent_reply(), "unreadable capture_method_differs"},
    ReadCase{"less_held", authorize, intent_reply({.capturable = "1000"}), "unreadable amount_differs"},
    ReadCase{"other_amount", authorize, intent_reply({.amount = "1251"}), "unreadable amount_differs"},
    ReadCase{"amount_as_fraction", authorize, intent_reply({.amount = "1250.0"}), "unreadable amount_differs"},
    ReadCase{"amount_as_text", authorize, intent_reply({.amount = "\"1250\""}), "unreadable amount_differs"},
    ReadCase{"other_currency", authorize, intent_reply({.currency = "cad"}), "unreadable currency_differs"},
    ReadCase{"somebody_elses", authorize, intent_reply({.identity = "abcdefghp0000009"}), "unreadable identity_differs"},
    ReadCase{"without_identity", authorize, intent_reply({.identity = ""}), "unreadable identity_differs"},
    ReadCase{"status_twice", authorize, intent_reply({.more = R"(,"status":"requires_capture")"}), "unreadable name_repeated"},
    ReadCase{"processing", authorize, intent_reply({.status = "processing"}), "unreadable processing"},
    ReadCase{"wants_the_customer", authorize, intent_reply({.status = "requires_action"}), "declined not_permitted"},
    ReadCase{"declined_in_a_success", authorize, test::reply_of(declined_intent), "declined insufficient_funds"},
    ReadCase{"approved_in_an_error_status", authorize, test::reply_of(test::intent_text(), 500), "unreadable http_status"},
    ReadCase{"declined", authorize, error_reply(402, "card_error", "card_declined", "insufficient_funds"), "declined insufficient_funds"},
    ReadCase{"declined_under_another_type", authorize, error_reply(402, "invalid_request_error", "card_declined"), "declined generic"},
    ReadCase{"bad_parameter", authorize, error_reply(400, "invalid_request_error", "parameter_missing"), "refused processor_refused"},
    ReadCase{"wrong_key", authorize, error_reply(401, "invalid_request_error"), "refused processor_refused"},
    ReadCase{"too_many", authorize, error_reply(429, "invalid_request_error", "rate_limit"), "unreadable processor_busy"},
    ReadCase{"key_in_use", authorize, error_reply(409, "idempotency_error", "idempotency_key_in_use"), "unreadable key_in_use"},
    ReadCase{"key_of_another", authorize, error_reply(400, "idempotency_error"), "unreadable key_used_before"},
    ReadCase{"their_fault", authorize, error_reply(500, "api_error"), "unreadable processor_error"},
    ReadCase{"dependency", authorize, error_reply(424, "api_error"), "unreadable processor_error"},
    ReadCase{"gateway_page", authorize, test::reply_of("<html>502</html>", 502), "unreadable malformed_json"},
    ReadCase{"cut", authorize, test::reply_of(test::intent_text().substr(0, 150)), "unreadable malformed_json"},
    ReadCase{"empty", authorize, test::reply_of(""), "unreadable malformed_json"},
    ReadCase{"something_else", authorize, test::reply_of(R"({"object":"customer"})"), "unreadable object_unknown"},
    ReadCase{"error_in_a_success", authorize, error_reply(200, "card_error", "card_declined"), "unreadable processor_error"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Following, StripeRead, testing::Values(
    ReadCase{"captured", capture, intent_reply(test::captured()), "approved 1250"},
    ReadCase{"captured_less", capture, intent_reply({.status = "succeeded", .received = "1000"}), "unreadable amount_differs"},
    ReadCase{"captured_another", capture, intent_reply({.status = "succeeded", .id = "pi_2", .received = "1250"}), "unreadable intent_differs"},
    ReadCase{"capture_too_late", capture, error_reply(400, "invalid_request_error", "payment_intent_unexpected_state", "", R"({"id":"pi_1","status":"canceled"})"), "refused processor_refused"},
    ReadCase{"incremented", increment(), intent_reply({.amount = "1500", .capturable = "1500"}), "approved 250"},
    ReadCase{"not_incremented", increment(), intent_reply(), "unreadable amount_differs"},
    ReadCase{"refunded", refund, test::reply_of(test::refund_text()), "approved 1250"},
    ReadCase{"refund_pending", refund, test::reply_of(test::refund_text("pending")), "approved 1250"},
    ReadCase{"refund_failed", refund, test::reply_of(test::refund_text("failed")), "declined generic"},
    ReadCase{"refund_wants_something", refund, test::reply_of(test::refund_text("requires_action")), "unreadable refund_status_unknown"},
    ReadCase{"refund_of_another_amount", refund, test::reply_of(test::refund_text("succeeded", "1000")), "unreadable amount_differs"},
    ReadCase{"refund_of_another_intent", refund, test::reply_of(test::refund_text("succeeded", "1250", "abcdefghp0000001", "pi_2")), "unreadable intent_differs"},
    ReadCase{"refund_of_another_operation", refund, test::reply_of(test::refund_text("succeeded", "1250", "abcdefghp0000003")), "unreadable identity_differs"},
    ReadCase{"nothing_left_to_refund", refund, error_reply(400, "invalid_request_error", "charge_already_refunded"), "refused processor_refused"},
    ReadCase{"intent_for_a_refund", refund, intent_reply(test::captured()), "unreadable object_unexpected"},
    ReadCase{"canceled", cancel, intent_reply({.status = "canceled"}), "approved 1250", AttemptKind::reverse},
    ReadCase{"not_canceled", cancel, intent_reply(), "unreadable status_unexpected", AttemptKind::reverse},
    ReadCase{"canceled_before", cancel, error_reply(400, "invalid_request_error", "payment_intent_unexpected_state", "", R"({"id":"pi_1","status":"canceled"})"), "approved 1250", AttemptKind::reverse},
    ReadCase{"another_canceled_before", cancel, error_reply(400, "invalid_request_error", "payment_intent_unexpected_state", "", R"({"id":"pi_2","status":"canceled"})"), "refused processor_refused", AttemptKind::reverse},
    ReadCase{"captured_meanwhile", cancel, error_reply(400, "invalid_request_error", "payment_intent_unexpected_state", "", R"({"id":"pi_1","status":"succeeded"})"), "declined reversal_target_missing", AttemptKind::reverse},
    ReadCase{"sale_given_back", test::undo_of_sale(), test::reply_of(test::refund_text()), "approved 1250", AttemptKind::reverse}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Inquiries, StripeRead, testing::Values(
    ReadCase{"found", authorize, test::found(test::intent_text()), "found approved 1250", AttemptKind::inquire},
    ReadCase{"found_declined", authorize, test::found(declined_intent), "found declined insufficient_funds", AttemptKind::inquire},
    ReadCase{"found_canceled", authorize, test::found(test::intent_text({.status = "canceled"})), "found voided", AttemptKind::inquire},
    ReadCase{"found_others", authorize, test::found(test::intent_text({.identity = "abcdefghp0000009"})), "not found", AttemptKind::inquire},
    ReadCase{"found_two", authorize, test::found(test::intent_text() + "," + test::intent_text({.id = "pi_2"})), "unreadable several_intents", AttemptKind::inquire},
    ReadCase{"none", authorize, test::found(""), "not found", AttemptKind::inquire},
    ReadCase{"none_on_this_page", authorize, test::list_reply("", true, "search_result"), "unreadable list_goes_on", AttemptKind::inquire},
    ReadCase{"search_failed", authorize, error_reply(500, "api_error"), "unreadable inquiry_refused", AttemptKind::inquire},
    ReadCase{"search_declined_nothing", authorize, error_reply(402, "card_error", "card_declined"), "unreadable inquiry_refused", AttemptKind::inquire},
    ReadCase{"not_captured", capture, intent_reply(), "not found", AttemptKind::inquire},
    ReadCase{"captured_after_all", capture, intent_reply(test::captured()), "found approved 1250", AttemptKind::inquire},
    ReadCase{"hold_is_gone", capture, intent_reply({.status = "canceled"}), "found refused authorization_gone", AttemptKind::inquire},
    ReadCase{"intent_unknown_there", capture, error_reply(404, "invalid_request_error", "resource_missing"), "unreadable intent_not_found", AttemptKind::inquire},
    ReadCase{"refund_seen", refund, test::list_reply(test::refund_text("succeeded", "1", "x") + "," + test::refund_text()), "found approved 1250", AttemptKind::inquire},
    ReadCase{"refund_not_there", refund, test::list_reply(test::refund_text("succeeded", "1", "x")), "not found", AttemptKind::inquire},
    ReadCase{"hold_still_there", cancel, intent_reply(), "unreadable not_undone_yet", AttemptKind::inquire},
    ReadCase{"hold_let_go", cancel, intent_reply({.status = "canceled"}), "found approved 1250", AttemptKind::inquire}),
    [](const auto& test) { return test.param.name; });

TEST(StripeReadReference, KeepsWhatFollowsNeeds) {
    const auto outcome = StripeAdapter{}.read(AttemptKind::send, authorize.history(), intent_reply());
    const auto& claim = std::get<domain::ApprovedClaim>(std::get<domain::Claim>(outcome));
    EXPECT_EQ(claim.reference, (domain::ProcessorReference{{"payment_intent", "pi_1"}, {"charge", "ch_1"}}));
    const Reply expanded = test::reply_of(test::intent_text().replace(test::intent_text().find("\"ch_1\""), 6, R"({"id":"ch_1","object":"charge"})"));
    const auto again = StripeAdapter{}.read(AttemptKind::send, authorize.history(), expanded);
    EXPECT_EQ(std::get<domain::ApprovedClaim>(std::get<domain::Claim>(again)).reference, claim.reference) << "an id or an object";
}

// A refusal is not kept under the key, so it says nothing about the request whose answer was lost; a decline is.
TEST(StripeReadAfterALostAnswer, OnlyWhatIsKeptUnderTheKeyCounts) {
    Scene scene = test::with_card(Verb::authorize);
    scene.attempt(AttemptKind::send, vault::MaybeSent{"timeout"}, 2);
    EXPECT_EQ(read(scene, error_reply(401, "invalid_request_error"), AttemptKind::resend), "unreadable no_after_lost_answer");
    EXPECT_EQ(read(scene, error_reply(402, "card_error", "card_declined"), AttemptKind::resend), "declined generic");
    EXPECT_EQ(read(scene, intent_reply(), AttemptKind::resend), "approved 1250");
}

// Without the answer that gave the card's id, a later message may have been the charge.
TEST(StripeReadAfterALostAnswer, ADeclineOfACardSaysNothingAboutACharge) {
    Scene scene = test::scene_of(Verb::authorize);
    scene.attempt(AttemptKind::send, vault::MaybeSent{"no_reply"}, 1).attempt(AttemptKind::send, vault::MaybeSent{"no_reply"}, 2);
    EXPECT_EQ(read(scene, error_reply(402, "card_error", "card_declined")), "unreadable no_after_lost_answer");
}

}  // namespace
}  // namespace postern::stripe
