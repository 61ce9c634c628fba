#include "gateway/app/new_operation.hpp"

namespace postern::gateway {

domain::Operation new_operation(const Services& services, const domain::Payment& payment, const OperationPlan& plan,
                                Instant deadline) {
    const Timestamp now = services.clock.now();
    const auto* adapter = services.adapters.find(payment.processor);
    return domain::Operation{.id = OperationId::create(now, services.random),
                             .payment_id = payment.id,
                             .tenant_id = payment.tenant_id,
                             .verb = plan.verb,
                             .requested = plan.amount,
                             .approved = {},
                             .tip = plan.tip,
                             .undoes = plan.undoes,
                             .processor = payment.processor,
                             .account_id = payment.account_id,
                             .processor_identity = services.identities.next(*adapter),
                             .reference = {},
                             .decline = {},
                             .failure_code = {},
                             .goal = {},
                             .vault_epoch = services.vault.epoch(),
                             .created_at = now,
                             .deadline = now + time_left(services, deadline),
                             .unknown_since = {}};
}

Status check_operation(const Services& services, std::string_view processor, domain::Verb verb, domain::Money amount) {
    const auto* adapter = services.adapters.find(processor);
    if (adapter == nullptr) return Error{ErrorKind::internal, "unknown_processor", std::string(processor)};
    if (const Status able = can_do(adapter->capabilities(), verb, amount); !able) return able.error();
    if (services.vault.epoch().empty()) return Error{ErrorKind::unavailable, "vault_unreachable"};
    return {};
}

}  // namespace postern::gateway
