#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Fields;
using test::Scene;
using vault::AttemptKind;
using vault::MaybeSent;
using vault::Sent;

std::string read(const Scene& scene, const vault::Reply& reply, AttemptKind kind = AttemptKind::send,
                 Switches switches = {}) {
    return test::word(MercuryAdapter{switches}.read(kind, scene.history(), reply));
}

struct ChargeCase {
    std::string name;
    vault::Reply reply;
    std::string expected;
};
class ReadSale : public testing::TestWithParam<ChargeCase> {};
TEST_P(ReadSale, SaysWhatTheAnswerProves) {
    EXPECT_EQ(read(test::scene_of(Verb::sale), GetParam().reply), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, ReadSale, testing::Values(
    ChargeCase{"approved", test::approval("Sale"), "approved 1250"},
    ChargeCase{"approved_by_record", test::approval("Sale", {{"CaptureStatus", "Captured"}}), "approved 1250"},
    ChargeCase{"success_is_approval", test::rstream_reply("SUCCESS", "000000", "AP", test::approved_fields("Sale")),
               "approved 1250"},
    ChargeCase{"verb_not_named", test::approval("Sale", {{"TranCode", "-"}}), "approved 1250"},
    ChargeCase{"purchase_not_named", test::approval("Sale", {{"Purchase", "-"}}), "approved 1250"},
    ChargeCase{"partial", test::approval("Sale", {{"Authorize", "7.00"}}, "PARTIAL AP"), "approved 700"},
    ChargeCase{"partial_without_saying_so", test::approval("Sale", {{"Authorize", "12.49"}}), "approved 1249"},
    ChargeCase{"more_than_asked", test::approval("Sale", {{"Authorize", "12.51"}}), "unreadable amount_differs"},
    ChargeCase{"nothing_approved", test::approval("Sale", {{"Authorize", "0.00"}}), "unreadable amount_differs"},
    ChargeCase{"amount_missing", test::approval("Sale", {{"Authorize", "-"}}), "unreadable amount_differs"},
    ChargeCase{"amount_in_other_spelling", test::approval("Sale", {{"Authorize", "12.5"}}), "unreadable amount_differs"},
    ChargeCase{"purchase_of_another", test::approval("Sale", {{"Purchase", "12.49"}}), "unreadable amount_differs"},
    ChargeCase{"invoice_of_another", test::approval("Sale", {{"InvoiceNo", "OTHER"}}), "unreadable invoice_differs"},
    ChargeCase{"invoice_missing", test::approval("Sale", {{"InvoiceNo", "-"}}), "unreadable invoice_differs"},
    ChargeCase{"verb_of_another", test::approval("Return"), "unreadable verb_differs"},
    ChargeCase{"not_captured", test::approval("Sale", {{"CaptureStatus", "Not Captured"}}, "AP NOT CAPTURED"),
               "unreadable not_captured"},
    ChargeCase{"no_transaction", test::rstream_reply("Approved", "000000", "AP"), "unreadable transaction_missing"},
    ChargeCase{"duplicate_at_first_try", test::approval("Sale", {}, "AP*"), "unreadable duplicate_of_unknown"},
    ChargeCase{"declined", test::decline("PIC UP"), "declined pick_up_card"},
    ChargeCase{"declined_with_unknown_text", test::decline("NEW WORDS"), "declined generic"},
    ChargeCase{"declined_for_another", test::rstream_reply("Declined", "000000", "DECLINE", {{"InvoiceNo", "OTHER"}}),
               "unreadable invoice_differs"},
    ChargeCase{"error_final", test::rstream_reply("Error", "100204", "Invalid Field"), "refused processor_refused"},
    ChargeCase{"error_of_status_000000", test::rstream_reply("Error", "000000", "No Live Cards on Test Merchant ID"),
               "refused processor_refused"},
    ChargeCase{"error_busy", test::rstream_reply("Error", "004003", "x"), "unreadable processor_busy"},
    ChargeCase{"error_unknown", test::rstream_reply("Error", "003010", "x"), "unreadable processor_error"},
    ChargeCase{"error_unlisted", test::rstream_reply("Error", "777777", "x"), "unreadable processor_error"},
    ChargeCase{"error_yet_authorized", test::rstream_reply("Error", "100204", "x", {{"AuthCode", "123456"}}),
               "unreadable error_with_authorization"},
    ChargeCase{"error_of_another_invoice", test::rstream_reply("Error", "100204", "x", {{"InvoiceNo", "OTHER"}}),
               "unreadable invoice_differs"},
    ChargeCase{"partial_of_the_whole", test::approval("Sale", {}, "PARTIAL AP"), "unreadable amount_differs"},
    ChargeCase{"reversed_sale", test::approval("Sale", {}, "REVERSED"), "unreadable verb_differs"},
    ChargeCase{"not_captured_by_text_alone", test::approval("Sale", {}, "AP NOT CAPTURED"), "unreadable not_captured"},
    ChargeCase{"approved_that_says_decline", test::approval("Sale", {}, "DECLINE"), "unreadable processor_error"},
    ChargeCase{"declined_that_says_ap", test::decline("AP"), "unreadable processor_error"},
    ChargeCase{"first_one_stands", test::decline("Duplicate Transaction"), "unreadable refused_as_duplicate"},
    ChargeCase{"http_500", test::reply_of(test::approval("Sale").body, 500), "unreadable http_status"},
    ChargeCase{"empty", test::reply_of(""), "unreadable malformed_xml"}),
    [](const auto& test) { return test.param.name; });

TEST(Read, KeepsReferencesByteForByte) {
    const auto outcome = MercuryAdapter{}.read(AttemptKind::send, test::scene_of(Verb::authorize).history(),
                                               test::approval("PreAuth"));
    EXPECT_EQ(std::get<domain::ApprovedClaim>(std::get<domain::Claim>(outcome)).reference, test::full_reference());
}

TEST(Read, CaptureFallsBackToTheHoldsData) {
    Scene scene = test::scene_of(Verb::capture);
    scene.operation.requested = test::usd(1000);
    const Fields fields{{"Purchase", "10.00"}, {"Authorize", "10.00"}, {"AcqRefData", "-"}, {"RefNo", "0077"}};
    const auto outcome =
        MercuryAdapter{}.read(AttemptKind::send, scene.history(), test::approval("PreAuthCapture", fields));
    const auto claim = std::get<domain::ApprovedClaim>(std::get<domain::Claim>(outcome));
    EXPECT_EQ(claim.approved, test::usd(1000));
    EXPECT_EQ(claim.reference.at("AcqRefData"), "KbMCC1  A  ");
    EXPECT_EQ(claim.reference.at("RefNo"), "0077");
    EXPECT_EQ(read(scene, test::approval("PreAuthCapture", {{"Purchase", "10.00"}, {"Authorize", "12.50"}})),
              "approved 1000") << "the hold's amount told again";
    EXPECT_EQ(read(scene, test::approval("PreAuthCapture", {{"Purchase", "10.00"}, {"Authorize", "11.00"}})),
              "unreadable amount_differs");
}

class ReadTip : public testing::TestWithParam<ChargeCase> {};
TEST_P(ReadTip, SaysWhatTheAnswerProves) { EXPECT_EQ(read(test::tip_scene(), GetParam().reply), GetParam().expected); }
const Fields tip_fields{{"Purchase", "10.00"}, {"Authorize", "12.50"}};
Fields tip_fields_but(const Fields& changes) {
    Fields fields = tip_fields;
    for (const auto& [name, value] : changes) fields[name] = value;
    return fields;
}
INSTANTIATE_TEST_SUITE_P(Table, ReadTip, testing::Values(
    ChargeCase{"approved", test::approval("Adjust", tip_fields), "approved 1250"},
    ChargeCase{"base_of_another", test::approval("Adjust", tip_fields_but({{"Purchase", "12.50"}})), "unreadable amount_differs"},
    ChargeCase{"other_tip", test::approval("Adjust", tip_fields_but({{"Authorize", "12.00"}})), "unreadable amount_differs"},
    ChargeCase{"tip_not_added", test::approval("Adjust", tip_fields_but({{"Authorize", "10.00"}})), "unreadable amount_differs"},
    ChargeCase{"verb_of_another", test::approval("Sale", tip_fields), "unreadable verb_differs"},
    ChargeCase{"invoice_of_another", test::approval("Adjust", tip_fields_but({{"InvoiceNo", "OTHER"}})), "unreadable invoice_differs"},
    ChargeCase{"out_of_the_batch", test::decline("INV ITEM NUM"), "declined not_in_open_batch"},
    ChargeCase{"declined", test::decline(), "declined generic"},
    ChargeCase{"server_silent", test::rstream_reply("Error", "003010", "x"), "unreadable processor_error"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadTipInquiry, FindsTheNewTipAsARowOfItsOwnOrOnItsItem) {
    const auto ask = [](std::string type, std::string total, Switches switches) {
        return read(test::tip_scene(), test::detail_reply({{"Approved", std::move(type), std::move(total)}}),
                    AttemptKind::inquire, switches);
    };
    EXPECT_EQ(ask("Adjust", "12.50", {}), "found approved 1250");
    EXPECT_EQ(ask("Adjust", "12.00", {}), "unreadable row_differs");
    EXPECT_EQ(ask("Sale", "12.50", {}), "unreadable row_differs");
    Switches on_item;
    on_item.adjust_shows_on_item = 1;
    EXPECT_EQ(ask("Sale", "12.50", on_item), "found approved 1250");
    EXPECT_EQ(ask("Sale", "10.00", on_item), "not found");
    EXPECT_EQ(ask("Adjust", "12.50", on_item), "unreadable row_differs");
}

TEST(Read, CaptureWithATipSaysItsParts) {
    Scene scene = test::scene_of(Verb::capture);
    scene.operation.requested = test::usd(1500);
    scene.operation.tip = test::usd(250);
    const auto answer = [&](std::string purchase, std::string authorize) {
        return read(scene, test::approval("PreAuthCapture", {{"Purchase", purchase}, {"Authorize", authorize}}));
    };
    EXPECT_EQ(answer("12.50", "15.00"), "approved 1500");
    EXPECT_EQ(answer("15.00", "15.00"), "unreadable amount_differs");
    EXPECT_EQ(answer("12.50", "14.00"), "unreadable amount_differs");
}

TEST(Read, DuplicateAnswerIsOursOnlyWhereAMessageWentBefore) {
    const auto duplicate = test::approval("Sale", {}, "AP*");
    Scene lost = test::scene_of(Verb::sale);
    lost.attempt(AttemptKind::send, MaybeSent{"deadline"}, 1);
    lost.operation.attempts = 2;
    EXPECT_EQ(read(lost, duplicate, AttemptKind::resend), "approved 1250");
    EXPECT_EQ(read(lost, test::approval("Sale", {{"TranCode", "-"}}, "AP*"), AttemptKind::resend),
              "unreadable verb_differs");
    EXPECT_EQ(read(lost, test::approval("Sale", {{"Purchase", "1.00"}}, "AP*"), AttemptKind::resend),
              "unreadable amount_differs");
    EXPECT_EQ(read(lost, test::approval("PreAuth", {}, "AP*"), AttemptKind::resend), "unreadable verb_differs");
    lost.attempt(AttemptKind::resend, Sent{duplicate}, 2);
    EXPECT_EQ(read(lost, duplicate, AttemptKind::resend), "approved 1250") << "whether or not it is counted already";

    Scene answered = test::scene_of(Verb::sale);
    answered.attempt(AttemptKind::send, Sent{test::approval("Sale", {{"AuthCode", "other"}})}, 1);
    answered.operation.attempts = 2;
    EXPECT_EQ(read(answered, duplicate, AttemptKind::resend), "unreadable duplicate_of_unknown");

    Scene never_left = test::scene_of(Verb::sale);
    never_left.attempt(AttemptKind::send, vault::NotSent{"deadline"}, 1);
    never_left.operation.attempts = 2;
    EXPECT_EQ(read(never_left, duplicate, AttemptKind::resend), "unreadable duplicate_of_unknown");

    Scene foreign = test::scene_of(Verb::sale);
    foreign.attempt(AttemptKind::send, Sent{duplicate}, 1);
    foreign.operation.attempts = 2;
    EXPECT_EQ(read(foreign, test::approval("Sale", {{"RefNo", "0099"}}, "AP*"), AttemptKind::resend),
              "unreadable duplicate_of_unknown");
}

TEST(Read, NoAfterALostAnswerIsNoProof) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, MaybeSent{"deadline"}, 1);
    EXPECT_EQ(read(scene, test::decline(), AttemptKind::resend), "unreadable no_after_lost_answer");
    EXPECT_EQ(read(scene, test::rstream_reply("Error", "002010", "x"), AttemptKind::resend),
              "unreadable no_after_lost_answer");
    Switches switches;
    switches.confirm_no_after_lost_answer = 0;
    EXPECT_EQ(read(scene, test::decline(), AttemptKind::resend, switches), "declined generic");
    Scene busy = test::scene_of(Verb::sale);
    busy.attempt(AttemptKind::send, Sent{test::rstream_reply("Error", "004003", "x")}, 1);
    EXPECT_EQ(read(busy, test::decline(), AttemptKind::resend), "declined generic");
}

std::string read_undo(const Scene& scene, const vault::Reply& reply) { return read(scene, reply, AttemptKind::reverse); }
vault::Reply undo_answer(std::string_view text) {
    return test::rstream_reply("Approved", "000000", text,
                               test::approved_fields("VoidSale", {{"AuthCode", "VOIDED"}}, test::original_invoice));
}

TEST(ReadUndo, ReversedLetsTheHoldGo) {
    EXPECT_EQ(read_undo(test::scene_of(Verb::reverse), undo_answer("REVERSED")), "approved 1250");
    EXPECT_EQ(read_undo(test::scene_of(Verb::reverse), undo_answer("AP")), "approved 1250 hold may remain");
    EXPECT_EQ(read_undo(test::scene_of(Verb::reverse), test::approval("VoidSale")), "unreadable invoice_differs")
        << "an undo goes under the invoice of what it takes back";
}
TEST(ReadUndo, RefusalMovesOnToTheNextForm) {
    Scene scene = test::undo_of_sale();
    const auto refusal = test::decline("NO TRAN FOUND");
    EXPECT_EQ(read_undo(scene, refusal), "unreadable next_undo_form");
    EXPECT_EQ(read_undo(scene, test::rstream_reply("Error", "000000", "NO TRAN FOUND")), "unreadable next_undo_form");
    scene.attempt(AttemptKind::send, Sent{refusal}, 1);
    EXPECT_EQ(read_undo(scene, test::decline("INV ITEM NUM")), "declined reversal_target_missing");
    Scene hold = test::scene_of(Verb::reverse);
    EXPECT_EQ(read_undo(hold, refusal), "declined reversal_target_missing") << "no second form for a hold";
}
TEST(ReadUndo, RefusalAfterALostAnswerMayMeanDone) {
    Scene scene = test::scene_of(Verb::reverse);
    scene.attempt(AttemptKind::send, MaybeSent{"deadline"}, 1);
    EXPECT_EQ(read_undo(scene, test::decline("NO TRAN FOUND")), "unreadable no_after_lost_answer");
}

struct InquiryCase {
    std::string name;
    std::vector<test::Row> rows;
    std::string expected;
};
class ReadInquiry : public testing::TestWithParam<InquiryCase> {};
TEST_P(ReadInquiry, OfASale) {
    EXPECT_EQ(read(test::scene_of(Verb::sale), test::detail_reply(GetParam().rows), AttemptKind::inquire),
              GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, ReadInquiry, testing::Values(
    InquiryCase{"approved", {{"Approved", "Sale", "12.50"}}, "found approved 1250"},
    InquiryCase{"success_by_record", {{"success", "SALEBYRECORDNO", "12.50"}}, "found approved 1250"},
    InquiryCase{"type_not_named", {{"Approved", "", "12.50"}}, "found approved 1250"},
    InquiryCase{"partial", {{"Approved", "Sale", "7.00"}}, "found approved 700"},
    InquiryCase{"voided", {{"Approved", "Sale", "12.50", "true"}}, "found voided"},
    InquiryCase{"declined", {{"Declined", "Sale", "12.50"}}, "found declined generic"},
    InquiryCase{"error", {{"Error", "Sale", "12.50"}}, "found refused processor_refused"},
    InquiryCase{"not_found", {}, "not found"},
    InquiryCase{"more_than_asked", {{"Approved", "Sale", "12.51"}}, "unreadable row_differs"},
    InquiryCase{"other_verb", {{"Approved", "Return", "12.50"}}, "unreadable row_differs"},
    InquiryCase{"status_unknown", {{"Pending", "Sale", "12.50"}}, "unreadable row_differs"},
    InquiryCase{"total_malformed", {{"Approved", "Sale", "12.5"}}, "unreadable row_differs"},
    InquiryCase{"void_beside_it", {{"Approved", "Sale", "12.50", "true"}, {"Approved", "VoidSale", "12.50"}},
                "found voided"},
    InquiryCase{"declined_try_beside_it", {{"Declined", "Sale", "12.50"}, {"Approved", "Sale", "12.50"}},
                "found approved 1250"},
    InquiryCase{"charged_twice", {{"Approved", "Sale", "12.50"}, {"Approved", "Sale", "12.50"}},
                "unreadable several_approvals"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadInquiryOfAHold, WantsTheDataThatACaptureNeeds) {
    Scene scene = test::scene_of(Verb::authorize);
    const auto reply = test::detail_reply({{"Approved", "PreAuth", "12.50"}});
    EXPECT_EQ(read(scene, reply, AttemptKind::inquire), "unreadable reference_to_be_learned");
    scene.now_s = 1199;
    EXPECT_EQ(read(scene, reply, AttemptKind::inquire), "unreadable reference_to_be_learned");
    scene.now_s = 1200;
    EXPECT_EQ(read(scene, reply, AttemptKind::inquire), "found approved 1250") << "no resend past the window";
    Switches switches;
    switches.learn_reference_by_resend = 0;
    scene.now_s = 1;
    EXPECT_EQ(read(scene, reply, AttemptKind::inquire, switches), "found approved 1250");
}
TEST(ReadInquiryOfAnUndo, LooksAtWhatItTakesBack) {
    const Scene scene = test::undo_of_sale();
    const auto look = [&](const std::vector<test::Row>& rows) {
        return read(scene, test::detail_reply(rows), AttemptKind::inquire);
    };
    EXPECT_EQ(look({{"Approved", "Sale", "12.50", "true"}}), "found approved 1250 hold may remain");
    EXPECT_EQ(look({{"Approved", "Sale", "12.50"}}), "unreadable not_undone_yet");
    EXPECT_EQ(look({}), "unreadable not_undone_yet");
    const test::Row voided{"Approved", "Sale", "12.50", "true", "0042"}, twin{"Approved", "Sale", "12.50", "false", "0043"};
    EXPECT_EQ(look({voided, twin}), "found approved 1250 hold may remain") << "the host booked twice; its item is gone";
    EXPECT_EQ(look({{"Approved", "Sale", "12.50", "false", "0042"}, {"Approved", "Sale", "12.50", "true", "0043"}}),
              "unreadable not_undone_yet");
}
TEST(ReadInquiry, GivesTheReasonThatAMessageWasTold) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, MaybeSent{"deadline"}, 1);
    scene.attempt(AttemptKind::resend, Sent{test::decline("PIC UP")}, 2);
    EXPECT_EQ(read(scene, test::detail_reply({{"Declined", "Sale", "12.50"}}), AttemptKind::inquire),
              "found declined pick_up_card");
}

}  // namespace
}  // namespace postern::mercury
