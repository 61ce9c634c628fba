#include "vault/keeper/forward.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
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

TEST(Forward, FillsFormsAndHeadersAndMasksTheKeyInTheReply) {
    Keeper keeper;
    keeper.open_shop();
    constexpr std::string_view rules = R"toml(
destination = "form"
format = "form"
method = "POST"
path = "/v1/cards"
content_type = "application/x-www-form-urlencoded"
headers = ["Authorization"]
[operations.card]
needs_token = true
[operations.card.fixed]
"header:Authorization" = "{account.bearer}"
"card[number]" = "{card.number}"
"card[exp_month]" = "{card.expiry_month}"
"card[exp_year]" = "{card.expiry_year}"
)toml";
    keeper.destinations.emplace("form", Destination{Policy::parse(rules, "form").value(), {{"form.example", 443, {}}}});
    keeper.egress.answer = [](const EgressHost&) { return FakeEgress::replied(R"({"key":"s3cret-pass"})"); };
    auto request = keeper.authorize();
    request.account_id = keeper.put_account(keeper.tenant, "form");
    request.destination = "form";
    request.operation = "card";
    request.message = {"POST", "/v1/cards", {}, {{"Authorization", Slot::account_bearer}},
                       FormBody{{"card[number]", Slot::card_number}, {"card[exp_month]", Slot::card_expiry_month},
                                {"card[exp_year]", Slot::card_expiry_year}}};
    const auto verdict = keeper.forward(request);
    ASSERT_EQ(word(verdict), "sent");
    const auto& sent = keeper.egress.requests.front();
    EXPECT_TRUE(holds(sent, "\r\nAuthorization: Bearer s3cret-pass\r\n")) << sent;
    EXPECT_TRUE(sent.ends_with("\r\n\r\ncard%5Bnumber%5D=4003000123456781&card%5Bexp_month%5D=12&card%5Bexp_year%5D=2029"))
        << sent;
    EXPECT_EQ(std::get<Sent>(verdict).reply.body, R"({"key":"XXXXXXXXXXX"})");
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
    EXPECT_TRUE(keeper.one_time->has(*keeper.token)) << "a refusal costs the code";
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
    EXPECT_TRUE(keeper.one_time->has(*keeper.token));
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "connection_lost"); };
    EXPECT_EQ(word(keeper.forward(keeper.authorize(2))), "maybe_sent connection_lost");
    EXPECT_FALSE(keeper.one_time->has(*keeper.token));
    EXPECT_EQ(keeper.one_time->state(*keeper.token), sealed::OneTimeState::used);
    EXPECT_FALSE(keeper.describe().extras.security_code);
}

const sealed::CardFields swiped_card{0, 0, {}, {}, {}, {}, {}, {}, ";4003000123456781=29121015432112345678?"};
const std::vector<XmlElement> by_track{leaf("Track2", Slot::card_track2)};
const std::vector<XmlElement> by_number{leaf("AcctNo", Slot::card_number), leaf("ExpDate", Slot::card_expiry_mmyy)};

TEST(Forward, ATrackGoesWithOneMessageAndComesBackOnlyWhereNothingLeft) {
    Keeper keeper;
    keeper.open_shop_with(swiped_card);
    const auto state = [&] { return keeper.one_time->state(*keeper.token); };
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::nothing_left, "connect_refused"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "swipe", by_track))), "not_sent connect_refused");
    EXPECT_EQ(state(), sealed::OneTimeState::held);
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "connection_lost"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(2, "swipe", by_track))), "maybe_sent connection_lost");
    EXPECT_TRUE(holds(keeper.egress.requests.back(), "&gt;4003000123456781=29121015432112345678&lt;"));
    EXPECT_EQ(state(), sealed::OneTimeState::used);
    EXPECT_FALSE(keeper.describe().extras.track2);
    EXPECT_EQ(keeper.describe().extras.entry, CardEntry::swiped);
    const auto sent = keeper.egress.requests.size();
    EXPECT_EQ(word(keeper.forward(keeper.charge(3, "swipe", by_track))), "not_sent track_expired") << "never twice";
    EXPECT_EQ(keeper.egress.requests.size(), sent);
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<ok/>"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(4, "authorize", by_number))), "sent") << "the number is kept";
}

