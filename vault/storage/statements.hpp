#pragma once

#include <pqxx/pqxx>

namespace postern::vault {

// On each new session: plan guards, time-outs and every prepared statement, by the names that the *_rows files use.
void prepare_statements(pqxx::connection& connection);
// The same on a session whose commits do not wait for the disk.
void prepare_unsynced_statements(pqxx::connection& connection);

}  // namespace postern::vault
