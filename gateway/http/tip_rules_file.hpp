#pragma once

#include <string>

#include "base/result.hpp"
#include "gateway/domain/tip_rules.hpp"

namespace postern::gateway {

// The table of tip rules as a file: one `[rules.NAME]` a row; deploy/config/tips.toml.in explains each key. "bad_config",
// with file and key in the detail; unknown keys are refused.
Result<domain::TipRules> read_tip_rules(const std::string& path);

}  // namespace postern::gateway