TEST(Forward, ALostTrackIsNeverReplacedByTheNumberSilently) {
    Keeper keeper;
    keeper.open_shop_with(swiped_card);
    keeper.restart();
    EXPECT_TRUE(keeper.describe().extras.track2) << "a charge is still to ask for it";
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "swipe", by_track))), "not_sent track_expired");
    EXPECT_TRUE(keeper.egress.requests.empty());
}

TEST(Forward, ATokenWithoutATrackFillsNone) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "swipe", by_track))), "not_sent track_expired");
    EXPECT_TRUE(keeper.one_time->has(*keeper.token)) << "its code stays";
}

const std::string cipher(80, 'C');
const sealed::CardFields encrypted_card{0, 0, {}, {}, {}, {}, {}, {}, {},
                                        {"MagneSafe", "Contactless", cipher, "9012345678ABCDEF0001"}};
const std::vector<XmlElement> by_block{leaf("Format", Slot::card_encrypted_format), leaf("Source", Slot::card_encrypted_source),
                                       leaf("Block", Slot::card_encrypted_block), leaf("Key", Slot::card_encrypted_key)};

TEST(Forward, AnEncryptedCardPassesThroughOnceAndHasNoNumber) {
    Keeper keeper;
    keeper.open_shop_with(encrypted_card);
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "authorize", by_number))), "not_sent card_number_unknown");
    EXPECT_TRUE(keeper.egress.requests.empty());
    EXPECT_TRUE(keeper.one_time->has(*keeper.token));
    EXPECT_EQ(word(keeper.forward(keeper.charge(2, "encrypted", by_block))), "sent");
    for (const std::string& part : {std::string("MagneSafe"), std::string("Contactless"), cipher, std::string("9012345678ABCDEF0001")})
        EXPECT_TRUE(holds(keeper.egress.requests.back(), "&gt;" + part + "&lt;")) << part;
    EXPECT_EQ(word(keeper.forward(keeper.charge(3, "encrypted", by_block))), "not_sent encrypted_card_expired");
}

TEST(Forward, AnEchoedTrackOrBlockIsMaskedWhole) {
    for (const bool is_swiped : {true, false}) {
        Keeper keeper;
        keeper.open_shop_with(is_swiped ? swiped_card : encrypted_card);
        const std::string text = is_swiped ? "4003000123456781=29121015432112345678" : cipher;
        keeper.egress.answer = [&](const auto&) { return FakeEgress::replied("<r><memo>" + text + "</memo></r>"); };
        const auto verdict = keeper.forward(is_swiped ? keeper.charge(1, "swipe", by_track) : keeper.charge(1, "encrypted", by_block));
        EXPECT_EQ(std::get<Sent>(verdict).reply.body, "<r><memo>" + std::string(text.size(), 'X') + "</memo></r>");
    }
}

const std::vector<XmlElement> by_record{leaf("RecordNo", Slot::card_processor_token)};
EgressAnswer with_record(std::string_view record) {
    return FakeEgress::replied("<r><x>&lt;a&gt;&lt;RecordNo&gt;" + std::string(record) + "&lt;/RecordNo&gt;&lt;memo&gt;" +
                               std::string(record) + "&lt;/memo&gt;&lt;/a&gt;</x></r>");
}

TEST(ForwardProcessorToken, IsKeptAndHiddenFillsTheNextMessageAndIsRenewedByIt) {
    Keeper keeper;
    keeper.open_shop_with(encrypted_card);
    keeper.account = keeper.put_account(keeper.tenant);
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "recorded", by_record))), "not_sent processor_token_missing");
    auto ask = keeper.charge(2, "asking", by_number);
    keeper.token = keeper.tokenize(keeper.put_key(keeper.tenant)).value().token;
    ask.token = keeper.token;
    keeper.egress.answer = [](const auto&) { return with_record("Zmlyc3Q+cmVjb3Jk/w=="); };
    const auto verdict = keeper.forward(ask);
    ASSERT_EQ(word(verdict), "sent");
    EXPECT_FALSE(holds(std::get<Sent>(verdict).reply.body, "Zmlyc3Q"));
    EXPECT_TRUE(holds(std::get<Sent>(verdict).reply.body, "&lt;memo&gt;XXXXXXXXXXXXXXXXXXXX&lt;"))
        << std::get<Sent>(verdict).reply.body;
    ASSERT_EQ(keeper.store.processor_tokens.size(), 1U);
    EXPECT_FALSE(holds(keeper.store.processor_tokens.begin()->second.sealed_token, "Zmlyc3Q"));

    keeper.egress.answer = [](const auto&) { return with_record("c2Vjb25kcmVjb3Jk"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(3, "recorded", by_record))), "sent");
    EXPECT_TRUE(holds(keeper.egress.requests.back(), "&gt;Zmlyc3Q+cmVjb3Jk/w==&lt;"));
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<ok/>"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(4, "recorded", by_record))), "sent");
    EXPECT_TRUE(holds(keeper.egress.requests.back(), "&gt;c2Vjb25kcmVjb3Jk&lt;"));
    EXPECT_EQ(word(keeper.forward(keeper.charge(5, "recorded", by_record))), "sent");
    EXPECT_TRUE(holds(keeper.egress.requests.back(), "&gt;c2Vjb25kcmVjb3Jk&lt;")) << "no new one: the older stays";
}

