#pragma once

#include <span>
#include <utility>
#include <vector>

#include "gateway/app/call.hpp"
#include "gateway/app/outcome.hpp"

namespace postern::gateway {

// A prepared operation in the hands of the request that made it: sends, resends and inquires while the caller's
// deadline lasts, then leaves it to the resolver and answers that the outcome is unknown. Never fails: whatever
// happens after commit 1, the caller learns the payment's id and where to look.
Awaitable<Response> drive_live(const Services& services, Work work, Instant deadline);

// Where a charge may go: the account that it was prepared for, held open by its gate, and those that may take it where
// it is proven that nothing was sent, in order.
struct Itinerary {
    AccountGates::Pass pass;
    std::vector<domain::RouteAccount> rest;
};
// As `drive_live`, of a payment's first operation. Each account gets an operation of its own, under an identity of its
// own; the answer is about the last.
Awaitable<Response> drive_charge(const Services& services, Work work, Instant deadline, Itinerary itinerary);

// The first of the accounts that can do it and whose gate lets it in; else why the first does not.
Result<std::pair<domain::RouteAccount, Itinerary>> enter_first(const Services& services,
                                                               std::span<const domain::RouteAccount> accounts,
                                                               domain::Verb verb, domain::Money amount);

// The lease of a live request: the resolver stays away until its deadline is surely over.
std::chrono::milliseconds live_lease(const Services& services, Instant deadline);

// The next step in words, for those who look at an operation that is not final.
std::string words_of(const processors::Step& step);

}  // namespace postern::gateway
