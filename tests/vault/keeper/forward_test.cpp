#include "vault/keeper/forward.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/vault/keeper/keeper_fixture.hpp"

namespace postern::vault {
namespace {

using namespace test;
using Reached = EgressAnswer::Reached;

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(Forward, FillsTheSlotsAndSendsOnce) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    ASSERT_EQ(keeper.egress.requests.size(), 1U);
    const auto& request = keeper.egress.requests.front();
    EXPECT_TRUE(request.starts_with("POST /ws/ws.asmx HTTP/1.1\r\n"));
    for (const auto part : {"Host: one.example\r\n", "4003000123456781", "1229", "&gt;123&lt;", "595901", "s3cret-pass"})
        EXPECT_TRUE(holds(request, part)) << part;
    EXPECT_EQ(keeper.journal->state({keeper.operation, 1}), AttemptState::intended);
}

struct Hijack {
    std::string name;
    std::function<void(Keeper&, ForwardRequest&)> twist;
    std::string verdict;
};
class ForwardHijacked : public testing::TestWithParam<Hijack> {};

TEST_P(ForwardHijacked, SendsNothingAndFencesTheAttempt) {
    Keeper keeper;
    keeper.open_shop();
    auto request = keeper.authorize();
    GetParam().twist(keeper, request);
    EXPECT_EQ(word(keeper.forward(request)), GetParam().verdict);
    EXPECT_TRUE(keeper.egress.requests.empty());
    EXPECT_EQ(keeper.journal->state(request.key), AttemptState::closed);
    EXPECT_TRUE(keeper.codes.has(*keeper.token)) << "a refusal costs the code";
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "not_sent attempt_closed") << "the honest message comes too late";
}

INSTANTIATE_TEST_SUITE_P(Table, ForwardHijacked, testing::Values(
    Hijack{"slot_off_policy", [](auto&, auto& r) {
               child_of(transaction_of(r.message), "InvoiceNo").content = Leaf{Slot::card_number};
           }, "not_sent policy_refused"},
    Hijack{"merchant_as_text", [](auto&, auto& r) {
               child_of(transaction_of(r.message), "MerchantID").content = Leaf{std::string("evil")};
           }, "not_sent policy_refused"},
    Hijack{"host_header", [](auto&, auto& r) { r.message.headers.push_back({"Host", std::string("evil.example")}); },
           "not_sent policy_refused"},
    Hijack{"host_as_path", [](auto&, auto& r) { r.message.path_template = "//evil.example/"; }, "not_sent policy_refused"},
    Hijack{"host_as_destination", [](auto&, auto& r) { r.destination = "evil.example"; }, "not_sent destination_unknown"},
    Hijack{"unknown_operation", [](auto&, auto& r) { r.operation = "refund"; }, "not_sent policy_refused"},
    Hijack{"message_of_another_operation", [](auto&, auto& r) { r.operation = "inquire"; }, "not_sent policy_refused"},
    Hijack{"account_of_another_tenant", [](auto& k, auto& r) { r.account_id = k.put_account(k.other_tenant); },
           "not_sent tenant_mismatch"},
    Hijack{"token_of_another_tenant", [](auto& k, auto& r) {
               r.token = k.tokenize(k.put_key(k.other_tenant)).value().token;
           }, "not_sent tenant_mismatch"},
    Hijack{"acting_for_another_tenant", [](auto& k, auto& r) {
               r.tenant_id = k.other_tenant;
               r.account_id = k.put_account(k.other_tenant);
           }, "not_sent tenant_mismatch"},
    Hijack{"account_of_another_destination", [](auto& k, auto& r) { r.account_id = k.put_account(k.tenant, "elsewhere"); },
           "not_sent destination_unknown"},
    Hijack{"unknown_account", [](auto& k, auto& r) { r.account_id = AccountId::create(k.clock.now(), k.random); },
           "not_sent account_not_found"},
    Hijack{"disabled_account", [](auto& k, auto&) { EXPECT_TRUE(k.run(k.administration->disable_account(k.account, k.caller))); },
           "not_sent account_disabled"},
    Hijack{"unknown_token", [](auto& k, auto& r) { r.token = CardToken::create(k.clock.now(), k.random); },
           "not_sent token_not_found"},
    Hijack{"malformed_name", [](auto&, auto& r) {
               children_of(transaction_of(r.message)).push_back(leaf("Memo", std::string("\xff\xfe")));
           }, "not_sent malformed_text"},
    Hijack{"no_time_left", [](auto&, auto& r) { r.time_left = std::chrono::milliseconds{0}; }, "not_sent deadline"}),
    [](const auto& test) { return test.param.name; });

TEST(Forward, RefusesTheSameAttemptTwice) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "maybe_sent attempt_repeated");
    EXPECT_EQ(keeper.egress.requests.size(), 1U);
}

TEST(Forward, RefusesAnAttemptAfterNotSent) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.ask(1)), "not_sent never_arrived");
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "not_sent attempt_closed");
    EXPECT_TRUE(keeper.egress.requests.empty());
}

TEST(Forward, RefusesBothAfterARestart) {
    Keeper keeper;
    keeper.open_shop();
    keeper.forward(keeper.authorize(1));
    keeper.ask(2);
    keeper.open_journal();
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "maybe_sent attempt_repeated");
    EXPECT_EQ(word(keeper.forward(keeper.authorize(2))), "not_sent attempt_closed");
    EXPECT_EQ(keeper.egress.requests.size(), 1U);
}

