#include "vault/contract/message_codec.hpp"

#include <gtest/gtest.h>

#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

MessageTree mercury_tree() {
    XmlElement account{"Account", {}, std::vector<XmlElement>{{"AcctNo", {}, Leaf{Slot::card_number}},
                                                               {"ExpDate", {}, Leaf{Slot::card_expiry_mmyy}}}};
    XmlElement stream{"TStream", {}, std::vector<XmlElement>{std::move(account), {"Memo", {}, Leaf{std::string{}}},
                                                              {"Empty", {}, std::vector<XmlElement>{}}}};
    XmlElement tran{"tran", {}, EmbeddedDocument{{std::move(stream)}}};
    XmlElement password{"pw", {}, Leaf{Slot::account_password}};
    XmlElement root{"soap:Envelope", {{"xmlns:soap", Leaf{std::string{"urn:x"}}}},
                    std::vector<XmlElement>{std::move(tran), std::move(password)}};
    return {"POST", "/ws/{id}", {{"id", Leaf{std::string{"7"}}}}, {{"SOAPAction", Leaf{std::string{"go"}}}},
            XmlBody{std::move(root)}};
}

ForwardRequest full_forward() {
    return {{*OperationId::parse("op_0123456789abcdefghjkmnpqrs"), 3}, AttemptKind::inquire,
            *TenantId::parse("ten_0123456789abcdefghjkmnpqrs"), *AccountId::parse("acct_0123456789abcdefghjkmnpqrs"),
            *CardToken::parse("tok_0123456789abcdefghjkmnpqrs"), "mercury", "adjust_tip", mercury_tree(),
            std::chrono::milliseconds{2500}};
}

TEST(TreeCodec, RoundTripsEveryBody) {
    auto tree = mercury_tree();
    const FormBody form{{"amount", Leaf{std::string{"100"}}}, {"number", Leaf{Slot::card_number}}};
    for (const Body& body : {tree.body, Body{form}, Body{NoBody{}}}) {
        tree.body = body;
        v1::MessageTree wire;
        encode_tree(tree, wire);
        v1::MessageTree carried;
        ASSERT_TRUE(carried.ParseFromString(wire.SerializeAsString()));
        const auto decoded = decode_tree(carried);
        ASSERT_TRUE(decoded);
        EXPECT_TRUE(*decoded == tree);
    }
}

TEST(TreeCodec, EverySlotHasItsNameAndComesBack) {
    for (const auto slot : {Slot::card_number, Slot::card_expiry_mmyy, Slot::card_security_code,
                            Slot::card_holder_name, Slot::card_address, Slot::card_postal_code,
                            Slot::account_merchant_id, Slot::account_password})
        EXPECT_EQ(parse_slot(to_text(slot)), slot);
    EXPECT_EQ(to_text(Slot::card_expiry_mmyy), "card.expiry");
    EXPECT_FALSE(parse_slot("card.pin"));
    EXPECT_FALSE(parse_slot(""));
}

// A chain of elements `depth` deep, each of one character.
v1::MessageTree deep_tree(int depth) {
    v1::MessageTree wire;
    auto* element = wire.mutable_xml();
    for (int i = 1; i < depth; ++i) {
        element->set_name("e");
        element = i % 2 ? element->mutable_embedded() : element->mutable_children()->add_element();
    }
    element->set_name("e");
    element->mutable_leaf()->set_text("");
    return wire;
}

TEST(MessageTree, NamesACardWhereverItsSlotStands) {
    const Leaf card{Slot::card_number}, account{Slot::account_password};
    EXPECT_TRUE(names_card(mercury_tree()));
    EXPECT_TRUE(names_card({"POST", "/", {{"id", card}}, {}, NoBody{}}));
    EXPECT_TRUE(names_card({"POST", "/", {}, {{"X-Card", card}}, NoBody{}}));
    EXPECT_TRUE(names_card({"POST", "/", {}, {}, FormBody{{"card", card}}}));
    EXPECT_TRUE(names_card({"POST", "/", {}, {}, XmlBody{{"a", {{"card", card}}, Leaf{std::string{}}}}}));
    EXPECT_FALSE(names_card({"POST", "/", {{"id", account}}, {{"X", account}}, FormBody{{"pw", account}}}));
    EXPECT_FALSE(names_card({"POST", "/", {}, {}, XmlBody{{"a", {{"pw", account}}, EmbeddedDocument{{{"b", {}, account}}}}}}));
}

