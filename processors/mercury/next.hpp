#pragma once

#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// What to do about an operation without a trusted answer; a pure function of its history.
//
// A charge: resent under its invoice while the caller waits (the duplicate rule makes that safe), then only looked up,
// more and more slowly; "not found" counts once the look-up's blind window has passed. After the deadline it is resent
// only where an approval is known but not what its undo or capture needs. An undo: looked up on what it takes back,
// resent until acknowledged, in its next form after a refusal. People are asked last.
processors::Step next_step(const processors::History& history, const Switches& switches);

// The claim of an undo whose effect was seen by a look-up; whether the issuer let go of its hold is not shown there.
domain::Claim undone(const processors::History& history);

}  // namespace postern::mercury
