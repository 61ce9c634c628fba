#include "vault/keeper/policy.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/vault/keeper/sample_policy.hpp"

namespace postern::vault {
namespace {

using namespace test;

Policy sample() { return Policy::parse(sample_policy, "sample").value(); }
std::string code_of(const Status& status) { return status ? "" : std::string(status.error().code); }

TEST(Policy, AllowsWhatItLists) {
    EXPECT_EQ(code_of(sample().check(sample_authorize(), "authorize", true)), "");
    EXPECT_EQ(code_of(sample().check(sample_inquiry(), "inquire", false)), "");
    EXPECT_TRUE(sample().find("authorize")->takes_security_code);
    EXPECT_FALSE(sample().find("inquire")->takes_security_code);
}

TEST(Policy, LeavesOptionalPlacesOut) {
    auto tree = sample_authorize();
    children_of(transaction_of(tree)).pop_back();
    EXPECT_EQ(code_of(sample().check(tree, "authorize", true)), "");
}

struct Bend {
    std::string name;
    std::function<void(MessageTree&)> bend;
    std::string code;
};
class PolicyRefuses : public testing::TestWithParam<Bend> {};

TEST_P(PolicyRefuses, WhatAHijackedGatewayWouldSend) {
    auto tree = sample_authorize();
    GetParam().bend(tree);
    EXPECT_EQ(code_of(sample().check(tree, "authorize", true)), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Table, PolicyRefuses, testing::Values(
    Bend{"number_into_memo", [](auto& t) { children_of(transaction_of(t)).push_back(leaf("Memo", Slot::card_number)); },
         "slot_not_allowed"},
    Bend{"number_into_invoice", [](auto& t) { child_of(transaction_of(t), "InvoiceNo").content = Leaf{Slot::card_number}; },
         "slot_not_allowed"},
    Bend{"number_into_expiry", [](auto& t) { child_of(child_of(transaction_of(t), "Account"), "ExpDate").content = Leaf{Slot::card_number}; },
         "slot_not_allowed"},
    Bend{"number_into_fixed_text", [](auto& t) { child_of(transaction_of(t), "TranCode").content = Leaf{Slot::card_number}; },
         "slot_not_allowed"},
    Bend{"number_into_header", [](auto& t) { t.headers.front().value = Slot::card_number; }, "slot_not_allowed"},
    Bend{"number_into_attribute", [](auto& t) { root_of(t).attributes.front().second = Slot::card_number; }, "slot_not_allowed"},
    Bend{"number_into_new_attribute", [](auto& t) { root_of(t).attributes.push_back({"note", Slot::card_number}); },
         "slot_not_allowed"},
    Bend{"number_into_new_element", [](auto& t) { children_of(root_of(t)).push_back(leaf("note", Slot::card_number)); },
         "slot_not_allowed"},
    Bend{"number_outside_the_document", [](auto& t) { children_of(root_of(t)).push_back(leaf("AcctNo", Slot::card_number)); },
         "slot_not_allowed"},
    Bend{"number_into_path", [](auto& t) { t.path_parameters.push_back({"id", Slot::card_number}); }, "path_not_allowed"},
    Bend{"password_into_merchant", [](auto& t) { child_of(transaction_of(t), "MerchantID").content = Leaf{Slot::account_password}; },
         "slot_not_allowed"},
    Bend{"merchant_as_text", [](auto& t) { child_of(transaction_of(t), "MerchantID").content = Leaf{std::string("595901")}; },
         "slot_required"},
    Bend{"number_as_text", [](auto& t) { child_of(child_of(transaction_of(t), "Account"), "AcctNo").content = Leaf{std::string("4")}; },
         "slot_required"},
    Bend{"code_as_text", [](auto& t) { child_of(transaction_of(t), "CVVData").content = Leaf{std::string("123")}; },
         "slot_required"},
    Bend{"other_tran_code", [](auto& t) { child_of(transaction_of(t), "TranCode").content = Leaf{std::string("Return")}; },
         "fixed_text_differs"},
    Bend{"tran_code_with_space", [](auto& t) { child_of(transaction_of(t), "TranCode").content = Leaf{std::string("PreAuth ")}; },
         "fixed_text_differs"},
    Bend{"second_tran_code", [](auto& t) { children_of(transaction_of(t)).push_back(leaf("TranCode", std::string("PreAuth"))); },
         "element_repeated"},
    Bend{"tran_code_in_other_case", [](auto& t) { children_of(transaction_of(t)).push_back(leaf("TRANCODE", std::string("Return"))); },
         "path_not_allowed"},
    Bend{"tran_code_with_prefix", [](auto& t) { children_of(transaction_of(t)).push_back(leaf("x:TranCode", std::string("Return"))); },
         "path_not_allowed"},
    Bend{"name_that_spells_a_path", [](auto& t) { children_of(root_of(t)).push_back(leaf("tran/Transaction/Memo", std::string("x"))); },
         "path_not_allowed"},
    Bend{"no_tran_code", [](auto& t) { std::erase_if(children_of(transaction_of(t)), [](const auto& e) { return e.name == "TranCode"; }); },
         "place_missing"},
    Bend{"no_number", [](auto& t) { children_of(child_of(transaction_of(t), "Account")).erase(children_of(child_of(transaction_of(t), "Account")).begin()); },
         "place_missing"},
    Bend{"second_transaction", [](auto& t) { children_of(root_of(t)).push_back(children_of(root_of(t)).front()); },
         "element_repeated"},
    Bend{"two_roots_in_the_document", [](auto& t) {
             auto& roots = std::get<EmbeddedDocument>(children_of(root_of(t)).front().content).root;
             roots.push_back(leaf("Transaction", std::string()));
         }, "embedded_not_allowed"},
    Bend{"document_unpacked", [](auto& t) {
             auto& tran = children_of(root_of(t)).front();
             auto roots = std::get<EmbeddedDocument>(tran.content).root;
             tran.content = std::move(roots);
         }, "embedded_not_allowed"},
    Bend{"document_in_the_document", [](auto& t) {
             auto& account = child_of(transaction_of(t), "Account");
             account.content = EmbeddedDocument{{children_of(account).front()}};
         }, "embedded_not_allowed"},
    Bend{"parent_as_text", [](auto& t) { child_of(transaction_of(t), "Account").content = Leaf{std::string("<AcctNo/>")}; },
         "path_not_allowed"},
    Bend{"leaf_as_parent", [](auto& t) { child_of(transaction_of(t), "InvoiceNo").content = std::vector<XmlElement>{}; },
         "path_not_allowed"},
    Bend{"attribute_on_a_leaf", [](auto& t) { child_of(transaction_of(t), "InvoiceNo").attributes.push_back({"a", std::string("1")}); },
         "path_not_allowed"},
    Bend{"other_root", [](auto& t) { root_of(t).name = "envelope"; }, "path_not_allowed"},
    Bend{"host_header", [](auto& t) { t.headers.push_back({"Host", std::string("evil.example")}); }, "header_not_allowed"},
    Bend{"transfer_encoding", [](auto& t) { t.headers.push_back({"Transfer-Encoding", std::string("chunked")}); },
         "header_not_allowed"},
    Bend{"header_twice", [](auto& t) { t.headers.push_back({"soapaction", std::string("\"urn:credit\"")}); }, "header_repeated"},
    Bend{"other_soap_action", [](auto& t) { t.headers.front().value = std::string("\"urn:other\""); }, "fixed_text_differs"},
    Bend{"other_method", [](auto& t) { t.method = "GET"; }, "method_differs"},
    Bend{"other_path", [](auto& t) { t.path_template = "/ws/ws.asmx?x"; }, "path_differs"},
    Bend{"absolute_path", [](auto& t) { t.path_template = "https://evil.example/ws/ws.asmx"; }, "path_differs"},
    Bend{"form_body", [](auto& t) { t.body = FormBody{{"AcctNo", Slot::card_number}}; }, "body_differs"},
    Bend{"no_body", [](auto& t) { t.body = NoBody{}; }, "body_differs"},
    Bend{"text_too_long", [](auto& t) { child_of(transaction_of(t), "InvoiceNo").content = Leaf{std::string(policy_text_bytes_max + 1, 'a')}; },
         "text_not_allowed"},
    Bend{"line_break_in_text", [](auto& t) { child_of(transaction_of(t), "InvoiceNo").content = Leaf{std::string("a\r\nb")}; },
         "text_not_allowed"}),
    [](const auto& test) { return test.param.name; });

TEST(Policy, JudgesTheTokenWithTheOperation) {
    const auto policy = sample();
    EXPECT_EQ(code_of(policy.check(sample_authorize(), "authorize", false)), "token_required");
    EXPECT_EQ(code_of(policy.check(sample_inquiry(), "inquire", true)), "token_not_allowed");
    EXPECT_EQ(code_of(policy.check(sample_authorize(), "refund", true)), "operation_not_allowed");
    EXPECT_NE(code_of(policy.check(sample_authorize(), "inquire", false)), "");
}

TEST(Policy, AnOperationLikeAnotherHasItsRulesButForItsOwn) {
    const auto policy = Policy::parse(std::string(sample_policy) + R"toml(
[operations.dip]
like = "authorize"
without = ["Envelope/tran/Transaction/Account/AcctNo", "Envelope/tran/Transaction/Account/ExpDate",
           "Envelope/tran/Transaction/CVVData"]
[operations.dip.fixed]
"Envelope/tran/Transaction/TranCode" = "Dip"
"Envelope/tran/Transaction/Account/Track2" = "{card.track2}"
)toml", "sample").value();
    auto tree = sample_authorize();
    EXPECT_EQ(code_of(policy.check(tree, "dip", true)), "fixed_text_differs");
    auto& transaction = transaction_of(tree);
    child_of(transaction, "TranCode").content = Leaf{std::string("Dip")};
    EXPECT_EQ(code_of(policy.check(tree, "dip", true)), "slot_not_allowed") << "the number, beside the track";
    children_of(child_of(transaction, "Account")) = {leaf("Track2", Slot::card_track2)};
    EXPECT_EQ(code_of(policy.check(tree, "dip", true)), "slot_not_allowed") << "the code, beside the track";
    children_of(transaction).pop_back();
    EXPECT_EQ(code_of(policy.check(tree, "dip", true)), "");
    EXPECT_EQ(code_of(policy.check(tree, "authorize", true)), "fixed_text_differs");
    EXPECT_TRUE(policy.find("dip")->takes_security_code && policy.find("dip")->needs_token);
    child_of(child_of(transaction, "Account"), "Track2").content = Leaf{Slot::card_number};
    EXPECT_EQ(code_of(policy.check(tree, "dip", true)), "slot_not_allowed") << "the number, in the track's place";
}

TEST(Policy, ParametersOfThePathStayInTheirSegment) {
    const auto policy = Policy::parse(R"toml(
destination = "d"
format = "none"
method = "POST"
path = "/v1/{id}/capture"
[operations.capture]
text = ["{id}"]
)toml", "t").value();
    MessageTree tree;
    tree.path_template = "/v1/{id}/capture";
    tree.path_parameters = {{"id", std::string("pi_1")}};
    EXPECT_EQ(code_of(policy.check(tree, "capture", false)), "");
    tree.path_parameters = {{"id", Slot::account_password}};
    EXPECT_EQ(code_of(policy.check(tree, "capture", false)), "slot_not_allowed");
    tree.path_parameters = {{"other", std::string("x")}};
    EXPECT_EQ(code_of(policy.check(tree, "capture", false)), "path_not_allowed");
}

TEST(Policy, AnOperationMayHaveAMethodPathAndFormatOfItsOwn) {
    const auto policy = Policy::parse(R"toml(
destination = "d"
format = "form"
method = "POST"
path = "/v1/things"
headers = ["Authorization"]
[operations.make]
needs_token = true
[operations.make.fixed]
"header:Authorization" = "{account.bearer}"
"thing[number]" = "{card.number}"
[operations.look]
method = "GET"
path = "/v1/things/{id}"
format = "none"
text = ["{id}"]
[operations.look.fixed]
"header:Authorization" = "{account.bearer}"
)toml", "t").value();
    MessageTree make{"POST", "/v1/things", {}, {{"Authorization", Slot::account_bearer}},
                     FormBody{{"thing[number]", Slot::card_number}}};
    MessageTree look{"GET", "/v1/things/{id}", {{"id", std::string("t_1")}}, {{"Authorization", Slot::account_bearer}}, NoBody{}};
    EXPECT_EQ(code_of(policy.check(make, "make", true)), "");
    EXPECT_EQ(code_of(policy.check(look, "look", false)), "");
    EXPECT_EQ(code_of(policy.check(look, "make", true)), "method_differs");
    look.method = "POST";
    EXPECT_EQ(code_of(policy.check(look, "look", false)), "method_differs");
    look.method = "GET";
    look.path_template = "/v1/things";
    EXPECT_EQ(code_of(policy.check(look, "look", false)), "path_differs");
    look.path_template = "/v1/things/{id}";
    look.body = FormBody{};
    EXPECT_EQ(code_of(policy.check(look, "look", false)), "body_differs");
    std::get<FormBody>(make.body).front().name = "thing[name]";
    EXPECT_EQ(code_of(policy.check(make, "make", true)), "slot_not_allowed");
    make.body = FormBody{{"thing[number]", Slot::card_number}};
    make.headers.front().value = std::string("Bearer mine");
    EXPECT_EQ(code_of(policy.check(make, "make", true)), "slot_required");
    make.headers.clear();
    EXPECT_EQ(code_of(policy.check(make, "make", true)), "place_missing");
}

struct BadFile {
    std::string name, toml;
};
class PolicyFileRefused : public testing::TestWithParam<BadFile> {};
TEST_P(PolicyFileRefused, AtStart) {
    const auto policy = Policy::parse(GetParam().toml, "bad");
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().code, "bad_policy");
}
const std::string head = "destination = 'd'\nformat = 'xml'\nmethod = 'POST'\npath = '/'\n";
INSTANTIATE_TEST_SUITE_P(Table, PolicyFileRefused, testing::Values(
    BadFile{"not_toml", "destination = "}, BadFile{"no_operations", head},
    BadFile{"no_method", "destination = 'd'\nformat = 'xml'\npath = '/'\n[operations.a]\n"},
    BadFile{"no_path_anywhere", "destination = 'd'\nformat = 'xml'\nmethod = 'POST'\n[operations.a]\npath = '/'\n[operations.b]\n"},
    BadFile{"unknown_format_of_an_operation", head + "[operations.a]\nformat = 'yaml'\n"},
    BadFile{"unknown_key", head + "heders = []\n[operations.a]\n"},
    BadFile{"unknown_operation_key", head + "[operations.a]\nfixd = {}\n"},
    BadFile{"unknown_slot", head + "[operations.a.fixed]\n'x' = '{card.pin}'\n"},
    BadFile{"unknown_format", "destination = 'd'\nformat = 'yaml'\nmethod = 'POST'\npath = '/'\n[operations.a]\n"},
    BadFile{"like_nobody", head + "[operations.a]\nlike = 'b'\n"},
    BadFile{"like_one_that_is_like_another", head + "[operations.a]\n[operations.b]\nlike = 'a'\n[operations.c]\nlike = 'b'\n"},
    BadFile{"without_what_was_not_there", head + "[operations.a]\n[operations.b]\nlike = 'a'\nwithout = ['x']\n"},
    BadFile{"without_alone", head + "[operations.a]\ntext = ['x']\nwithout = ['x']\n"},
    BadFile{"processor_token_shown", head + "processor_token_days = 1\n[operations.a]\nneeds_token = true\nprocessor_token = 'R'\n"},
    BadFile{"processor_token_without_end", head + "masked_reply_fields = ['R']\n[operations.a]\nneeds_token = true\nprocessor_token = 'R'\n"},
    BadFile{"processor_token_of_no_card", head + "processor_token_days = 1\nmasked_reply_fields = ['R']\n[operations.a]\nprocessor_token = 'R'\n"},
    BadFile{"two_rules", head + "[operations.a]\ntext = ['x']\n[operations.a.fixed]\n'x' = 'y'\n"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::vault
