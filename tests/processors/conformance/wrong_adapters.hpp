#pragma once

#include <span>

#include "tests/processors/conformance/suite.hpp"

namespace postern::conformance {

// An adapter with one mistake that people make, over a right one; and the check that must notice.
struct WrongAdapter {
    std::string_view name;
    Check caught_by;
    Wrap wrap;
    std::string_view variant;    // of the host, where the mistake shows
    std::string_view only = {};  // it can only be made with this processor; empty: with any
};
std::span<const WrongAdapter> wrong_adapters();

}  // namespace postern::conformance
