#pragma once

#include "gateway/app/call.hpp"

namespace postern::gateway {

// An operation ready for commit 1, under a processor identity of its own.
struct OperationPlan {
    domain::Verb verb;
    domain::Money amount;
    std::optional<OperationId> undoes;
    std::optional<domain::Money> tip = {};
};
domain::Operation new_operation(const Services& services, const domain::Payment& payment, const OperationPlan& plan,
                                Instant deadline);

// Known processor, able to do it, and a vault that is connected, so that its journal epoch can be noted:
// "unknown_processor", can_do()'s codes, "vault_unreachable". Nothing has happened.
Status check_operation(const Services& services, std::string_view processor, domain::Verb verb, domain::Money amount);

}  // namespace postern::gateway
