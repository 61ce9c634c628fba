#include "base/ops/users.hpp"

#include <pwd.h>

namespace postern::ops {

Result<std::vector<uid_t>> uids_of(const std::vector<std::string>& names) {
    std::vector<uid_t> uids;
    for (const auto& name : names) {
        const passwd* const entry = ::getpwnam(name.c_str());
        if (!entry) return Error{ErrorKind::invalid_request, "bad_config", "no such user: " + name, {}};
        uids.push_back(entry->pw_uid);
    }
    return uids;
}

}  // namespace postern::ops
