#include "vault/keeper/cards.hpp"

#include <gtest/gtest.h>

#include "tests/vault/keeper/keeper_fixture.hpp"
#include "vault/keeper/readiness.hpp"

namespace postern::vault {
namespace {

using namespace test;

TEST(Cards, GivesATokenAndWhatMayBeShown) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    const auto made = keeper.tokenize(key).value();
    EXPECT_EQ(made.summary.bin6, "400300");
    EXPECT_EQ(made.summary.last4, "6781");
    EXPECT_EQ(made.summary.brand, "visa");
    EXPECT_EQ(made.summary.extras, (CardExtras{true, true, true, true}));
    EXPECT_TRUE(keeper.one_time->has(made.token));
    const auto& row = keeper.store.tokens.at(made.token);
    EXPECT_EQ(row.sealed_number.find(Keeper::number), std::string::npos);
    EXPECT_EQ(row.sealed_details.find("Guest"), std::string::npos);
}

TEST(Cards, ShowsWhichExtrasWereGiven) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    const auto extras_of = [&](sealed::CardFields fields) {
        const auto made = keeper.run(keeper.cards->tokenize(key, fields, keeper.caller,
                                                            keeper.clock.instant() + std::chrono::seconds{5}));
        return keeper.run(keeper.cards->describe(keeper.tenant, made.value().token)).value().extras;
    };
    EXPECT_EQ(extras_of({12, 2029, Keeper::number, "", "", "", ""}), CardExtras{});
    EXPECT_EQ(extras_of({12, 2029, Keeper::number, "123", "", "", ""}), (CardExtras{true, false, false, false}));
    EXPECT_EQ(extras_of({12, 2029, Keeper::number, "", "A. Guest", "", ""}), (CardExtras{false, true, false, false}));
    EXPECT_EQ(extras_of({12, 2029, Keeper::number, "", "", "1 Main", ""}), (CardExtras{false, false, true, false}));
    EXPECT_EQ(extras_of({12, 2029, Keeper::number, "", "", "", "38401"}), (CardExtras{false, false, false, true}));
}

TEST(Cards, ANewTokenEachTimeOfOneCardRow) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    const auto first = keeper.tokenize(key).value(), second = keeper.tokenize(key).value();
    EXPECT_NE(first.token, second.token);
    EXPECT_EQ(keeper.store.tokens.at(first.token).card_id, keeper.store.tokens.at(second.token).card_id);
    const auto other = keeper.tokenize(keeper.put_key(keeper.other_tenant)).value();
    EXPECT_NE(keeper.store.tokens.at(first.token).card_index, keeper.store.tokens.at(other.token).card_index);
}

struct BadCard {
    std::string name, number, code;
    int month, year;
    std::string error, field;
};
class CardsRefuse : public testing::TestWithParam<BadCard> {};
TEST_P(CardsRefuse, WithTheFieldAndNeverItsValue) {
    const auto& bad = GetParam();
    Keeper keeper;
    const auto made = keeper.tokenize(keeper.put_key(keeper.tenant), bad.code, bad.number, bad.month, bad.year);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, bad.error);
    EXPECT_EQ(made.error().field, bad.field);
    EXPECT_EQ(made.error().detail.find(bad.number), std::string::npos);
    EXPECT_TRUE(keeper.store.tokens.empty());
}
// The test's clock stands at 18 November 2026.
INSTANTIATE_TEST_SUITE_P(Table, CardsRefuse, testing::Values(
    BadCard{"luhn", "4003000123456782", "123", 12, 2029, "card_number_invalid", "/number"},
    BadCard{"letters", "40030001234567ab", "123", 12, 2029, "card_number_invalid", "/number"},
    BadCard{"short_code", "4003000123456781", "12", 12, 2029, "security_code_invalid", "/security_code"},
    BadCard{"amex_length_code_on_visa", "4003000123456781", "1234", 12, 2029, "security_code_invalid", "/security_code"},
    BadCard{"month_13", "4003000123456781", "123", 13, 2029, "card_expiry_invalid", "/expiry_month"},
    BadCard{"last_month", "4003000123456781", "123", 10, 2026, "card_expired", "/expiry_year"},
    BadCard{"too_far", "4003000123456781", "123", 12, 2047, "card_expiry_invalid", "/expiry_year"}),
    [](const auto& test) { return test.param.name; });

TEST(Cards, GoodToTheEndOfItsMonth) {
    Keeper keeper;
    EXPECT_TRUE(keeper.tokenize(keeper.put_key(keeper.tenant), "123", Keeper::number, 11, 2026));
}

TEST(Cards, RefusesUnknownAndDisabledKeys) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    EXPECT_EQ(keeper.tokenize(std::string(32, 'x')).error().code, "caller_key_unknown");
    EXPECT_TRUE(keeper.run(keeper.administration->disable_caller_key(keeper.store.caller_keys.at(key).key_id, keeper.caller)));
    EXPECT_EQ(keeper.tokenize(key).error().code, "caller_key_unknown");
}

