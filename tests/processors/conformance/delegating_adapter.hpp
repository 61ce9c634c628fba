#pragma once

#include "processors/port/adapter.hpp"

namespace postern::conformance {

// Another adapter, step for step; what derives from it changes the steps that it names.
class DelegatingAdapter : public processors::ProcessorAdapter {
public:
    explicit DelegatingAdapter(const processors::ProcessorAdapter& inner) : inner_{inner} {}

    const processors::Capabilities& capabilities() const override { return inner_.capabilities(); }
    std::string identity(std::uint64_t epoch, std::uint64_t counter) const override {
        return inner_.identity(epoch, counter);
    }
    Result<vault::MessageTree> plan(vault::AttemptKind kind, const processors::History& history) const override {
        return inner_.plan(kind, history);
    }
    std::string_view policy_operation(vault::AttemptKind kind, const processors::History& history) const override {
        return inner_.policy_operation(kind, history);
    }
    processors::Outcome read(vault::AttemptKind kind, const processors::History& history,
                             const vault::Reply& reply) const override {
        return inner_.read(kind, history, reply);
    }
    processors::Step next(const processors::History& history) const override { return inner_.next(history); }
    processors::Checks checks(const vault::Reply& reply) const override { return inner_.checks(reply); }

protected:
    const processors::ProcessorAdapter& inner_;
};

}  // namespace postern::conformance