TEST(ForwardProcessorToken, BelongsToItsAccountAndEnds) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return with_record("Zmlyc3Q"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "asking", by_number))), "sent");
    keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<ok/>"); };
    auto elsewhere = keeper.charge(2, "recorded", by_record);
    elsewhere.account_id = keeper.put_account(keeper.tenant);
    EXPECT_EQ(word(keeper.forward(elsewhere)), "not_sent processor_token_missing");
    keeper.clock.move(std::chrono::days{183} - std::chrono::seconds{1});
    EXPECT_EQ(word(keeper.forward(keeper.charge(3, "recorded", by_record))), "sent");
    keeper.clock.move(std::chrono::seconds{1});
    EXPECT_EQ(word(keeper.forward(keeper.charge(4, "recorded", by_record))), "not_sent processor_token_expired");
}

TEST(ForwardProcessorToken, IsKeptOnlyWhereThePolicySaysSoAndALostStoreChangesNoOutcome) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return with_record("Zmlyc3Q"); };
    EXPECT_EQ(word(keeper.forward(keeper.charge(1, "authorize", by_number))), "sent");
    EXPECT_TRUE(keeper.store.processor_tokens.empty());
    keeper.egress.answer = [&](const auto&) {
        keeper.store.broken = true;
        return with_record("Zmlyc3Q");
    };
    EXPECT_EQ(word(keeper.forward(keeper.charge(2, "asking", by_number))), "sent");
    EXPECT_TRUE(keeper.store.processor_tokens.empty());
}

constexpr std::string_view code_element = "CVVData";

struct LostCode {
    std::string name;
    std::function<void(Keeper&)> lose;
};
class ForwardLostCode : public testing::TestWithParam<LostCode> {};

TEST_P(ForwardLostCode, IsNeverDroppedSilently) {
    Keeper keeper;
    keeper.open_shop();
    GetParam().lose(keeper);
    EXPECT_TRUE(keeper.describe().extras.security_code) << "a charge is still to ask for it";
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "not_sent security_code_expired");
    EXPECT_TRUE(keeper.egress.requests.empty());
    auto resend = keeper.authorize(2);
    resend.message = without(resend.message, Slot::card_security_code);
    resend.kind = AttemptKind::resend;
    EXPECT_EQ(word(keeper.forward(resend)), "sent") << "by rule a message may come without it";
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "not_sent security_code_expired")
        << "that message used no code";
}

INSTANTIATE_TEST_SUITE_P(Table, ForwardLostCode, testing::Values(
    LostCode{"expired", [](Keeper& keeper) { keeper.clock.move(std::chrono::minutes{15}); }},
    LostCode{"expired_and_swept", [](Keeper& keeper) {
                 keeper.clock.move(std::chrono::minutes{15});
                 EXPECT_EQ(keeper.one_time->sweep(), 1U);
             }},
    LostCode{"restart", [](Keeper& keeper) { keeper.restart(); }},
    LostCode{"restart_after_not_sent", [](Keeper& keeper) {
                 keeper.egress.answer = [](const auto&) {
                     return FakeEgress::reached(Reached::nothing_left, "connect_refused");
                 };
                 EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "not_sent connect_refused");
                 keeper.egress.answer = [](const auto&) { return FakeEgress::replied("<ok/>"); };
                 keeper.egress.requests.clear();
                 EXPECT_TRUE(keeper.run(keeper.cards->record_used()));
                 keeper.restart();
             }},
    LostCode{"restart_before_the_mark_was_written", [](Keeper& keeper) {
                 EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "sent");
                 keeper.egress.requests.clear();
                 keeper.restart();
             }}),
    [](const auto& test) { return test.param.name; });

