#pragma once

#include "gateway/app/call.hpp"

namespace postern::gateway {

struct NewPaymentInput {
    domain::Verb verb;  // authorize or sale
    domain::Money amount;
    CardToken token;
    domain::Tender tender;
    std::string order_reference;
    std::optional<AccountId> account_id;
    std::optional<Timestamp> accepted_offline_at;
    std::int64_t device_sequence = 0;
    bool partial_approval = false;  // an approval of a part may be offered; a processor without them ignores it
};

// Authorizes or sells. A decline is an answer; an error means that no payment was made by this call, or, of kind
// `outcome_unknown`, that commit 1 is in doubt: then nothing was sent and the same key tells later.
Awaitable<Result<Response>> create_payment(const Services& services, CallContext context, NewPaymentInput input);

}  // namespace postern::gateway
