#pragma once

#include <string>
#include <vector>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

struct NewKey {
    std::string merchant, name;
    std::string kind = "secret";  // secret: the gateway's API; publishable: the vault's front door
    std::string out;              // a file; empty: shown once on stdout
};
// Only the key's digest is kept.
Status add_key(Shell& shell, const NewKey& key);
// True where the id is a publishable key's: then it is disabled. False: it may be a secret key's.
Result<bool> disable_publishable_key(Shell& shell, const std::string& id);

// The pages whose browsers may show a publishable key, instead of those before; none: no browser may. "bad_origin".
Status set_key_origins(Shell& shell, const std::string& id, const std::vector<std::string>& origins);

struct NewOperator {
    std::string name, role = "support", out;
};
// The credential is what proves a decision; it is written to `out` and not kept.
Status add_operator(Shell& shell, const NewOperator& person);

}  // namespace postern::gateway::cli
