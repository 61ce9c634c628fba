#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/wiped/wiped.hpp"

namespace postern::gateway::cli {

// What the keeper takes from an administrator over its own socket: nothing of it passes the gateway's database.
class VaultAdmin {
public:
    VaultAdmin(std::string socket, std::string operator_name)
        : socket_{std::move(socket)}, operator_{std::move(operator_name)} {}

    struct Credentials {
        wiped::Text merchant_id, password;
    };
    Status put_account(const AccountId& account, const TenantId& tenant, std::string_view destination,
                       const Credentials& credentials) const;
    Status disable_account(const AccountId& account) const;
    Status put_caller_key(const ApiKeyId& key, const TenantId& tenant, std::string_view key_text) const;
    Status disable_caller_key(const ApiKeyId& key) const;
    Status set_caller_key_origins(const ApiKeyId& key, const std::vector<std::string>& origins) const;
    Status set_tenant(const TenantId& tenant, bool enabled) const;

private:
    std::string socket_;
    std::string operator_;
};

// The first line of a file that only its owner can read, in wiped memory. "secret_file_unreadable",
// "secret_file_open_to_others", "secret_file_empty".
Result<wiped::Text> read_secret_line(const std::string& path);
// Writes a new file of mode 0600; "file_exists" where there is one.
Status write_secret_file(const std::string& path, std::string_view content);

}  // namespace postern::gateway::cli
