#pragma once

#include "base/ops/config.hpp"

namespace postern::vault {

// Runs the egress until SIGTERM; gives the exit code. The only process of the vault that reaches processors, and only
// those on its own list.
int run_egress(ops::Config config);

}  // namespace postern::vault
