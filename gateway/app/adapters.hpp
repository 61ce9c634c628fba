#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "processors/port/adapter.hpp"

namespace postern::gateway {

// The processors that this gateway speaks to, by name; `main` lists them.
class Adapters {
public:
    explicit Adapters(std::initializer_list<const processors::ProcessorAdapter*> all);
    const processors::ProcessorAdapter* find(std::string_view name) const;  // null: no such processor here

private:
    std::map<std::string, const processors::ProcessorAdapter*, std::less<>> by_name_;
};

// Whether the processor can do this at all, told before anything is written: "verb_not_supported",
// "currency_not_supported", "amount_out_of_range".
Status can_do(const processors::Capabilities& capabilities, domain::Verb verb, domain::Money amount);

// How long an authorization of this brand holds at the processor.
std::chrono::seconds hold_life(const processors::Capabilities& capabilities, std::string_view brand);

// Whether the batch of what was captured at `taken` has surely closed by now; false where the processor does not tell.
bool batch_has_closed(const processors::Capabilities& capabilities, Timestamp taken, Timestamp now);

// Processor identities that no other process and no restart gives again: the epoch is drawn durably at each start, the
// counter runs within it.
class IdentityAllocator {
public:
    explicit IdentityAllocator(std::uint64_t epoch) : epoch_{epoch} {}
    std::string next(const processors::ProcessorAdapter& adapter) { return adapter.identity(epoch_, counter_++); }

private:
    std::uint64_t epoch_;
    std::atomic<std::uint64_t> counter_{1};
};

}  // namespace postern::gateway