TEST(Names, OneSlotAloneAndTheMessageWithoutIt) {
    const Leaf code{Slot::card_security_code}, number{Slot::card_number};
    const auto body = [&](bool with) {
        std::vector<XmlElement> inner{{"b", {}, number}};
        std::vector<std::pair<std::string, Leaf>> attributes{{"n", number}};
        if (with) inner.push_back({"c", {}, code});
        if (with) attributes.emplace_back("c", code);
        std::vector<XmlElement> roots{{"t", attributes, std::move(inner)}};
        return XmlBody{{"a", {}, std::vector<XmlElement>{{"d", {}, EmbeddedDocument{std::move(roots)}}}}};
    };
    const MessageTree with{"POST", "/", {}, {{"X", code}, {"Y", number}}, body(true)};
    const MessageTree bare{"POST", "/", {}, {{"Y", number}}, body(false)};
    EXPECT_TRUE(names(with, Slot::card_security_code));
    EXPECT_FALSE(names(bare, Slot::card_security_code));
    EXPECT_EQ(without(with, Slot::card_security_code), bare);
    EXPECT_EQ(without(bare, Slot::card_security_code), bare);
    const MessageTree form{"POST", "/", {}, {}, FormBody{{"n", number}, {"c", code}}};
    EXPECT_EQ(without(form, Slot::card_security_code), (MessageTree{"POST", "/", {}, {}, FormBody{{"n", number}}}));
}

TEST(TreeCodec, RefusesWhatIsTooDeep) {
    EXPECT_TRUE(decode_tree(deep_tree(24)));
    EXPECT_EQ(decode_tree(deep_tree(25)).error().code, "tree_too_deep");
}

TEST(TreeCodec, RefusesWhatIsTooLarge) {
    v1::MessageTree wire;
    for (int i = 0; i < 10; ++i) {
        auto& field = *wire.mutable_form()->add_field();
        field.set_name("n");
        field.mutable_value()->set_text("v");
    }
    EXPECT_TRUE(decode_tree(wire, {1, 10, 20}));
    EXPECT_EQ(decode_tree(wire, {1, 9, 20}).error().code, "tree_too_large");
    EXPECT_EQ(decode_tree(wire, {1, 10, 19}).error().code, "tree_too_large");
}

TEST(TreeCodec, RefusesWhatIsMalformed) {
    v1::MessageTree no_content, no_leaf, foreign_slot, no_value;
    no_content.mutable_xml()->set_name("e");
    no_leaf.mutable_xml()->mutable_leaf();
    foreign_slot.mutable_xml()->mutable_leaf()->set_slot("card.pin");
    no_value.add_headers()->set_name("h");
    for (const auto& wire : {no_content, no_leaf, foreign_slot, no_value})
        EXPECT_EQ(decode_tree(wire).error().code, "malformed_tree");
}

TEST(TreeCodec, AnEmbeddedNothingDoesNotComeThrough) {
    MessageTree tree = mercury_tree();
    tree.body = XmlBody{{"tran", {}, EmbeddedDocument{}}};
    v1::MessageTree wire;
    encode_tree(tree, wire);
    EXPECT_EQ(decode_tree(wire).error().code, "malformed_tree");
}

TEST(ForwardCodec, RoundTripsWithAndWithoutToken) {
    auto request = full_forward();
    for (int i = 0; i < 2; ++i) {
        v1::Forward wire;
        encode_forward(request, wire);
        const auto decoded = decode_forward(wire);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->key, request.key);
        EXPECT_EQ(decoded->kind, request.kind);
        EXPECT_EQ(decoded->tenant_id, request.tenant_id);
        EXPECT_EQ(decoded->account_id, request.account_id);
        EXPECT_EQ(decoded->token, request.token);
        EXPECT_EQ(decoded->destination, "mercury");
        EXPECT_EQ(decoded->operation, "adjust_tip");
        EXPECT_TRUE(decoded->message == request.message);
        EXPECT_EQ(decoded->time_left, request.time_left);
        request.token.reset();
    }
}

struct MalformedCase {
    const char* name;
    void (*spoil)(v1::Forward& wire);
};
class ForwardRefusals : public testing::TestWithParam<MalformedCase> {};

TEST_P(ForwardRefusals, Malformed) {
    v1::Forward wire;
    encode_forward(full_forward(), wire);
    GetParam().spoil(wire);
    EXPECT_EQ(decode_forward(wire).error().code, "malformed_request");
}

