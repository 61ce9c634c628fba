#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <string_view>

#include "base/result.hpp"

namespace postern::vault::sealed {

// What a magnetic stripe says (ISO/IEC 7813), as a reader gives it: with or without its sentinels and the check character
// behind them. The views lie in the caller's wiped memory.
struct Track {
    std::string_view number;
    int expiry_month = 0, expiry_year = 0;
    std::string_view data;    // without sentinels and check character
    std::string_view framed;  // from sentinel to sentinel; where the reader gave none, as `data`
};

// `invalid_request` "track_malformed": of another shape. Nothing of the track is in the error.
Result<Track> parse_track1(std::string_view text);
Result<Track> parse_track2(std::string_view text);

}  // namespace postern::vault::sealed
