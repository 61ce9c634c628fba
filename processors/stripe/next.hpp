#pragma once

#include "processors/port/adapter.hpp"
#include "processors/stripe/switches.hpp"

namespace postern::stripe {

// What to do about an operation without a trusted answer; a pure function of its history.
//
// While nothing of it can have moved money (the card is made, the host was busy) its next message goes, or the time is
// over and it ends without effect. After a lost answer: the same request under the same key while the caller waits;
// then only looked up, more and more slowly. An intent or a list of refunds shows at once what is there, a search lags:
// "not found" counts after its blind time. A cancellation is repeated until acknowledged, a refund until it is seen.
// People are asked last.
processors::Step next_step(const processors::History& history, const Switches& switches);

}  // namespace postern::stripe
