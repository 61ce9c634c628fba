#pragma once

#include "base/ops/config.hpp"

namespace postern::vault {

// Runs the keeper until SIGTERM; gives the exit code. It holds the keys and has no network: three Unix sockets in, one
// out to the egress, one to its database.
int run_keeper(ops::Config config);

}  // namespace postern::vault
