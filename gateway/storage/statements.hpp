#pragma once

#include <pqxx/pqxx>

namespace postern::gateway::rows {

// On each new session: plan guards, time-outs and every prepared statement, by the names that the *_rows files use.
void prepare_statements(pqxx::connection& connection);

}  // namespace postern::gateway::rows