TEST(Forward, AUsedCodeIsLeftOutAlsoAfterARestart) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    EXPECT_TRUE(holds(keeper.egress.requests.back(), code_element));
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "sent") << "planned while the code was held";
    EXPECT_FALSE(holds(keeper.egress.requests.back(), code_element));
    EXPECT_TRUE(keeper.run(keeper.cards->record_used()));
    EXPECT_EQ(keeper.one_time->state(*keeper.token), sealed::OneTimeState::none);
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "sent");
    keeper.restart();
    EXPECT_FALSE(keeper.describe().extras.security_code);
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "sent");
    EXPECT_FALSE(holds(keeper.egress.requests.back(), code_element));
    EXPECT_EQ(keeper.egress.requests.size(), 4U);
}

TEST(Forward, AMarkThatIsWrittenWhileTheRowIsReadCounts) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    keeper.store.after_read = [&] {
        keeper.store.codes_used.insert(*keeper.token);
        keeper.one_time->forget_used({*keeper.token});
    };
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "sent");
    EXPECT_FALSE(holds(keeper.egress.requests.back(), code_element));
}

TEST(Forward, MarksThatCouldNotBeWrittenAreWrittenLater) {
    Keeper keeper;
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    keeper.store.broken = true;
    EXPECT_FALSE(keeper.run(keeper.cards->record_used()));
    keeper.store.broken = false;
    EXPECT_FALSE(keeper.describe().extras.security_code);
    EXPECT_TRUE(keeper.store.codes_used.empty());
    EXPECT_TRUE(keeper.run(keeper.cards->record_used()));
    EXPECT_TRUE(keeper.store.codes_used.contains(*keeper.token));
}

TEST(Forward, ACodeThatADestinationInsistsOnIsNotLeftOut) {
    Keeper keeper;
    auto strict = std::string(sample_policy);
    const std::string optional = "[operations.authorize.optional]\n";
    strict.erase(strict.find(optional), optional.size());
    keeper.destinations.insert_or_assign("sample", Destination{Policy::parse(strict, "strict").value(),
                                                               {{"one.example", 443, {}}}});
    keeper.open_shop();
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    EXPECT_EQ(word(keeper.forward(keeper.another_authorize())), "not_sent security_code_expired");
}

TEST(Forward, ACodeThatWasNeverGivenCannotBeAskedFor) {
    Keeper keeper;
    keeper.open_shop("");
    EXPECT_FALSE(keeper.describe().extras.security_code);
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "not_sent security_code_expired");
}

struct CodeRace {
    std::string name;
    EgressAnswer first_answer;
    std::string first, second;
    bool second_has_code;
};
class ForwardCodeRace : public testing::TestWithParam<CodeRace> {};

// Two charges on one token, both planned while the code was held: the second ends as it would one after the other.
TEST_P(ForwardCodeRace, TheSecondWaitsForWhatBecomesOfTheCode) {
    const auto& race = GetParam();
    Keeper keeper;
    keeper.open_shop();
    std::optional<Result<Verdict>> second;
    const auto ask_second = [&]() -> boost::asio::awaitable<void> {
        second = co_await keeper.forwarder->forward(keeper.another_authorize(), keeper.caller);
    };
    keeper.egress.meanwhile = [&]() -> boost::asio::awaitable<void> {
        boost::asio::co_spawn(keeper.context, ask_second(), boost::asio::detached);
        boost::asio::steady_timer timer{keeper.context, std::chrono::milliseconds{30}};
        co_await timer.async_wait(boost::asio::use_awaitable);
        EXPECT_FALSE(second);
        EXPECT_EQ(keeper.egress.requests.size(), 1U) << "the code is out: nobody may go yet";
    };
    int answers = 0;
    keeper.egress.answer = [&](const auto&) { return answers++ == 0 ? race.first_answer : FakeEgress::replied("<ok/>"); };
    keeper.destinations.insert_or_assign("sample", Destination{Policy::parse(sample_policy, "sample").value(),
                                                               {{"one.example", 443, {}}}});
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), race.first);
    ASSERT_TRUE(second);
    EXPECT_EQ(word(second->value()), race.second);
    ASSERT_EQ(keeper.egress.requests.size(), 2U);
    EXPECT_TRUE(holds(keeper.egress.requests.front(), code_element));
    EXPECT_EQ(holds(keeper.egress.requests.back(), code_element), race.second_has_code);
}

