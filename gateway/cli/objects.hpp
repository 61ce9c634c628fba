#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Merchants, stores, devices, accounts, keys and operators are data. What can be listed, shown, changed and disabled
// without more ado is one row of a table in objects.cpp; what needs secrets or files stands in accounts.hpp and keys.hpp.
enum class Kind { merchant, store, device, account, key, operator_ };
std::string_view to_text(Kind kind);

Status list_objects(Shell& shell, Kind kind);
Status show_object(Shell& shell, Kind kind, const std::string& id);
// `given` holds what is to change, by option name; the rest stays.
using Given = std::map<std::string, std::string>;
Status change_object(Shell& shell, Kind kind, const std::string& id, const Given& given);
Status disable_object(Shell& shell, Kind kind, const std::string& id);

Status add_merchant(Shell& shell, const std::string& name);
struct NewStore {
    std::string merchant, name, time_zone, currency = "USD", cutoff = "04:00", category = "5812";
    int offline_limit_minutes = 1440;
};
Status add_store(Shell& shell, const NewStore& store);
Status add_device(Shell& shell, const std::string& store, const std::string& name);

// "04:30" is 270 minutes after midnight. "bad_cutoff".
Result<int> parse_cutoff(std::string_view text);

}  // namespace postern::gateway::cli
