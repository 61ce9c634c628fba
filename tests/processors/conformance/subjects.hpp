#pragma once

#include "tests/processors/conformance/processor.hpp"

// One function an adapter; each stands in a file of its own.
namespace postern::conformance {

Subject mercury_subject();
Subject stripe_subject();

}  // namespace postern::conformance
