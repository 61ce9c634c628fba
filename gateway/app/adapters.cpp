#include "gateway/app/adapters.hpp"

#include <algorithm>

#include "gateway/ledger/entry.hpp"

namespace postern::gateway {

Adapters::Adapters(std::initializer_list<const processors::ProcessorAdapter*> all) {
    for (const auto* adapter : all) by_name_.emplace(adapter->capabilities().name, adapter);
}

const processors::ProcessorAdapter* Adapters::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

Status can_do(const processors::Capabilities& capabilities, domain::Verb verb, domain::Money amount) {
    const auto refused = [](std::string_view code, std::string field) {
        return Error{ErrorKind::invalid_request, code, {}, std::move(field)};
    };
    if (std::ranges::find(capabilities.verbs, verb) == capabilities.verbs.end()) return refused("verb_not_supported", "");
    if (std::ranges::find(capabilities.currencies, amount.currency()) == capabilities.currencies.end()) {
        return refused("currency_not_supported", "/amount/currency");
    }
    if (amount.amount_minor() <= 0 || amount.amount_minor() > capabilities.amount_minor_max) {
        return refused("amount_out_of_range", "/amount/amount_minor");
    }
    return {};
}

std::chrono::seconds hold_life(const processors::Capabilities& capabilities, std::string_view brand) {
    const auto found = std::ranges::find(capabilities.hold_lives, brand, &processors::HoldLife::brand);
    return found == capabilities.hold_lives.end() ? capabilities.hold_life : found->life;
}

bool batch_has_closed(const processors::Capabilities& capabilities, Timestamp taken, Timestamp now) {
    const auto& close = capabilities.batch_closes;
    if (!close) return false;
    const auto batch_of = [&](Timestamp at) { return ledger::business_date(at, close->time_zone, close->minutes); };
    const auto taken_in = batch_of(taken), open = batch_of(now);
    return taken_in && open && *taken_in != *open;
}

}  // namespace postern::gateway
