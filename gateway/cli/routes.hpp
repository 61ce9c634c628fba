#pragma once

#include <map>
#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// Rules that say which processor accounts take a payment; the words of the options are domain::RouteRule's.
struct NewRoute {
    std::string merchant, store;  // of one store, or of all of the merchant's
    std::map<std::string, std::string> given;  // by option name
};
Status add_route(Shell& shell, const NewRoute& route);
Status list_routes(Shell& shell);
Status show_route(Shell& shell, const std::string& id);
// What is given changes, the rest stays; an empty value means any again.
Status change_route(Shell& shell, const std::string& id, const std::map<std::string, std::string>& given);

// A payment that is only thought of: every rule in its order and whether it fits, then the accounts.
struct RouteQuery {
    std::string store, currency, bin, brand, funding, at;
    std::int64_t amount_minor = 0;
};
Status explain_route(Shell& shell, const RouteQuery& query);

}  // namespace postern::gateway::cli
