#include "gateway/ledger/entry.hpp"

#include <algorithm>
#include <array>

namespace postern::ledger {
namespace {

constexpr std::array<std::pair<Account, std::string_view>, 9> names{{
    {Account::hold, "hold"}, {Account::hold_offset, "hold_offset"},
    {Account::processor_receivable, "processor_receivable"}, {Account::merchant_payable, "merchant_payable"},
    {Account::tip, "tip"}, {Account::fee, "fee"}, {Account::dispute, "dispute"}, {Account::bank, "bank"},
    {Account::suspense, "suspense"},
}};

// What an amount of a payment stands for in the books: a rise moves from credit to debit, a fall back.
struct Leg {
    Account debit, credit;
    std::int64_t before, after;
};

// Still held for the merchant: approved, neither captured nor given back.
std::int64_t held(const domain::Payment& payment) {
    const std::int64_t used = payment.captured.amount_minor() + payment.released.amount_minor();
    return payment.approved.amount_minor() - used;
}

}  // namespace

std::string_view to_text(Account account) {
    return std::ranges::find(names, account, &std::pair<Account, std::string_view>::first)->second;
}

std::vector<Entry> entries_for(const domain::Payment& before, const domain::Payment& after,
                               const domain::Operation& operation, std::string_view business_date, Timestamp now,
                               Random& random) {
    const std::array legs{
        Leg{Account::hold, Account::hold_offset, held(before), held(after)},
        Leg{Account::processor_receivable, Account::merchant_payable, before.captured.amount_minor(),
            after.captured.amount_minor()},
        Leg{Account::merchant_payable, Account::processor_receivable, before.refunded.amount_minor(),
            after.refunded.amount_minor()},
    };
    std::vector<Entry> entries;
    for (const auto& [debit, credit, was, is] : legs) {
        if (was == is) continue;
        const bool rises = is > was;
        const auto amount = domain::Money::of_minor(rises ? is - was : was - is, after.requested.currency());
        entries.push_back(Entry{.id = EntryId::create(now, random), .payment_id = after.id,
                                .operation_id = operation.id, .tenant_id = after.tenant_id,
                                .store_id = after.tender.store_id, .debit = rises ? debit : credit,
                                .credit = rises ? credit : debit, .amount = *amount,
                                .business_date = std::string(business_date), .recorded_at = now});
    }
    return entries;
}

}  // namespace postern::ledger
