#pragma once

#include "gateway/app/call.hpp"

namespace postern::gateway {

// What a call is answered with when commit 1 did not prepare anything new: the stored answer, the running twin's (waited
// for until the deadline, then "request_in_progress"), the tender's first payment, or the refusal.
Awaitable<Result<Response>> answer_taken(const Services& services, const CallContext& context,
                                         const idempotency::KeyedCommand& command, PrepareResult result);

// A refusal found before commit 1 holds only for a key that nobody has used: a repeat gets its first answer, whatever
// has become of the payment since.
Awaitable<Result<Response>> replay_or(const Services& services, const CallContext& context,
                                      const idempotency::KeyedCommand& command, Error refusal);

}  // namespace postern::gateway
