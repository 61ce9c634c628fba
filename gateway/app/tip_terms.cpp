#include "gateway/app/tip_terms.hpp"

#include <algorithm>

namespace postern::gateway {
namespace {

using domain::Verb;

bool is_after_partial_approval(const PaymentView& view) {
    return std::ranges::any_of(view.operations, [](const domain::Operation& operation) {
        const bool is_first = operation.verb == Verb::authorize || operation.verb == Verb::sale;
        return is_first && operation.approved && *operation.approved != operation.requested;
    });
}

}  // namespace

domain::Funding funding_of(const domain::CardSummary& card) {
    return domain::parse_funding(card.funding).value_or(domain::Funding::unknown);
}

Awaitable<Result<const domain::TipRule*>> find_tip_rule(const Services& services, const PaymentView& view) {
    const domain::Payment& payment = view.payment;
    const auto route = co_await services.directory.route(payment.tenant_id, payment.tender.store_id,
                                                         payment.tender.device_id, payment.account_id);
    if (!route) co_return route.error();
    const StoreSettings& store = route->store;
    const auto day = ledger::business_date(services.clock.now(), store.time_zone, store.cutoff_minutes);
    if (!day) co_return Error{ErrorKind::internal, day.error().code, day.error().detail};
    co_return services.settings.tip_rules.find({.business_date = *day, .brand = view.card.brand,
                                                .category = store.category, .funding = funding_of(view.card),
                                                .after_partial_approval = is_after_partial_approval(view)});
}

domain::Money authorized_amount(const PaymentView& view) {
    domain::Money sum = domain::Money::zero(view.payment.requested.currency());
    for (const domain::Operation& operation : view.operations) {
        const bool authorizes =
            operation.verb == Verb::authorize || operation.verb == Verb::sale || operation.verb == Verb::increment;
        const bool is_given = authorizes && operation.status == domain::OperationStatus::approved && operation.approved;
        if (is_given) sum = *sum.plus(*operation.approved);
    }
    return sum;
}

std::int64_t tip_ceiling_minor(const Services& services, const PaymentView& view, const domain::TipRule* rule) {
    const domain::Money authorized = authorized_amount(view);
    const auto* adapter = services.adapters.find(view.payment.processor);
    const bool may_exceed = rule != nullptr && adapter != nullptr && adapter->capabilities().tip_above_authorized;
    return authorized.amount_minor() + (may_exceed ? domain::above_minor(*rule, authorized) : 0);
}

Error refused_by_rule(std::string_view code, const domain::TipRule* rule, std::string field) {
    return {ErrorKind::invalid_request, code, rule == nullptr ? "none" : rule->name, std::move(field)};
}

Status check_verb(const Services& services, const PaymentView& view, Verb verb) {
    const auto* adapter = services.adapters.find(view.payment.processor);
    if (adapter == nullptr) return Error{ErrorKind::internal, "unknown_processor", view.payment.processor};
    const auto& verbs = adapter->capabilities().verbs;
    if (std::ranges::find(verbs, verb) != verbs.end()) return {};
    return Error{ErrorKind::invalid_request, "verb_not_supported"};
}

}  // namespace postern::gateway