TEST(Forward, GivesTheCodeBackOnlyWhereNothingLeft) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::nothing_left, "connect_refused"); };
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "not_sent connect_refused");
    EXPECT_TRUE(keeper.codes.has(*keeper.token));
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "connection_lost"); };
    EXPECT_EQ(word(keeper.forward(keeper.authorize(2))), "maybe_sent connection_lost");
    EXPECT_FALSE(keeper.codes.has(*keeper.token));
    EXPECT_EQ(word(keeper.forward(keeper.authorize(3))), "not_sent security_code_expired");
}

TEST(Forward, NeverDropsAnExpiredCodeSilently) {
    Keeper keeper;
    keeper.open_shop();
    keeper.clock.move(std::chrono::minutes{15});
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "not_sent security_code_expired");
    auto without = keeper.authorize(2);
    children_of(transaction_of(without.message)).pop_back();
    EXPECT_EQ(word(keeper.forward(without)), "sent") << "by rule a message may come without it";
}

TEST(Forward, TriesTheNextHostOnlyWhereNothingLeft) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const EgressHost& host) {
        return host.host == "one.example" ? FakeEgress::reached(Reached::nothing_left, "connect_refused")
                                          : FakeEgress::replied("<ok/>");
    };
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "sent");
    EXPECT_EQ(keeper.egress.hosts, (std::vector<std::string>{"one.example", "two.example"}));
    EXPECT_TRUE(holds(keeper.egress.requests.back(), "Host: two.example:8443\r\n"));
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "deadline"); };
    keeper.forward(keeper.inquire(2));
    EXPECT_EQ(keeper.egress.hosts.back(), "one.example");
    EXPECT_EQ(keeper.egress.hosts.size(), 3U);
}

TEST(Forward, ADeletedTokenStartsNothingNew) {
    Keeper keeper;
    keeper.open_shop();
    auto without_code = [&](std::int32_t attempt, AttemptKind kind) {
        auto request = keeper.authorize(attempt);
        children_of(transaction_of(request.message)).pop_back();
        request.kind = kind;
        return request;
    };
    EXPECT_EQ(word(keeper.forward(without_code(1, AttemptKind::send))), "sent");
    EXPECT_TRUE(keeper.run(keeper.store.delete_token(keeper.tenant, *keeper.token)));
    EXPECT_EQ(word(keeper.forward(without_code(2, AttemptKind::resend))), "sent") << "begun before, may be found out";
    keeper.operation = OperationId::create(keeper.clock.now(), keeper.random);
    EXPECT_EQ(word(keeper.forward(without_code(1, AttemptKind::send))), "not_sent token_deleted");
    EXPECT_EQ(word(keeper.forward(without_code(2, AttemptKind::resend))), "not_sent token_deleted")
        << "the journal, not the gateway's word, says what was begun";
}

TEST(Forward, ScrubsWhatIsEchoed) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) {
        return FakeEgress::replied("<r><Memo>4003-0001-2345-6781</Memo><pw>x</pw><m>s3cret-pass CVV 123</m></r>");
    };
    const auto verdict = keeper.forward(keeper.authorize());
    EXPECT_EQ(std::get<Sent>(verdict).reply.body,
              "<r><Memo>XXXX-XXXX-XXXX-XXXX</Memo><pw>X</pw><m>XXXXXXXXXXX CVV XXX</m></r>");
    EXPECT_EQ(std::get<Sent>(keeper.ask(1)).reply.body, std::get<Sent>(verdict).reply.body) << "so is what is kept";
}

TEST(Forward, WithholdsWhatItCannotJudge) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("\x1f\x8b packed"); };
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "maybe_sent reply_withheld");
}

TEST(Forward, FencesWhenTheDatabaseIsDown) {
    Keeper keeper;
    keeper.open_shop();
    keeper.store.broken = true;
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "not_sent storage_unavailable");
    EXPECT_TRUE(keeper.egress.requests.empty());
}

TEST(Ask, TellsWhatIsKnown) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "connection_lost"); };
    keeper.forward(keeper.authorize(1));
    EXPECT_EQ(word(keeper.ask(1)), "maybe_sent no_reply");
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<ok/>"); };
    keeper.forward(keeper.inquire(2));
    EXPECT_EQ(word(keeper.ask(2)), "sent");
    EXPECT_EQ(word(keeper.ask(2, {}, keeper.other_tenant)), "maybe_sent no_reply") << "another tenant's reply does not open";
}

TEST(Ask, AnOldEpochIsMaybeSentUnlessAReplyIsKept) {
    Keeper keeper;
    keeper.open_shop();
    keeper.forward(keeper.inquire(1));
    EXPECT_EQ(word(keeper.ask(1, "another")), "sent");
    EXPECT_EQ(word(keeper.ask(2, "another")), "maybe_sent other_epoch");
    EXPECT_EQ(keeper.journal->state({keeper.operation, 2}), AttemptState::unknown) << "nothing is fenced by hearsay";
    EXPECT_EQ(word(keeper.ask(2, "")), "maybe_sent other_epoch");
}

// What a run leaves behind: every journal byte and every row.
std::string traces(std::string_view code) {
    Keeper keeper;
    keeper.open_shop(code);
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<r><CVVResult>M</CVVResult></r>"); };
    keeper.forward(keeper.authorize());
    keeper.open_journal();
    std::string out;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(keeper.folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        out += std::string{std::istreambuf_iterator<char>(in), {}};
    }
    for (const auto& [token, row] : keeper.store.tokens) out += token.text() + row.sealed_number + row.sealed_details;
    for (const auto& [key, reply] : keeper.store.replies) out += reply;
    return out;
}

TEST(Forward, LeavesNoTraceOfWhichSecurityCodeItWas) {
    const auto one = traces("123");
    EXPECT_GT(one.size(), 500U);
    EXPECT_EQ(one, traces("987"));
}

}  // namespace
}  // namespace postern::vault
