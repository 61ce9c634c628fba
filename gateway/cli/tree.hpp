#pragma once

#include <string>
#include <vector>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Exit codes, after sysexits where it has one: each kind of failure can be told apart by a script.
constexpr int exit_ok = 0, exit_usage = 2, exit_refused = 65, exit_not_found = 66, exit_unavailable = 69,
              exit_internal = 70, exit_conflict = 73, exit_in_doubt = 75, exit_forbidden = 77, exit_bad_config = 78;
int exit_code(const Error& error);

// The whole command line: parses, runs one command, prints data on the shell's output and everything else on `messages`.
int run(std::vector<std::string> arguments, Shell& shell, std::ostream& out, std::ostream& messages);

// The known word that a misspelt one was meant to be; empty where none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace postern::gateway::cli
