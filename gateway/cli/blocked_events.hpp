#pragma once

#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Payments whose events wait because the broker refused one, with how many wait and since when.
Status list_blocked_events(Shell& shell);
// Lets the relay try again, once the cause is mended; the events leave in order, the refused one first. "not_found".
Status retry_blocked_events(Shell& shell, const std::string& payment);

}  // namespace postern::gateway::cli
