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

// A refund gives back what was bought first, and of the tip only what is more than that.
std::int64_t bought(const domain::Payment& payment) {
    return payment.captured.amount_minor() - payment.tip.amount_minor();
}
std::int64_t refunded_of_tip(const domain::Payment& payment) {
    return std::max<std::int64_t>(0, payment.refunded.amount_minor() - bought(payment));
}
std::int64_t refunded_of_bought(const domain::Payment& payment) {
    return payment.refunded.amount_minor() - refunded_of_tip(payment);
}

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
        Leg{Account::processor_receivable, Account::merchant_payable, bought(before), bought(after)},
        Leg{Account::processor_receivable, Account::tip, before.tip.amount_minor(), after.tip.amount_minor()},
        Leg{Account::merchant_payable, Account::processor_receivable, refunded_of_bought(before),
            refunded_of_bought(after)},
        Leg{Account::tip, Account::processor_receivable, refunded_of_tip(before), refunded_of_tip(after)},
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