INSTANTIATE_TEST_SUITE_P(Table, ForwardCodeRace, testing::Values(
    CodeRace{"answered", FakeEgress::replied("<ok/>"), "sent", "sent", false},
    CodeRace{"maybe_sent", FakeEgress::reached(Reached::maybe_sent, "connection_lost"), "maybe_sent connection_lost",
             "sent", false},
    CodeRace{"nothing_left", FakeEgress::reached(Reached::nothing_left, "connect_refused"), "not_sent connect_refused",
             "sent", true}),
    [](const auto& test) { return test.param.name; });

TEST(Forward, WaitsForACodeNoLongerThanItsDeadline) {
    Keeper keeper;
    keeper.open_shop();
    std::optional<Result<Verdict>> second;
    keeper.egress.meanwhile = [&]() -> boost::asio::awaitable<void> {
        auto request = keeper.another_authorize();
        request.time_left = std::chrono::milliseconds{100};
        const auto ask = [&]() -> boost::asio::awaitable<void> {
            second = co_await keeper.forwarder->forward(std::move(request), keeper.caller);
        };
        boost::asio::co_spawn(keeper.context, ask, boost::asio::detached);
        boost::asio::steady_timer timer{keeper.context, std::chrono::milliseconds{20}};
        co_await timer.async_wait(boost::asio::use_awaitable);
        keeper.clock.move(std::chrono::milliseconds{100});
        while (!second) {
            timer.expires_after(std::chrono::milliseconds{5});
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
    };
    EXPECT_EQ(word(keeper.forward(keeper.authorize())), "sent");
    ASSERT_TRUE(second);
    EXPECT_EQ(word(second->value()), "not_sent deadline");
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
    EXPECT_EQ(keeper.egress.hosts.back(), "two.example") << "where the charge is";
    EXPECT_EQ(keeper.egress.hosts.size(), 3U);
}

// The first host may have it: whatever its port does afterwards, no other host ever hears of this charge.
TEST(Forward, ALostAnswerNeverBecomesAChargeAtAnotherHost) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "deadline"); };
    EXPECT_EQ(word(keeper.forward(keeper.authorize(1))), "maybe_sent deadline");
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::nothing_left, "connect_refused"); };
    auto resend = keeper.authorize(2);
    resend.kind = AttemptKind::resend;
    resend.message = without(resend.message, Slot::card_security_code);
    EXPECT_EQ(word(keeper.forward(std::move(resend))), "not_sent connect_refused");
    EXPECT_EQ(word(keeper.forward(keeper.inquire(3))), "not_sent connect_refused");
    EXPECT_EQ(keeper.egress.hosts, (std::vector<std::string>{"one.example", "one.example", "one.example"}));
}

TEST(Forward, AfterARestartNobodyKnowsAtWhichOfTwoBooksAChargeIs) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) { return FakeEgress::reached(Reached::maybe_sent, "deadline"); };
    keeper.forward(keeper.authorize(1));
    keeper.restart();
    EXPECT_EQ(word(keeper.forward(keeper.inquire(2))), "not_sent host_not_known");
    keeper.destinations.find("sample")->second.rules.one_book = true;
    keeper.restart();
    EXPECT_EQ(word(keeper.forward(keeper.inquire(3))), "maybe_sent deadline");
}

TEST(Forward, ADestinationLimitsTheTimeOfEveryMessage) {
    Keeper keeper;
    keeper.open_shop();
    keeper.destinations.find("sample")->second.rules.call_time_max = std::chrono::milliseconds{1500};
    keeper.forward(keeper.authorize(1));
    EXPECT_EQ(keeper.egress.times.back(), std::chrono::milliseconds{1500});
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

TEST(Forward, ScrubsTheContentType) {
    Keeper keeper;
    keeper.open_shop();
    keeper.egress.answer = [](const auto&) {
        auto answer = FakeEgress::replied("<r/>");
        answer.content_type = "text/x; a=4003000123456781";
        return answer;
    };
    const auto reply = std::get<Sent>(keeper.forward(keeper.authorize())).reply;
    EXPECT_EQ(reply.content_type, "text/x; a=XXXXXXXXXXXXXXXX");
    EXPECT_EQ(reply.body, "<r/>");
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