TEST(Cards, RefusesEveryKeyOfADisabledTenantAtOnce) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant), other = keeper.put_key(keeper.other_tenant);
    const auto token = keeper.tokenize(key).value().token;
    EXPECT_TRUE(keeper.run(keeper.administration->set_tenant(keeper.tenant, false, keeper.caller)));
    EXPECT_EQ(keeper.tokenize(key).error().code, "caller_key_unknown");
    EXPECT_EQ(keeper.run(keeper.cards->read(key, token, keeper.caller)).error().code, "caller_key_unknown");
    EXPECT_EQ(keeper.run(keeper.cards->remove(key, token, keeper.caller)).error().code, "caller_key_unknown");
    EXPECT_EQ(keeper.tokenize(keeper.put_key(keeper.tenant)).error().code, "caller_key_unknown") << "a new key";
    EXPECT_TRUE(keeper.tokenize(other));
    EXPECT_TRUE(keeper.run(keeper.cards->describe(keeper.tenant, token))) << "the gateway ends what it began";
    EXPECT_TRUE(keeper.run(keeper.administration->set_tenant(keeper.tenant, true, keeper.caller)));
    EXPECT_TRUE(keeper.tokenize(key));
}

Result<TokenMade> tokenize(Keeper& keeper, sealed::CardFields fields) {
    return keeper.run(keeper.cards->tokenize(keeper.put_key(keeper.tenant), fields, keeper.caller,
                                             keeper.clock.instant() + std::chrono::seconds{5}));
}
sealed::CardFields swiped(std::string_view track1, std::string_view track2) {
    return {0, 0, {}, {}, {}, {}, {}, track1, track2};
}
const std::string block(80, 'A'), serial = "9012345678ABCDEF0001";
sealed::CardFields encrypted(std::string_view source = "Swiped", std::string_view of = block, std::string_view key = serial,
                             std::string_view format = "MagneSafe") {
    return {0, 0, {}, {}, {}, {}, {}, {}, {}, {format, source, of, key}};
}
constexpr std::string_view track1 = "%B4003000123456781^GUEST/ADA^29121010000000000000?";
constexpr std::string_view track2 = ";4003000123456781=29121015432112345678?";

TEST(Cards, NumberAndExpiryOfASwipedCardAreKeptAndItsTracksAreNot) {
    Keeper keeper;
    const auto made = tokenize(keeper, swiped(track1, track2)).value();
    EXPECT_EQ(made.summary.bin6 + made.summary.last4, "4003006781");
    EXPECT_EQ(made.summary.expiry_month, 12);
    EXPECT_EQ(made.summary.expiry_year, 2029);
    EXPECT_EQ(made.summary.extras, (CardExtras{.track1 = true, .track2 = true, .entry = CardEntry::swiped}));
    EXPECT_TRUE(keeper.one_time->has(made.token));
    const auto& row = keeper.store.tokens.at(made.token);
    const auto keyed = keeper.tokenize(keeper.put_key(keeper.tenant)).value();
    EXPECT_EQ(row.card_id, keeper.store.tokens.at(keyed.token).card_id) << "the same card";
    EXPECT_TRUE(row.sealed_details.empty());
    keeper.clock.move(std::chrono::minutes{16});
    EXPECT_EQ(keeper.one_time->sweep(), 2U);
    EXPECT_TRUE(keeper.run(keeper.cards->describe(keeper.tenant, made.token))->extras.track2) << "lost, not used: still due";
}

TEST(Cards, OfAnEncryptedCardNothingIsKnown) {
    Keeper keeper;
    const auto made = tokenize(keeper, encrypted()).value();
    EXPECT_EQ(made.summary.bin6 + made.summary.last4, "");
    EXPECT_EQ(made.summary.brand, "unknown");
    EXPECT_EQ(made.summary.expiry_month, 0);
    EXPECT_EQ(made.summary.extras, (CardExtras{.encrypted_block = true, .entry = CardEntry::encrypted}));
    const auto again = tokenize(keeper, encrypted()).value();
    EXPECT_NE(keeper.store.tokens.at(made.token).card_id, keeper.store.tokens.at(again.token).card_id);
}

