#pragma once

#include "processors/mercury/reading.hpp"

namespace postern::mercury {

// What one answer to a message or an inquiry about stored value says, on its own.
using GiftSays = std::variant<Yes, No, Busy, Nothing, RowFound, RowVoided, RowMissing>;
GiftSays read_gift(vault::AttemptKind kind, const processors::History& history, const Switches& switches,
                   const vault::Reply& reply);

}  // namespace postern::mercury
