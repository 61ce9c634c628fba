#pragma once

#include <vector>

#include "processors/mercury/reading.hpp"

namespace postern::mercury {

// What to do about an operation without a trusted answer; a pure function of its history.
//
// A charge: resent under its invoice while the caller waits (the duplicate rule makes that safe), then only looked up,
// more and more slowly; "not found" counts once the look-up's blind window has passed. After the deadline it is resent
// only where an approval is known but not what its undo or capture needs. An undo: looked up on what it takes back,
// resent until acknowledged, in its next form after a refusal. People are asked last.
processors::Step next_step(const processors::History& history, const Switches& switches);

// The same rules for messages that another reader read; `pasts` is what each attempt of the history said, in order.
processors::Step charge_step(const processors::History& history, const Switches& switches, std::vector<Past> pasts);
// An undo under an invoice of its own, which the look-up shows like a charge: looked up after each lost answer, resent
// while it is not there, because a repeat takes nothing twice.
processors::Step numbered_undo_step(const processors::History& history, const Switches& switches,
                                    std::vector<Past> pasts);

// The claim of an undo whose effect was seen by a look-up; whether the issuer let go of its hold is not shown there.
domain::Claim undone(const processors::History& history);

}  // namespace postern::mercury
