#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "vault/journal/journal.hpp"

namespace postern::vault {

// verify_journal for a journal that is being written: reads no further than the bytes known durable, because what
// comes after may be cut off again while it is read.
Result<Journal::Walked> walk_journal(const std::string& folder, const std::optional<JournalHead>& must_hold,
                                     std::size_t newest_bytes_max);

}  // namespace postern::vault
