#pragma once

#include "gateway/domain/transition.hpp"

namespace postern::domain {

// What a row of the transition table does. `effect` starts as a copy of what is; an error means that the claim cannot
// be true of this operation ("approval_does_not_fit").
using EffectFunction = Status (*)(Effect& effect, const Claim& claim, Timestamp now);

// Of operations without a final answer.
Status first_approved(Effect& effect, const Claim& claim, Timestamp now);
Status capture_approved(Effect& effect, const Claim& claim, Timestamp now);
Status refund_approved(Effect& effect, const Claim& claim, Timestamp now);
Status increment_approved(Effect& effect, const Claim& claim, Timestamp now);
Status tip_approved(Effect& effect, const Claim& claim, Timestamp now);
Status undo_approved(Effect& effect, const Claim& claim, Timestamp now);
Status ended_without_effect(Effect& effect, const Claim& claim, Timestamp now);
Status became_unknown(Effect& effect, const Claim& claim, Timestamp now);

// Of final operations: nothing moves, whatever is claimed.
Status keep(Effect& effect, const Claim& claim, Timestamp now);
Status keep_approval(Effect& effect, const Claim& claim, Timestamp now);
Status contradicts_approval(Effect& effect, const Claim& claim, Timestamp now);
Status late_charge(Effect& effect, const Claim& claim, Timestamp now);
Status late_return(Effect& effect, const Claim& claim, Timestamp now);
Status lapsed(Effect& effect, const Claim& claim, Timestamp now);  // moves the payment alone
Status late_increment(Effect& effect, const Claim& claim, Timestamp now);
Status late_tip(Effect& effect, const Claim& claim, Timestamp now);

// Parts of effects.
Status add(Money& total, Money amount);
void approve(Effect& effect, const ApprovedClaim& claim);
void take_back(Effect& effect, Cause cause);
Status undo_refused(Effect& effect, bool declined, Timestamp now);
// Whether the operation is of the payment as it stands: a payment that went on at another account has left those of the
// first one behind.
bool is_current(const Effect& effect);

}  // namespace postern::domain
