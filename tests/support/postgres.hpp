#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace postern::support {

// Numbered SQL files by name and content, as `postern_embed_text` gives them.
using MigrationFiles = std::span<const std::pair<std::string_view, std::string_view>>;

// A real PostgreSQL, private to this test program: made when first asked for, reached through a socket in its own
// folder (no TCP), ended with the program, however that ends. Durable by default, as in production; POSTERN_TEST_FSYNC=0
// switches syncing off where a slow disk would only cost time. Roles: postern_admin, postern_gateway, postern_relay,
// postern_vault_admin, postern_keeper; each may connect as itself without a password.
class PostgresCluster {
public:
    static PostgresCluster& instance();
    ~PostgresCluster();

    // A new database owned by `owner`, with the files applied; gives its name.
    std::string create_database(std::string_view owner, MigrationFiles files);
    std::string connection_string(std::string_view database, std::string_view user) const;
    const std::string& socket_folder() const { return folder_; }

    pid_t postmaster() const { return postmaster_; }
    void kill_and_restart();  // SIGKILL to all its processes, then recovery

private:
    PostgresCluster();
    void start(bool fsync);
    void wait_until_ready() const;
    std::string folder_;
    pid_t postmaster_ = -1;
    int databases_ = 0;
};

// One test's database.
class TestDatabase {
public:
    TestDatabase(std::string_view owner, MigrationFiles files)
        : owner_{owner}, name_{PostgresCluster::instance().create_database(owner, files)} {}

    const std::string& name() const { return name_; }
    std::string as(std::string_view user) const { return PostgresCluster::instance().connection_string(name_, user); }
    // As the owner; `value` gives the first field of the first row, "" where there is none.
    void execute(const std::string& sql) const;
    std::string value(const std::string& sql) const;

private:
    std::string owner_;
    std::string name_;
};

}  // namespace postern::support
