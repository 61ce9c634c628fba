#pragma once

#include "gateway/app/call.hpp"
#include "gateway/app/outcome.hpp"

namespace postern::gateway {

// A prepared operation in the hands of the request that made it: sends, resends and inquires while the caller's
// deadline lasts, then leaves it to the resolver and answers that the outcome is unknown. Never fails: whatever
// happens after commit 1, the caller learns the payment's id and where to look.
Awaitable<Response> drive_live(const Services& services, Work work, Instant deadline);

// The lease of a live request: the resolver stays away until its deadline is surely over.
std::chrono::milliseconds live_lease(const Services& services, Instant deadline);

// The next step in words, for those who look at an operation that is not final.
std::string words_of(const processors::Step& step);

}  // namespace postern::gateway
