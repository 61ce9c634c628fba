#pragma once

#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// Stored value (TranType PrePaid) at Mercury: another instrument than a credit card, by another operation of the same
// service, hence an adapter of its own. Stateless: several threads may share one.
class GiftAdapter final : public processors::ProcessorAdapter {
public:
    explicit GiftAdapter(Switches switches = {});

    const processors::Capabilities& capabilities() const override { return capabilities_; }
    std::string identity(std::uint64_t epoch, std::uint64_t counter) const override;
    Result<vault::MessageTree> plan(vault::AttemptKind kind, const processors::History& history) const override;
    std::string_view policy_operation(vault::AttemptKind kind, const processors::History& history) const override;
    processors::Outcome read(vault::AttemptKind kind, const processors::History& history,
                             const vault::Reply& reply) const override;
    processors::Step next(const processors::History& history) const override;

private:
    Switches switches_;
    processors::Capabilities capabilities_;
};

}  // namespace postern::mercury
