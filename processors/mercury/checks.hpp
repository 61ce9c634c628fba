#pragma once

#include <string_view>

#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// AVSResult is read by brand (CardType of the same answer): Discover's A means what is Y elsewhere. A letter that no row
// names tells nothing, so that no match is ever overstated.
processors::AvsResult avs_result(std::string_view card_type, std::string_view letter, const Switches& switches);
processors::CvvResult cvv_result(std::string_view letter);

}  // namespace postern::mercury
