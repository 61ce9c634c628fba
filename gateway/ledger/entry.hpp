#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "gateway/domain/payment.hpp"
#include "gateway/domain/transition.hpp"

namespace postern::ledger {

// hold / hold_offset: what cardholders' limits are held for, memo accounts that never meet money accounts.
// processor_receivable: what the processor owes us; merchant_payable: what we owe the merchant; tip, fee, dispute,
// bank, suspense as named.
enum class Account {
    hold, hold_offset, processor_receivable, merchant_payable, tip, fee, dispute, bank, suspense,
};
std::string_view to_text(Account account);

// One row, two legs: `amount` moves from credit to debit, so every entry sums to zero by its shape.
struct Entry {
    EntryId id;
    PaymentId payment_id;
    OperationId operation_id;
    TenantId tenant_id;
    StoreId store_id;
    Account debit, credit;
    domain::Money amount;
    std::string business_date;
    Timestamp recorded_at;
};

// What a change of a payment books: the difference of its amounts, before to after, on the business day of the change
// (a refund belongs to the day when it is made, not to the day of the sale). Pure but for the ids.
std::vector<Entry> entries_for(const domain::Payment& before, const domain::Payment& after,
                               const domain::Operation& operation, std::string_view business_date, Timestamp now,
                               Random& random);

// The store's business day of an instant: local time, the day ends at the cut-off. "unknown_time_zone".
Result<std::string> business_date(Timestamp at, std::string_view time_zone, int cutoff_minutes);

}  // namespace postern::ledger