INSTANTIATE_TEST_SUITE_P(Table, ForwardRefusals, testing::Values(
    MalformedCase{"operation_id", [](v1::Forward& wire) { wire.set_operation_id("pay_0"); }},
    MalformedCase{"attempt_zero", [](v1::Forward& wire) { wire.set_attempt(0); }},
    MalformedCase{"kind_none", [](v1::Forward& wire) { wire.set_kind(v1::ATTEMPT_KIND_UNSPECIFIED); }},
    MalformedCase{"kind_foreign", [](v1::Forward& wire) { wire.set_kind(static_cast<v1::AttemptKind>(9)); }},
    MalformedCase{"tenant", [](v1::Forward& wire) { wire.clear_tenant_id(); }},
    MalformedCase{"account", [](v1::Forward& wire) { wire.set_account_id("x"); }},
    MalformedCase{"token", [](v1::Forward& wire) { wire.set_token("tok_"); }},
    MalformedCase{"destination_empty", [](v1::Forward& wire) { wire.clear_destination(); }},
    MalformedCase{"destination_path", [](v1::Forward& wire) { wire.set_destination("../x"); }},
    MalformedCase{"operation_long", [](v1::Forward& wire) { wire.set_operation(std::string(65, 'a')); }},
    MalformedCase{"time_none", [](v1::Forward& wire) { wire.set_time_left_ms(0); }},
    MalformedCase{"time_long", [](v1::Forward& wire) { wire.set_time_left_ms(600'001); }}),
    [](const auto& test) { return test.param.name; });

TEST(AskCodec, RoundTripsAndRefuses) {
    const AskRequest request{full_forward().tenant_id, full_forward().key, "epoch"};
    v1::Ask wire;
    encode_ask(request, wire);
    const auto decoded = decode_ask(wire);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->key, request.key);
    EXPECT_EQ(decoded->known_epoch, "epoch");
    wire.set_attempt(-1);
    EXPECT_EQ(decode_ask(wire).error().code, "malformed_request");
}

TEST(VerdictCodec, RoundTripsEachKindAndTakesNoneAsUnknown) {
    v1::Verdict wire;
    encode_verdict(NotSent{"policy_refused"}, wire);
    EXPECT_EQ(std::get<NotSent>(*decode_verdict(wire)).code, "policy_refused");
    encode_verdict(MaybeSent{"deadline"}, wire);
    EXPECT_EQ(std::get<MaybeSent>(*decode_verdict(wire)).code, "deadline");
    const Reply reply{200, "text/xml", std::string("<a>\0\xff</a>", 9)};
    encode_verdict(Sent{reply}, wire);
    EXPECT_EQ(std::get<Sent>(*decode_verdict(wire)).reply, reply);
    const auto none = decode_verdict(v1::Verdict{});
    EXPECT_EQ(none.error().kind, ErrorKind::outcome_unknown);
}

TEST(SummaryCodec, RoundTrips) {
    v1::TokenSummary wire;
    encode_summary({"400300", "6781", "visa", 12, 2030, {true, false, true, false}}, wire);
    const auto summary = decode_summary(wire);
    EXPECT_EQ(summary.bin6 + summary.last4 + summary.brand, "4003006781visa");
    EXPECT_EQ(summary.expiry_month, 12);
    EXPECT_EQ(summary.expiry_year, 2030);
    EXPECT_EQ(summary.extras, (CardExtras{true, false, true, false}));
    encode_summary({"400300", "6781", "visa", 12, 2030, {false, true, false, true}}, wire);
    EXPECT_EQ(decode_summary(wire).extras, (CardExtras{false, true, false, true}));
}

TEST(FailureCodec, KindsCodesAndFieldsCrossAndDetailStays) {
    for (const auto kind : {ErrorKind::invalid_request, ErrorKind::not_found, ErrorKind::conflict, ErrorKind::forbidden,
                            ErrorKind::unavailable, ErrorKind::outcome_unknown, ErrorKind::internal}) {
        v1::Failure wire;
        encode_failure({kind, "token_not_found", "secret detail", "/token"}, wire);
        EXPECT_EQ(wire.DebugString().find("secret"), std::string::npos);
        const auto error = decode_failure(wire);
        EXPECT_EQ(error.kind, kind);
        EXPECT_EQ(error.code, "token_not_found");
        EXPECT_EQ(error.field, "/token");
    }
}

TEST(FailureCodec, WhatIsForeignIsUnknown) {
    v1::Failure wire;
    wire.set_code("made_up");
    wire.set_kind("made_up");
    const auto error = decode_failure(wire);
    EXPECT_EQ(error.code, "vault_failure");
    EXPECT_EQ(error.kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(error.detail, "made_up");
}

}  // namespace
}  // namespace postern::vault
