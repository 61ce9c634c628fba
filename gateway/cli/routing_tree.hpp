#pragma once

#include <functional>

#include "gateway/cli/shell.hpp"

namespace CLI {
class App;
}

namespace postern::gateway::cli {

// The commands `bin` and `route`. `choose` takes what is to be run once parsing is over.
void add_routing(CLI::App& app, Shell& shell, const std::function<void(std::function<Status()>)>& choose);

}  // namespace postern::gateway::cli
