#include <gtest/gtest.h>

#include "tests/processors/stripe/scene.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

std::string text_of(const vault::Leaf& leaf) {
    if (const auto* slot = std::get_if<vault::Slot>(&leaf)) return "{" + std::string(vault::to_text(*slot)) + "}";
    return std::get<std::string>(leaf);
}
std::string planned(const Scene& scene, AttemptKind kind = AttemptKind::send, Switches switches = {}) {
    const auto tree = StripeAdapter{switches}.plan(kind, scene.history());
    if (!tree) return "error " + std::string(tree.error().code);
    std::string out = tree->method + " " + tree->path_template;
    for (const auto& [name, value] : tree->path_parameters) out += " " + name + "=" + text_of(value);
    for (const auto& header : tree->headers)
        if (header.name != "Stripe-Version") out += "\n" + header.name + ": " + text_of(header.value);
    if (const auto* form = std::get_if<vault::FormBody>(&tree->body))
        for (const auto& field : *form) out += "\n" + field.name + "=" + text_of(field.value);
    return out;
}

TEST(StripePlan, AChargeBeginsWithTheCard) {
    Scene scene = test::scene_of(Verb::authorize);
    scene.with_security_code = scene.with_address = true;
    EXPECT_EQ(planned(scene),
              "POST /v1/payment_methods\nAuthorization: {account.bearer}\nIdempotency-Key: abcdefghp0000001-card\n"
              "type=card\ncard[number]={card.number}\ncard[exp_month]={card.expiry_month}\n"
              "card[exp_year]={card.expiry_year}\ncard[cvc]={card.security_code}\n"
              "billing_details[name]={card.holder_name}\nbilling_details[address][line1]={card.address}\n"
              "billing_details[address][postal_code]={card.postal_code}");
    EXPECT_EQ(planned(scene, AttemptKind::resend).find("cvc"), std::string::npos) << "a repeat goes without the code";
}

TEST(StripePlan, ThenTheIntentUnderTheCardsId) {
    const std::string authorize =
        "POST /v1/payment_intents\nAuthorization: {account.bearer}\nIdempotency-Key: abcdefghp0000001\namount=1250\n"
        "currency=usd\npayment_method=pm_1\npayment_method_types[0]=card\ncapture_method=manual\nconfirm=true\n"
        "error_on_requires_action=true\nmetadata[postern_operation]=abcdefghp0000001";
    Scene scene = test::with_card(Verb::authorize);
    EXPECT_EQ(planned(scene), authorize);
    scene.attempt(AttemptKind::send, vault::MaybeSent{"timeout"}, 5);
    EXPECT_EQ(planned(scene, AttemptKind::resend), authorize) << "a repeat is the same to the last letter";
    EXPECT_NE(planned(test::with_card(Verb::sale)).find("capture_method=automatic\n"), std::string::npos);
}

TEST(StripePlan, AnotherTryOfTheCardHasAKeyOfItsOwn) {
    Scene scene = test::scene_of(Verb::sale);
    scene.attempt(AttemptKind::send, vault::MaybeSent{"timeout"}, 1);
    EXPECT_NE(planned(scene).find("Idempotency-Key: abcdefghp0000001-card-2\n"), std::string::npos) << planned(scene);
}

TEST(StripePlan, WhatFollowsAnAuthorization) {
    Scene capture = test::scene_of(Verb::capture);
    capture.operation.requested = test::usd(1000);
    EXPECT_EQ(planned(capture), "POST /v1/payment_intents/{id}/capture id=pi_1\nAuthorization: {account.bearer}\n"
                                "Idempotency-Key: abcdefghp0000001\namount_to_capture=1000");
    Scene increment = test::scene_of(Verb::increment);
    increment.operation.requested = test::usd(250);
    EXPECT_EQ(planned(increment), "POST /v1/payment_intents/{id}/increment_authorization id=pi_1\n"
                                  "Authorization: {account.bearer}\nIdempotency-Key: abcdefghp0000001\namount=1500");
    EXPECT_EQ(planned(test::scene_of(Verb::refund)),
              "POST /v1/refunds\nAuthorization: {account.bearer}\nIdempotency-Key: abcdefghp0000001\n"
              "payment_intent=pi_1\namount=1250\nmetadata[postern_operation]=abcdefghp0000001");
}

