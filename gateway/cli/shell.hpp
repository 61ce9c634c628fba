#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "gateway/cli/admin_database.hpp"
#include "gateway/cli/vault_admin.hpp"

namespace postern::gateway::cli {

// Where this instance's parts are; from the configuration file.
struct Settings {
    std::string gateway_database, vault_database;
    std::string admin_socket;
    std::string kafka_brokers, kafka_topic;
    std::vector<std::string> processors;  // that accounts can be at: the gateway's adapters and the vault's destinations
};
Result<Settings> load_settings(const std::string& path);

// An operator by name and id, proven by a credential.
struct Operator {
    std::string operator_id, name, role;
};

// What all commands share: settings read when first needed, sessions, the two ways to print.
class Shell {
public:
    Shell(std::ostream& out, std::ostream& messages, Clock& clock, Random& random);

    bool json = false;
    std::string config_path;
    std::string credential_file;

    Result<Settings> settings();
    Result<AdminDatabase*> database();
    Result<VaultAdmin> vault();
    // The person behind `--credential-file`; "credential_missing", "credential_unknown".
    Result<Operator> credential_holder();
    // For records: the operator's name where a credential is given, else the Unix user's.
    Result<std::string> actor();
    Result<AdminRecord> record(std::string action, std::string object_kind, std::string detail);

    void print(const Table& table);          // data, on stdout
    void say(std::string_view message);      // for people, on stderr
    std::ostream& out() { return out_; }
    Clock& clock() { return clock_; }
    Random& random() { return random_; }
    // A new secret: prefix and 52 characters of base32 from 32 random bytes, never with 12 digits in a row.
    std::string new_secret(std::string_view prefix);

private:
    std::ostream& out_;
    std::ostream& messages_;
    Clock& clock_;
    Random& random_;
    std::optional<Settings> settings_;
    std::unique_ptr<AdminDatabase> database_;
};

// A name that people give: 1 to 80 bytes of visible UTF-8, nothing that reads as a card number. "bad_name".
Status check_name(std::string_view name);

}  // namespace postern::gateway::cli
