#pragma once

#include <map>

#include "tests/processors/conformance/world.hpp"

namespace postern::conformance {

// What the ledger says of one payment.
struct Accounted {
    std::int64_t held = 0, taken = 0;  // taken: what the processor owes us for it
};
// Of all payments, from the entries alone.
std::map<PaymentId, Accounted> accounts_of(const std::vector<ledger::Entry>& entries);

struct Difference {
    Check check;
    std::string what;
};
// Where the processor's book and ours differ about a payment whose operations are all final. A hold that people were
// told of ("hold_may_remain") is no difference.
std::vector<Difference> compare(const World& world, const Processor& processor, const PaymentId& payment,
                                const Accounted& ours);

// Whatever stands in the processor's book is there by an operation of ours, or this says what else is.
std::optional<Difference> find_stray(const World& world, const Processor& processor);

}  // namespace postern::conformance
