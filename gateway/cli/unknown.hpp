#pragma once

#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Operations without a trusted answer: how old, how much money is at stake, what happens next, and the end of the
// store's business day that they endanger.
Status list_unknown(Shell& shell);

// What evidence could not settle, two different people settle: "approved" or "failed". One person's word changes
// nothing; the second word wakes the resolver, which applies it as evidence.
// "same_person" (they have decided already), "operation_not_open", "role_may_not_decide", "reason_missing".
Status decide_unknown(Shell& shell, const std::string& operation, const std::string& decision,
                      const std::string& reason);

}  // namespace postern::gateway::cli
