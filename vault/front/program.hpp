#pragma once

#include "base/ops/config.hpp"

namespace postern::vault {

// Runs the front until SIGTERM; gives the exit code. It meets the network and holds no keys and no database.
int run_front(ops::Config config);

}  // namespace postern::vault
