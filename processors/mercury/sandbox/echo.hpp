#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::mercury::sandbox {

// The forms in which a processor could hand a card number back, by name: "plain", "hex", "base64+1", …
std::vector<std::string> echo_forms();

// The number in this form as XML content; "unknown_form".
Result<std::string> echoed(std::string_view digits, std::string_view form);

}  // namespace postern::mercury::sandbox
