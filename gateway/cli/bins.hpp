#pragma once

#include <string>

#include "gateway/cli/shell.hpp"
#include "gateway/domain/bin_table.hpp"

namespace postern::gateway::cli {

// The table of what a card's first digits tell: kept by version, each whole; the one activated last is in use.
Status show_bins(Shell& shell);
Status list_bins(Shell& shell);
// The table in use, as a file: what `load` takes.
Status export_bins(Shell& shell);
// Reads a file and says every fault by line; "bad_bin_table", "bin_file_unreadable". Touches nothing.
Status check_bins(Shell& shell, const std::string& file);
// As `check`, then puts it into use; "version_taken". What was in use is kept.
Status load_bins(Shell& shell, const std::string& file);
// Puts an earlier version into use again, or the shipped one; "not_found".
Status restore_bins(Shell& shell, const std::string& version);
Status look_up_bin(Shell& shell, const std::string& digits);

// For other commands that ask what a card's beginning tells.
Result<domain::BinTable> bins_in_use(Shell& shell);

}  // namespace postern::gateway::cli
