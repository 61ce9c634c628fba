#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::gateway {

enum class Etags { strong, weak_too };

// The payment versions that a list of entity tags names (`"3"`, `W/"3", "4"`; RFC 9110, 8.8.3). Tags that are none of
// ours match nothing and are left out.
std::vector<std::int64_t> parse_etags(std::string_view list, Etags which);

}  // namespace postern::gateway