TEST(StripePlan, AnUndoCancelsAHoldAndGivesBackWhatWasTaken) {
    Scene hold = test::scene_of(Verb::reverse);
    EXPECT_EQ(planned(hold, AttemptKind::reverse),
              "POST /v1/payment_intents/{id}/cancel id=pi_1\nAuthorization: {account.bearer}\n"
              "Idempotency-Key: abcdefghp0000001-cancel\ncancellation_reason=requested_by_customer");
    hold.attempt(AttemptKind::reverse, vault::Sent{test::error_reply(500, "api_error")}, 1);
    EXPECT_NE(planned(hold, AttemptKind::reverse).find("-cancel-2\n"), std::string::npos) << "a stored failure is told for ever";
    Scene sale = test::undo_of_sale();
    EXPECT_EQ(planned(sale, AttemptKind::reverse).substr(0, 16), "POST /v1/refunds");
    sale.attempt(AttemptKind::reverse, vault::MaybeSent{"timeout"}, 1);
    sale.attempt(AttemptKind::inquire, vault::Sent{test::list_reply("")}, 60);
    EXPECT_NE(planned(sale, AttemptKind::reverse).find("Idempotency-Key: abcdefghp0000001\n"), std::string::npos) << "too early";
    sale.attempt(AttemptKind::inquire, vault::Sent{test::list_reply("")}, 130);
    EXPECT_NE(planned(sale, AttemptKind::reverse).find("Idempotency-Key: abcdefghp0000001-2\n"), std::string::npos)
        << "proven absent: another key";
}

TEST(StripePlan, Inquiries) {
    EXPECT_EQ(planned(test::with_card(Verb::authorize), AttemptKind::inquire),
              "GET /v1/payment_intents/search?limit=10&query={query} query=metadata['postern_operation']:'abcdefghp0000001'\n"
              "Authorization: {account.bearer}");
    Scene known = test::with_card(Verb::authorize);
    known.attempt(AttemptKind::send, vault::Sent{test::intent_reply({.status = "processing", .id = "pi_7"})}, 2);
    EXPECT_EQ(planned(known, AttemptKind::inquire), "GET /v1/payment_intents/{id} id=pi_7\nAuthorization: {account.bearer}");
    for (const Verb verb : {Verb::capture, Verb::increment, Verb::reverse})
        EXPECT_EQ(planned(test::scene_of(verb), AttemptKind::inquire),
                  "GET /v1/payment_intents/{id} id=pi_1\nAuthorization: {account.bearer}");
    EXPECT_EQ(planned(test::undo_of_sale(), AttemptKind::inquire),
              "GET /v1/refunds?limit=100&payment_intent={id} id=pi_1\nAuthorization: {account.bearer}");
}

TEST(StripePlan, AConnectedAccountIsNamedWhereTheSwitchSaysSo) {
    Switches switches;
    switches.connected_account = 1;
    EXPECT_NE(planned(test::scene_of(Verb::sale), AttemptKind::send, switches).find("Stripe-Account: {account.merchant_id}\n"),
              std::string::npos);
}

TEST(StripePlan, RefusesWhatStripeCannotDo) {
    EXPECT_EQ(planned(test::scene_of(Verb::adjust_tip)), "error verb_not_supported");
    EXPECT_EQ(planned(test::scene_of(Verb::sale), AttemptKind::reverse), "error verb_not_supported");
    Scene lost = test::scene_of(Verb::capture);
    lost.original->reference.clear();
    EXPECT_EQ(planned(lost), "error reference_missing");
    Scene dinar = test::scene_of(Verb::sale);
    dinar.operation.requested = *domain::Money::of_minor(1005, domain::Currency::kwd);
    EXPECT_EQ(planned(dinar), "error amount_not_representable");
    dinar.operation.requested = *domain::Money::of_minor(1010, domain::Currency::kwd);
    EXPECT_EQ(planned(dinar).substr(0, 5), "POST ");
}

}  // namespace
}  // namespace postern::stripe
