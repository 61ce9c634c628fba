#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace postern::sql {

// Applies the numbered files (`0001_name.sql`, in order) that the database has not seen, each in a transaction with
// its row in schema_migrations (number, name, SHA-256 as grouped base32, applied_at). A file that was applied with
// another checksum, or a number missing in between, is refused: "migration_changed", "migration_gap". Gives the names
// applied now.
Result<std::vector<std::string>> migrate(const std::string& connection_string,
                                         std::span<const std::pair<std::string_view, std::string_view>> files);

}  // namespace postern::sql