struct BadReading {
    std::string name;
    sealed::CardFields fields;
    std::string code, field;
};
class ReadingsRefused : public testing::TestWithParam<BadReading> {};
TEST_P(ReadingsRefused, WithTheFieldAndNeverItsValue) {
    Keeper keeper;
    const auto made = tokenize(keeper, GetParam().fields);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, GetParam().code);
    EXPECT_EQ(made.error().field, GetParam().field);
    EXPECT_EQ(made.error().detail, "");
    EXPECT_EQ(keeper.one_time->size(), 0U);
}
INSTANTIATE_TEST_SUITE_P(Table, ReadingsRefused, testing::Values(
    BadReading{"track2", swiped({}, ";4003000123456781?"), "track_malformed", "/track2"},
    BadReading{"track1", swiped("%B4003000123456781?", track2), "track_malformed", "/track1"},
    BadReading{"luhn", swiped({}, ";4003000123456782=2912101?"), "card_number_invalid", "/track2"},
    BadReading{"expired", swiped("%B4003000123456781^GUEST/ADA^2610101?", {}), "card_expired", "/track1"},
    BadReading{"another_number", swiped(track1, ";5499990123456781=2912101?"), "tracks_differ", "/track2"},
    BadReading{"another_expiry", swiped(track1, ";4003000123456781=2911101?"), "tracks_differ", "/track2"},
    BadReading{"format", encrypted("Swiped", block, serial, "IDTech"), "encrypted_format_unknown", "/encrypted/format"},
    BadReading{"source", encrypted("swiped"), "encrypted_source_unknown", "/encrypted/source"},
    BadReading{"block", encrypted("Swiped", std::string_view(block).substr(1)), "encrypted_block_malformed", "/encrypted/block"},
    BadReading{"block_not_hex", encrypted("Swiped", track2.substr(0, 38)), "encrypted_block_malformed", "/encrypted/block"},
    BadReading{"serial", encrypted("Swiped", block, "9012"), "encrypted_key_malformed", "/encrypted/key_serial"},
    BadReading{"two_ways", {12, 2029, Keeper::number, {}, {}, {}, {}, {}, track2}, "malformed_card_frame", ""}),
    [](const auto& test) { return test.param.name; });

TEST(Cards, ServesABrowserOnlyFromAListedPage) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    const auto token = keeper.tokenize(key).value().token;
    const auto key_id = keeper.store.caller_keys.at(key).key_id;
    Caller page = keeper.caller;
    page.browser_origin = "https://shop.example";
    const auto read = [&](const Caller& caller) { return keeper.run(keeper.cards->read(key, token, caller)); };
    const auto refused = "origin_not_allowed";
    EXPECT_TRUE(read(keeper.caller)) << "a program names no origin";
    EXPECT_EQ(read(page).error().code, refused) << "no list: no browser";
    EXPECT_EQ(keeper.run(keeper.cards->allow_origin(page.browser_origin)).error().code, refused);
    const auto list = [&](std::vector<std::string> origins) {
        EXPECT_TRUE(keeper.run(keeper.administration->set_caller_key_origins(key_id, std::move(origins), keeper.caller)));
    };
    list({"https://other.example", "https://shop.example"});
    EXPECT_TRUE(read(page));
    EXPECT_TRUE(keeper.run(keeper.cards->allow_origin(page.browser_origin)));
    list({"https://shop.example.evil.example"});
    EXPECT_EQ(read(page).error().code, refused);
    EXPECT_EQ(keeper.run(keeper.cards->remove(key, token, page)).error().code, refused);
    EXPECT_TRUE(read(keeper.caller)) << "still there, and still for programs";
}

TEST(Cards, DeletingStopsShowingAndForgetsTheCode) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant), other = keeper.put_key(keeper.other_tenant);
    const auto token = keeper.tokenize(key).value().token;
    EXPECT_EQ(keeper.run(keeper.cards->read(key, token, keeper.caller)).value().last4, "6781");
    EXPECT_EQ(keeper.run(keeper.cards->read(other, token, keeper.caller)).error().code, "token_not_found");
    EXPECT_EQ(keeper.run(keeper.cards->remove(other, token, keeper.caller)).error().code, "token_not_found");
    EXPECT_EQ(keeper.run(keeper.cards->describe(keeper.other_tenant, token)).error().code, "token_not_found");
    EXPECT_TRUE(keeper.one_time->has(token));
    EXPECT_TRUE(keeper.run(keeper.cards->remove(key, token, keeper.caller)));
    EXPECT_FALSE(keeper.one_time->has(token));
    EXPECT_EQ(keeper.run(keeper.cards->read(key, token, keeper.caller)).error().code, "token_not_found");
}

TEST(Cards, AFullArenaIsAnAnswer) {
    Keeper keeper;
    const auto key = keeper.put_key(keeper.tenant);
    std::vector<sealed::Arena::Cell> taken;
    while (auto cell = keeper.arena->take(16)) taken.push_back(std::move(*cell));
    EXPECT_EQ(keeper.tokenize(key).error().code, "arena_full");
    taken.clear();
    EXPECT_TRUE(keeper.tokenize(key));
}

TEST(Readiness, ProvesACommitAndASyncAndRemembersForAWhile) {
    Keeper keeper;
    Readiness readiness{*keeper.custody, std::chrono::milliseconds{2000}};
    const auto before = keeper.journal->head().sequence;
    EXPECT_TRUE(keeper.run(readiness.prove(keeper.caller)));
    EXPECT_TRUE(keeper.run(readiness.prove(keeper.caller)));
    EXPECT_EQ(keeper.store.commits, 1);
    EXPECT_EQ(keeper.journal->head().sequence, before + 1);
    keeper.clock.move(std::chrono::seconds{3});
    keeper.store.broken = true;
    EXPECT_FALSE(keeper.run(readiness.prove(keeper.caller)));
}

}  // namespace
}  // namespace postern::vault
