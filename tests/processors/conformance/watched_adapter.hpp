#pragma once

#include <map>

#include "tests/processors/conformance/delegating_adapter.hpp"

namespace postern::conformance {

// The adapter under test, with its last claim about each operation noted.
class WatchedAdapter final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;

    processors::Outcome read(vault::AttemptKind kind, const processors::History& history,
                             const vault::Reply& reply) const override {
        auto outcome = inner_.read(kind, history, reply);
        if (const auto* claim = std::get_if<domain::Claim>(&outcome)) note(history, *claim);
        return outcome;
    }
    processors::Step next(const processors::History& history) const override {
        auto step = inner_.next(history);
        if (const auto* end = std::get_if<processors::Conclude>(&step)) note(history, end->claim);
        return step;
    }

    const domain::Claim* claim_about(const OperationId& operation) const {
        const auto found = claims_.find(operation);
        return found == claims_.end() ? nullptr : &found->second;
    }

private:
    void note(const processors::History& history, const domain::Claim& claim) const {
        claims_.insert_or_assign(history.operation.id, claim);
    }

    mutable std::map<OperationId, domain::Claim> claims_;
};

}  // namespace postern::conformance
