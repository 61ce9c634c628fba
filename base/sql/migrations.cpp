#include "base/sql/migrations.hpp"

#include <map>
#include <optional>
#include <pqxx/pqxx>

#include "base/crypto/digest.hpp"

namespace postern::sql {
namespace {

constexpr const char* create_table = R"sql(
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
)sql";
constexpr const char* read_applied = R"sql(
SELECT number, name, checksum FROM schema_migrations ORDER BY number
)sql";
constexpr const char* insert_applied = R"sql(
INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING
)sql";

struct Applied {
    std::string name, checksum;
};
using File = std::pair<std::string_view, std::string_view>;

Error failed(std::string_view code, std::string detail) {
    return {ErrorKind::conflict, code, std::move(detail)};
}

std::map<int, Applied> applied_so_far(pqxx::connection& connection) {
    pqxx::work tx{connection};
    tx.exec("SET LOCAL client_min_messages = warning");
    tx.exec(create_table);
    std::map<int, Applied> applied;
    for (const auto& row : tx.exec(read_applied))
        applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>()};
    tx.commit();
    return applied;
}

// The row comes first: whoever applies the same file at the same time waits here, and then finds it done.
bool apply(pqxx::connection& connection, int number, const File& file) {
    pqxx::work tx{connection};
    const auto inserted =
        tx.exec_params(insert_applied, number, std::string(file.first), crypto::sha256_text(file.second));
    if (inserted.affected_rows() == 0) return false;
    tx.exec(std::string(file.second));
    tx.commit();
    return true;
}

// Numbers follow each other from 1, in the files and in the database.
Status check(std::span<const File> files, const std::map<int, Applied>& applied) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name{files[i].first};
        const int number = static_cast<int>(i) + 1;
        if (std::atoi(name.c_str()) != number) return failed("migration_gap", name);
        const auto found = applied.find(number);
        if (found == applied.end() && applied.upper_bound(number) != applied.end()) return failed("migration_gap", name);
        if (found != applied.end() && found->second.checksum != crypto::sha256_text(files[i].second))
            return failed("migration_changed", name);
    }
    return {};
}

Result<std::vector<std::string>> apply_missing(pqxx::connection& connection, std::span<const File> files) {
    const auto applied = applied_so_far(connection);
    if (Status sound = check(files, applied); !sound) return sound.error();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        if (!applied.contains(number) && apply(connection, number, files[i])) names.emplace_back(files[i].first);
    }
    return names;
}

}  // namespace

Result<std::vector<std::string>> migrate(const std::string& connection_string, std::span<const File> files) {
    std::optional<pqxx::connection> connection;
    try {
        connection.emplace("connect_timeout=3 " + connection_string);
        return apply_missing(*connection, files);
    } catch (const std::exception& failure) {  // a file's transaction is whole or not at all: it may be run again
        if (!connection) return Error{ErrorKind::unavailable, "storage_unavailable", failure.what()};
        return Error{ErrorKind::internal, "migration_failed", failure.what()};
    }
}

}  // namespace postern::sql
