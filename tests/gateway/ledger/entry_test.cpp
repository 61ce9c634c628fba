#include "gateway/ledger/entry.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_payment.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::ledger {
namespace {

using test::usd;

struct Amounts {
    std::int64_t approved = 0, captured = 0, refunded = 0, released = 0, tip = 0;
};
domain::Payment payment_with(const Amounts& amounts) {
    domain::Payment payment = test::sample_payment();
    payment.approved = usd(amounts.approved);
    payment.captured = usd(amounts.captured);
    payment.refunded = usd(amounts.refunded);
    payment.released = usd(amounts.released);
    payment.tip = usd(amounts.tip);
    return payment;
}
std::string text_of(const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& entry : entries) {
        if (!text.empty()) text += ", ";
        text += std::string(to_text(entry.debit)) + "<-" + std::string(to_text(entry.credit)) + " " +
                std::to_string(entry.amount.amount_minor());
    }
    return text;
}

struct EntryCase {
    std::string_view name;
    Amounts before, after;
    std::string_view entries;
};
class Entries : public testing::TestWithParam<EntryCase> {};

TEST_P(Entries, BookTheDifference) {
    const auto& [name, before, after, expected] = GetParam();
    test::SeededRandom random;
    const auto entries = entries_for(payment_with(before), payment_with(after), test::sample_operation(),
                                     "2026-11-25", test::at_second(5), random);
    EXPECT_EQ(text_of(entries), expected);
    for (const Entry& entry : entries) {
        EXPECT_EQ(entry.business_date, "2026-11-25");
        EXPECT_GT(entry.amount.amount_minor(), 0);
    }
}
INSTANTIATE_TEST_SUITE_P(Table, Entries, testing::Values(
    EntryCase{"nothing",      {1000}, {1000}, ""},
    EntryCase{"authorize",    {}, {1000}, "hold<-hold_offset 1000"},
    EntryCase{"sale",         {}, {1000, 1000}, "processor_receivable<-merchant_payable 1000"},
    EntryCase{"capture",      {1000}, {1000, 1000},
              "hold_offset<-hold 1000, processor_receivable<-merchant_payable 1000"},
    EntryCase{"capture_part", {1000}, {1000, 300},
              "hold_offset<-hold 300, processor_receivable<-merchant_payable 300"},
    EntryCase{"void_hold",    {1000}, {1000, 0, 0, 1000}, "hold_offset<-hold 1000"},
    EntryCase{"void_sale",    {1000, 1000}, {1000, 0, 0, 1000}, "merchant_payable<-processor_receivable 1000"},
    EntryCase{"void_partly_captured", {1000, 300}, {1000, 0, 0, 1000},
              "hold_offset<-hold 700, merchant_payable<-processor_receivable 300"},
    EntryCase{"refund",       {1000, 1000}, {1000, 1000, 400}, "merchant_payable<-processor_receivable 400"},
    EntryCase{"capture_with_tip", {1000}, {1000, 1000, 0, 0, 150},
              "hold_offset<-hold 1000, processor_receivable<-merchant_payable 850, processor_receivable<-tip 150"},
    EntryCase{"tip",          {1000, 1000}, {1200, 1200, 0, 0, 200}, "processor_receivable<-tip 200"},
    EntryCase{"tip_lowered",  {1200, 1200, 0, 0, 200}, {1200, 1050, 0, 150, 50}, "tip<-processor_receivable 150"},
    EntryCase{"void_with_tip", {1200, 1200, 0, 0, 200}, {1200, 0, 0, 1200},
              "merchant_payable<-processor_receivable 1000, tip<-processor_receivable 200"},
    EntryCase{"refund_of_what_was_bought", {1200, 1200, 0, 0, 200}, {1200, 1200, 1000, 0, 200},
              "merchant_payable<-processor_receivable 1000"},
    EntryCase{"refund_with_tip", {1200, 1200, 900, 0, 200}, {1200, 1200, 1200, 0, 200},
              "merchant_payable<-processor_receivable 100, tip<-processor_receivable 200"},
    EntryCase{"increment",    {1000}, {1300}, "hold<-hold_offset 300"},
    EntryCase{"refund_rest",  {1000, 1000, 400}, {1000, 1000, 1000}, "merchant_payable<-processor_receivable 600"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Accounts, HaveWordsOfTheirOwn) {
    EXPECT_EQ(to_text(Account::hold), "hold");
    EXPECT_EQ(to_text(Account::suspense), "suspense");
}

}  // namespace
}  // namespace postern::ledger
