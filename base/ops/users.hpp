#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.hpp"

namespace postern::ops {

// The ids of Unix users by name: who may connect to a socket. "bad_config" where one does not exist.
Result<std::vector<uid_t>> uids_of(const std::vector<std::string>& names);

}  // namespace postern::ops
