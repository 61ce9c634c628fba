#pragma once

#include "processors/mercury/sandbox/request.hpp"

namespace postern::mercury::sandbox {

// Number and expiry of a card that came as a track or in an encrypting reader's block. What cannot be read leaves them
// empty. The real readers' keys are nobody's but their makers': here a block is the second track, with its sentinels and
// zero bytes behind them, XORed with the BLAKE2b-512 of the key serial's characters.
void read_card(Transaction& transaction);

}  // namespace postern::mercury::sandbox
