#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

void flatten(const vault::XmlElement& element, std::string& out) {
    if (const auto* leaf = std::get_if<vault::Leaf>(&element.content)) {
        const auto* text = std::get_if<std::string>(leaf);
        out += element.name + "=" + (text ? *text : "{" + std::string(vault::to_text(std::get<vault::Slot>(*leaf))) + "}") +
               "\n";
        return;
    }
    const auto* document = std::get_if<vault::EmbeddedDocument>(&element.content);
    for (const auto& child : document ? document->root : std::get<std::vector<vault::XmlElement>>(element.content))
        flatten(child, out);
}
std::string planned(const Scene& scene, AttemptKind kind = AttemptKind::send, Switches switches = {}) {
    const auto tree = MercuryAdapter{switches}.plan(kind, scene.history());
    if (!tree) return "error " + std::string(tree.error().code);
    std::string out;
    flatten(std::get<vault::XmlBody>(tree->body).root, out);
    return out;
}

TEST(Plan, Authorize) {
    EXPECT_EQ(planned(test::scene_of(Verb::authorize)),
              "TranType=Credit\nTranCode=PreAuth\nInvoiceNo=abcdefghp0000001\nRefNo=abcdefghp0000001\nMemo=Postern 0.1\n"
              "MerchantID={account.merchant_id}\nPurchase=12.50\nAuthorize=12.50\nAcctNo={card.number}\n"
              "ExpDate={card.expiry}\npw={account.password}\n");
}
TEST(Plan, AsksForAPartWhereTheCallerWouldTakeOne) {
    for (const Verb verb : {Verb::authorize, Verb::sale}) {
        Scene scene = test::scene_of(verb);
        EXPECT_EQ(planned(scene).find("PartialAuth"), std::string::npos);
        scene.payment.partial_approval = domain::PartialApproval::allowed;
        EXPECT_NE(planned(scene).find("PartialAuth=Allow\nInvoiceNo"), std::string::npos);
    }
    Scene capture = test::scene_of(Verb::capture);
    capture.payment.partial_approval = domain::PartialApproval::accepted;
    EXPECT_EQ(planned(capture).find("PartialAuth"), std::string::npos);
}
TEST(Plan, CaptureCarriesTheHold) {
    Scene scene = test::scene_of(Verb::capture);
    scene.operation.requested = test::usd(1000);
    const std::string expected =
        "TranType=Credit\nTranCode=PreAuthCapture\nInvoiceNo=abcdefghp0000001\nRefNo=abcdefghp0000001\n"
        "Memo=Postern 0.1\nMerchantID={account.merchant_id}\nPurchase=10.00\nAuthorize=12.50\nAcctNo={card.number}\n"
        "ExpDate={card.expiry}\nAuthCode=00012 \nAcqRefData=KbMCC1  A  \nProcessData=|00|210100\npw={account.password}\n";
    EXPECT_EQ(planned(scene), expected);
    Switches switches;
    switches.capture_authorize_is_original = 0;
    switches.capture_with_original_invoice = 1;
    EXPECT_NE(planned(scene, AttemptKind::send, switches).find("Authorize=10.00"), std::string::npos);
    EXPECT_NE(planned(scene, AttemptKind::send, switches).find("InvoiceNo=abcdefghp0000002"), std::string::npos);
}
TEST(Plan, CaptureNeedsTheIssuersData) {
    Scene scene = test::scene_of(Verb::capture);
    scene.original->reference.erase("ProcessData");
    EXPECT_EQ(planned(scene).find("error"), std::string::npos) << "ProcessData may be missing";
    scene.original->reference.erase("AcqRefData");
    EXPECT_EQ(planned(scene), "error reference_missing");
}
TEST(Plan, ReversalOfAHoldHasANumberForItsItem) {
    const std::string message = planned(test::scene_of(Verb::reverse));
    EXPECT_NE(message.find("TranCode=VoidSale\nInvoiceNo=abcdefghp0000002\nRefNo=1\n"), std::string::npos) << message;
    EXPECT_NE(message.find("AcqRefData=KbMCC1  A  \nProcessData=|00|210100\n"), std::string::npos) << message;
    Switches switches;
    switches.undo_with_original_invoice = 0;
    EXPECT_NE(planned(test::scene_of(Verb::reverse), AttemptKind::reverse, switches).find("InvoiceNo=abcdefghp0000001"),
              std::string::npos);
}
TEST(Plan, AfterARefusalTheVoidGoesWithoutTheIssuersData) {
    Scene scene = test::undo_of_sale();
    EXPECT_NE(planned(scene).find("AcqRefData"), std::string::npos);
    scene.attempt(AttemptKind::send, vault::Sent{test::decline("NO TRAN FOUND")}, 1);
    const std::string message = planned(scene, AttemptKind::resend);
    EXPECT_NE(message.find("RefNo=0042"), std::string::npos);
    EXPECT_NE(message.find("AuthCode=00012 \n"), std::string::npos);
    EXPECT_EQ(message.find("AcqRefData"), std::string::npos) << message;
}
TEST(Plan, LostAnswerKeepsTheForm) {
    Scene scene = test::undo_of_sale();
    scene.attempt(AttemptKind::send, vault::MaybeSent{"connection_lost"}, 1);
    EXPECT_NE(planned(scene, AttemptKind::resend).find("AcqRefData"), std::string::npos);
}
TEST(Plan, ReversalWithoutDataIsAVoidOrNothing) {
    Scene scene = test::undo_of_sale();
    scene.original->reference.erase("AcqRefData");
    EXPECT_EQ(planned(scene).find("ProcessData"), std::string::npos);
    Scene hold = test::scene_of(Verb::reverse);
    hold.original->reference.erase("AcqRefData");
    EXPECT_EQ(planned(hold), "error reference_missing") << "a void cannot undo a hold";
}
TEST(Plan, VoidSaleNeverCarriesTheIssuersData) {
    Scene scene = test::undo_of_sale();
    scene.operation.verb = Verb::void_sale;
    EXPECT_EQ(planned(scene).find("AcqRefData"), std::string::npos);
}
TEST(Plan, TipNamesItsItemAndReplaces) {
    Scene scene = test::tip_scene();
    EXPECT_EQ(planned(scene),
              "TranType=Credit\nTranCode=Adjust\nInvoiceNo=abcdefghp0000001\nRefNo=0042\nMemo=Postern 0.1\n"
              "MerchantID={account.merchant_id}\nPurchase=10.00\nGratuity=2.50\nAcctNo={card.number}\n"
              "ExpDate={card.expiry}\nAuthCode=00012 \npw={account.password}\n");
    EXPECT_NE(planned(scene, AttemptKind::inquire).find("invoice=abcdefghp0000001"), std::string::npos);
    scene.operation.requested = test::usd(1000);
    scene.operation.tip = test::usd(0);
    EXPECT_NE(planned(scene).find("Purchase=10.00\nGratuity=0.00\n"), std::string::npos);
    scene.original->reference.erase("RefNo");
    EXPECT_EQ(planned(scene), "error reference_missing");
}
TEST(Plan, TipIsLookedUpWhereTheSwitchesSay) {
    Switches switches;
    switches.adjust_shows_on_item = 1;
    EXPECT_NE(planned(test::tip_scene(), AttemptKind::inquire, switches).find("invoice=abcdefghp0000002"), std::string::npos);
    switches = {};
    switches.adjust_with_ref_no_as_invoice = 1;
    EXPECT_NE(planned(test::tip_scene(), AttemptKind::send, switches).find("InvoiceNo=0042\nRefNo=0042"), std::string::npos);
    EXPECT_NE(planned(test::tip_scene(), AttemptKind::inquire, switches).find("invoice=abcdefghp0000002"), std::string::npos);
}
TEST(Plan, CaptureNamesItsTip) {
    Scene scene = test::scene_of(Verb::capture);
    scene.operation.requested = test::usd(1500);
    scene.operation.tip = test::usd(250);
    EXPECT_NE(planned(scene).find("Purchase=12.50\nAuthorize=12.50\nGratuity=2.50\n"), std::string::npos) << planned(scene);
    scene.operation.tip = test::usd(1500);
    EXPECT_EQ(planned(scene), "error amount_out_of_range") << "a tip for nothing";
}
TEST(Plan, UndoTakesBackTheTipToo) {
    Scene scene = test::undo_of_sale();
    scene.operation.requested = test::usd(1500);  // of 12.50 and a tip since then
    EXPECT_NE(planned(scene).find("Purchase=15.00"), std::string::npos);
}
TEST(Plan, RefundStandsAlone) {
    EXPECT_EQ(planned(test::scene_of(Verb::refund)).find("TranInfo"), std::string::npos);
    EXPECT_NE(planned(test::scene_of(Verb::refund)).find("TranCode=Return"), std::string::npos);
}
TEST(Plan, SecurityCodeGoesOnceAndOnlyWhereTheIssuerDecides) {
    Scene scene = test::scene_of(Verb::sale);
    scene.with_security_code = scene.with_address = true;
    EXPECT_NE(planned(scene).find("CVVData={card.security_code}\nAddress={card.address}\nZip={card.postal_code}\n"),
              std::string::npos);
    EXPECT_NE(planned(scene).find("Name={card.holder_name}\n"), std::string::npos);
    const std::string again = planned(scene, AttemptKind::resend);
    EXPECT_EQ(again.find("CVVData"), std::string::npos);
    EXPECT_NE(again.find("Address={card.address}\nZip={card.postal_code}\n"), std::string::npos) << again;
    for (const Verb verb : {Verb::capture, Verb::reverse, Verb::refund}) {
        Scene other = test::scene_of(verb);
        other.with_security_code = other.with_address = true;
        EXPECT_EQ(planned(other).find("CVVData"), std::string::npos);
        EXPECT_EQ(planned(other).find("Address"), std::string::npos);
    }
}
TEST(Plan, ASwipedCardGoesByItsStripeOnceAndThenByItsNumber) {
    Scene scene = test::swiped(Verb::sale);
    scene.with_security_code = scene.with_address = true;
    const std::string message = planned(scene);
    EXPECT_NE(message.find("Purchase=12.50\nTrack2={card.track2}\npw="), std::string::npos) << message;
    const std::string again = planned(scene, AttemptKind::resend);
    EXPECT_NE(again.find("AcctNo={card.number}\nExpDate={card.expiry}\n"), std::string::npos) << again;
    EXPECT_EQ(again.find("Track"), std::string::npos) << again;
    EXPECT_NE(planned(test::swiped(Verb::authorize, true, false)).find("Track1={card.track1}\n"), std::string::npos);
    EXPECT_NE(planned(test::swiped(Verb::refund)).find("AcctNo={card.number}"), std::string::npos);
}
TEST(Plan, AnEncryptedCardGoesOnceAndNeverByItsNumber) {
    EXPECT_NE(planned(test::encrypted(Verb::authorize)).find("EncryptedFormat={card.encrypted_format}\n"
              "AccountSource={card.encrypted_source}\nEncryptedBlock={card.encrypted_block}\n"
              "EncryptedKey={card.encrypted_key}\npw="), std::string::npos);
    Scene used = test::encrypted(Verb::sale);
    used.with_block = false;
    EXPECT_NE(planned(used).find("TranCode=SaleByRecordNo\n"), std::string::npos);
    EXPECT_EQ(planned(used).find("Acc"), std::string::npos);
}
TEST(Plan, AsksForARecordWhereThereIsNoNumberOrTheSwitchSaysSo) {
    const std::string asked = "Frequency=OneTime\nRecordNo=RecordNumberRequested\nMerchantID=";
    Switches switches;
    switches.use_records = 1;
    EXPECT_EQ(planned(test::scene_of(Verb::sale)).find("RecordNo"), std::string::npos);
    EXPECT_NE(planned(test::scene_of(Verb::sale), AttemptKind::send, switches).find(asked), std::string::npos);
    EXPECT_NE(planned(test::encrypted(Verb::authorize)).find(asked), std::string::npos);
    EXPECT_EQ(planned(test::scene_of(Verb::refund), AttemptKind::send, switches).find("RecordNo"), std::string::npos);
}
TEST(Plan, WhatFollowsAChargeWithARecordGoesByIt) {
    for (const auto& [verb, code] : {std::pair{Verb::capture, "PreAuthCapture"}, std::pair{Verb::refund, "Return"},
                                     std::pair{Verb::reverse, "VoidSale"}}) {
        Scene scene = test::with_record(test::scene_of(verb));
        const std::string message = planned(scene);
        EXPECT_NE(message.find("TranCode=" + std::string(code) + "ByRecordNo\n"), std::string::npos) << message;
        EXPECT_NE(message.find("Frequency=OneTime\nRecordNo={card.processor_token}\nMerchantID="), std::string::npos);
        EXPECT_EQ(message.find("AcctNo"), std::string::npos) << message;
        scene.attempt(AttemptKind::send, vault::NotSent{"processor_token_expired"}, 1);
        const std::string again = planned(scene, AttemptKind::resend);
        EXPECT_NE(again.find("TranCode=" + std::string(code) + "\n"), std::string::npos) << again;
        EXPECT_NE(again.find("AcctNo={card.number}"), std::string::npos) << again;
    }
}
TEST(Plan, InquiryOfAnUndoLooksAtWhatItTakesBack) {
    EXPECT_EQ(planned(test::scene_of(Verb::capture), AttemptKind::inquire),
              "merchant={account.merchant_id}\npw={account.password}\ninvoice=abcdefghp0000001\n");
    EXPECT_EQ(planned(test::scene_of(Verb::reverse), AttemptKind::inquire),
              "merchant={account.merchant_id}\npw={account.password}\ninvoice=abcdefghp0000002\n");
}
TEST(Plan, RefusesWhatTheWireCannotSay) {
    EXPECT_EQ(planned(test::scene_of(Verb::increment)), "error verb_not_supported");
    EXPECT_EQ(planned(test::scene_of(Verb::sale), AttemptKind::reverse), "error verb_not_supported");
    Scene scene = test::scene_of(Verb::sale);
    scene.operation.requested = test::usd(10'000'000);
    EXPECT_EQ(planned(scene), "error amount_out_of_range");
    scene.operation.requested = test::usd(9'999'999);
    EXPECT_NE(planned(scene).find("Purchase=99999.99"), std::string::npos);
    scene.operation.requested = test::usd(0);
    EXPECT_EQ(planned(scene), "error amount_out_of_range");
    scene.operation.requested = *domain::Money::of_minor(100, domain::Currency::eur);
    EXPECT_EQ(planned(scene), "error currency_not_supported");
    scene.operation.requested = *domain::Money::of_minor(100, domain::Currency::cad);
    EXPECT_NE(planned(scene).find("Purchase=1.00"), std::string::npos);
    Switches switches;
    switches.canadian_dollars = 0;
    EXPECT_EQ(planned(scene, AttemptKind::send, switches), "error currency_not_supported");
}
TEST(Plan, AsksForPartialApprovalOnlyWhenSwitchedOn) {
    Switches switches;
    switches.ask_partial_approval = 1;
    EXPECT_EQ(planned(test::scene_of(Verb::sale)).find("PartialAuth"), std::string::npos);
    EXPECT_NE(planned(test::scene_of(Verb::sale), AttemptKind::send, switches).find("PartialAuth=Allow"),
              std::string::npos);
    EXPECT_EQ(planned(test::scene_of(Verb::refund), AttemptKind::send, switches).find("PartialAuth"), std::string::npos);
}

}  // namespace
}  // namespace postern::mercury
