#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/base32.hpp"
#include "processors/stripe/adapter.hpp"
#include "processors/stripe/amounts.hpp"
#include "processors/stripe/codes.hpp"

namespace postern::stripe {
namespace {

using domain::Currency;
using domain::DeclineReason;

TEST(StripeErrors, WhatIsNotListedIsUnknown) {
    for (const int status : {100, 302, 418, 500, 502, 503, 504, 599})
        EXPECT_EQ(class_of(status, "", ""), ErrorClass::unknown) << status;
    EXPECT_EQ(class_of(500, "card_error", "card_declined"), ErrorClass::unknown) << "whatever the body says";
    EXPECT_EQ(class_of(200, "card_error", "card_declined"), ErrorClass::unknown);
}

TEST(StripeErrors, ADeclineIsNeverMadeOfAnAccident) {
    for (const ErrorRow& row : error_rows())
        if (row.error_class == ErrorClass::declined) {
            EXPECT_GE(row.status_first, 400) << row.meaning;
            EXPECT_LT(row.status_last, 500) << row.meaning;
        }
    EXPECT_EQ(class_of(429, "card_error", ""), ErrorClass::busy);
    EXPECT_EQ(class_of(409, "card_error", ""), ErrorClass::running);
    EXPECT_EQ(class_of(424, "card_error", ""), ErrorClass::unknown);
}

TEST(StripeDeclines, AreTranslatedOnce) {
    std::set<std::string_view> codes;
    for (const DeclineRow& row : decline_rows()) EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_EQ(decline_of("card_declined", "insufficient_funds").reason, DeclineReason::insufficient_funds);
    EXPECT_EQ(decline_of("card_declined", "insufficient_funds").raw_code, "card_declined insufficient_funds");
    EXPECT_EQ(decline_of("expired_card", "").reason, DeclineReason::expired_card);
    EXPECT_EQ(decline_of("card_declined", "no_such_code").reason, DeclineReason::generic);
    EXPECT_TRUE(decline_of("card_declined", "issuer_not_available").retry_may_help);
    for (const char* code : {"fraudulent", "lost_card", "stolen_card", "do_not_try_again", "stop_payment_order", "merchant_blacklist"})
        EXPECT_FALSE(decline_of("card_declined", code).retry_may_help) << code;
    EXPECT_EQ(decline_of("a\nb", std::string(200, 'x')).raw_code, "a?b " + std::string(76, 'x'));
}

struct AmountCase {
    std::int64_t minor;
    Currency currency;
    std::string_view code;
};
TEST(StripeAmounts, AreWhatStripeCanHold) {
    for (const AmountCase& row : {AmountCase{1, Currency::usd, ""}, AmountCase{0, Currency::usd, "amount_out_of_range"},
                                  AmountCase{99'999'999, Currency::usd, ""}, AmountCase{100'000'000, Currency::usd, "amount_out_of_range"},
                                  AmountCase{-1, Currency::eur, "amount_out_of_range"}, AmountCase{501, Currency::jpy, ""},
                                  AmountCase{1'000, Currency::kwd, ""}, AmountCase{1'001, Currency::kwd, "amount_not_representable"}}) {
        const auto status = check_amount(*domain::Money::of_minor(row.minor, row.currency));
        EXPECT_EQ(status ? "" : status.error().code, row.code) << row.minor << domain::alphabetic_code(row.currency);
    }
    for (const CurrencyRow& row : currency_rows()) EXPECT_EQ(row.step, domain::exponent(row.currency) == 3 ? 10 : 1) << row.code;
}

TEST(StripeIdentity, NeverReadsAsACardNumber) {
    const StripeAdapter adapter;
    EXPECT_EQ(adapter.identity(33, 31), "00000011p000000z");
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_LT(longest_digit_run(adapter.identity(i * 217'645'199, i)), 12u);
}

TEST(StripeSwitches, TakeDefaultsAndRefuseWhatIsOutOfRange) {
    EXPECT_TRUE(read_switches([](std::string_view, std::int64_t fallback) { return fallback; }));
    for (const auto& row : switch_rows()) {
        const auto asked = [&](std::string_view name, std::int64_t fallback) { return name == row.name ? row.most + 1 : fallback; };
        EXPECT_FALSE(read_switches(asked)) << row.name;
    }
}

}  // namespace
}  // namespace postern::stripe
