#pragma once

#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Brings one of the two databases to this program's schema: "gateway" or "vault". The files are compiled in.
Status migrate(Shell& shell, const std::string& which);

}  // namespace postern::gateway::cli
