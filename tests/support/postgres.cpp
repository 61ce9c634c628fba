#include "tests/support/postgres.hpp"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/sql/migrations.hpp"

namespace postern::support {
namespace {

constexpr const char* create_roles = R"sql(
CREATE ROLE postern_admin LOGIN; CREATE ROLE postern_gateway LOGIN; CREATE ROLE postern_relay LOGIN;
CREATE ROLE postern_vault_admin LOGIN; CREATE ROLE postern_keeper LOGIN
)sql";

std::string programs() { return "/usr/lib/postgresql/15/bin/"; }

// PostgreSQL refuses to run as root.
const passwd* server_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

void become_server_user() {
    const passwd* user = server_user();
    if (user && (::initgroups(user->pw_name, user->pw_gid) || ::setgid(user->pw_gid) || ::setuid(user->pw_uid)))
        ::_exit(126);
}

// The child goes with us, also when we are killed: an immediate shutdown, after which nobody looks at its data.
pid_t spawn(const std::vector<std::string>& arguments, const std::string& log) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child > 0) return child;
    become_server_user();
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != parent) ::_exit(126);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

void run(const std::vector<std::string>& arguments, const std::string& log) {
    int status = 0;
    ::waitpid(spawn(arguments, log), &status, 0);
    if (status != 0) throw std::runtime_error(arguments[0] + " failed, see " + log);
}

std::string make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "postern-pg-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    if (const passwd* user = server_user(); user && ::chown(name.c_str(), user->pw_uid, user->pw_gid))
        throw std::runtime_error("chown");
    return name;
}

}  // namespace

PostgresCluster& PostgresCluster::instance() {
    static PostgresCluster cluster;
    return cluster;
}

PostgresCluster::PostgresCluster() : folder_{make_folder()} {
    run({programs() + "initdb", "-D", folder_ + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
         "--no-sync", "--no-instructions"},
        folder_ + "/initdb.log");
    const char* chosen = std::getenv("POSTERN_TEST_FSYNC");
    start(!chosen || chosen[0] != '0');
    pqxx::connection connection{connection_string("postgres", "postgres")};
    pqxx::nontransaction{connection}.exec(create_roles);
}

void PostgresCluster::start(bool fsync) {
    postmaster_ = spawn({programs() + "postgres", "-D", folder_ + "/data", "-k", folder_, "-h", "", "-c",
                         std::string("fsync=") + (fsync ? "on" : "off"), "-c",
                         "max_connections=100", "-c", "shared_buffers=64MB", "-c", "jit=off"},
                        folder_ + "/server.log");
    wait_until_ready();
}

void PostgresCluster::wait_until_ready() const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < give_up) {
        try {
            pqxx::connection{connection_string("postgres", "postgres")};
            return;
        } catch (const pqxx::failure&) {
            if (::waitpid(postmaster_, nullptr, WNOHANG) == postmaster_) break;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
    }
    throw std::runtime_error("PostgreSQL did not start, see " + folder_ + "/server.log");
}

void PostgresCluster::kill_and_restart() {
    ::kill(postmaster_, SIGKILL);  // its children notice within moments; the new one waits for them below
    ::waitpid(postmaster_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove(folder_ + "/data/postmaster.pid", ignored);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (true) {
        try {
            start(false);  // recovery would first sync every file; the kernel lives, so nothing is lost without
            return;
        } catch (const std::runtime_error&) {
            if (std::chrono::steady_clock::now() > give_up) throw;
        }
    }
}

PostgresCluster::~PostgresCluster() {
    ::kill(postmaster_, SIGQUIT);
    ::waitpid(postmaster_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresCluster::connection_string(std::string_view database, std::string_view user) const {
    return "host=" + folder_ + " port=5432 dbname=" + std::string(database) + " user=" + std::string(user);
}

std::string PostgresCluster::create_database(std::string_view owner, MigrationFiles files) {
    std::string name = "test_" + std::to_string(++databases_);
    pqxx::connection connection{connection_string("postgres", "postgres")};
    pqxx::nontransaction{connection}.exec("CREATE DATABASE " + name + " OWNER " + std::string(owner));
    pqxx::connection inside{connection_string(name, "postgres")};
    pqxx::nontransaction{inside}.exec("ALTER SCHEMA public OWNER TO " + std::string(owner));
    const auto applied = sql::migrate(connection_string(name, owner), files);
    if (!applied) throw std::runtime_error(std::string(applied.error().code) + ": " + applied.error().detail);
    return name;
}

void TestDatabase::execute(const std::string& sql) const {
    pqxx::connection connection{as(owner_)};
    pqxx::nontransaction{connection}.exec(sql);
}

std::string TestDatabase::value(const std::string& sql) const {
    pqxx::connection connection{as(owner_)};
    const auto rows = pqxx::nontransaction{connection}.exec(sql);
    return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].as<std::string>();
}

}  // namespace postern::support
