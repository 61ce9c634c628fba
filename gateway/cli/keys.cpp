#include "gateway/cli/keys.hpp"

#include <unistd.h>

#include <ostream>

#include "base/crypto/digest.hpp"
#include "vault/contract/browser_origin.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view find_merchant = R"sql(
    SELECT tenant_id FROM tenants WHERE tenant_id = $1 AND enabled
)sql";
constexpr std::string_view insert_secret_key = R"sql(
    INSERT INTO api_keys (key_id, tenant_id, name, key_digest)
    SELECT $1, tenant_id, $3, $4 FROM tenants WHERE tenant_id = $2
    RETURNING key_id AS key, 'secret' AS kind, name
)sql";
// The vault holds the key; here stands only the record of it.
constexpr std::string_view name_publishable_key = R"sql(
    SELECT $1 AS key, 'publishable' AS kind, $2 AS name
)sql";
constexpr std::string_view find_publishable_key = R"sql(
    SELECT object_id AS key FROM admin_records
    WHERE object_id = $1 AND object_kind = 'publishable_key' AND action = 'add'
)sql";
constexpr std::string_view insert_operator = R"sql(
    INSERT INTO operators (operator_id, name, role, credential_digest) VALUES ($1, $2, $3, $4)
    RETURNING operator_id AS operator, name, role
)sql";

Status keep(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters,
            const Result<AdminRecord>& record, Table& made) {
    if (!record) return record.error();
    auto database = shell.database();
    if (!database) return database.error();
    auto changed = (*database)->change(statement, parameters, *record);
    if (!changed) return changed.error();
    made = std::move(*changed);
    return {};
}

// The secret is safe in its file before anything accepts it; a key that nobody could note is never made.
Status hand_over(const std::string& out, const std::string& secret) {
    return out.empty() ? Status{} : write_secret_file(out, secret + "\n");
}

// With no file, the one showing of a secret is a column of the answer.
void print_made(Shell& shell, Table made, std::string_view column, const std::string& out, const std::string& secret) {
    if (out.empty()) {
        made.columns.push_back({std::string{column}, false});
        for (auto& row : made.rows) row.push_back({secret, false});
        shell.say("This is shown once and not kept.");
    }
    shell.print(made);
}

// A file that was written for what then was not made would mislead.
Status undo_file_on_failure(Status status, const std::string& out) {
    if (!status && !out.empty()) ::unlink(out.c_str());
    return status;
}

Status store_key(Shell& shell, const NewKey& key, const ApiKeyId& id, const std::string& secret, Table& made) {
    if (key.kind == "secret") {
        return keep(shell, insert_secret_key, {id.text(), key.merchant, key.name, crypto::sha256_text(secret)},
                    shell.record("add", "key", key.name), made);
    }
    const auto tenant = TenantId::parse(key.merchant);
    if (!tenant) return tenant.error();
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    if (auto put = vault->put_caller_key(id, *tenant, secret); !put) return put;
    return keep(shell, name_publishable_key, {id.text(), key.name},
                shell.record("add", "publishable_key", key.merchant + " " + key.name), made);
}

}  // namespace

Status add_key(Shell& shell, const NewKey& key) {
    if (auto fits = check_name(key.name); !fits) return fits;
    auto database = shell.database();
    if (!database) return database.error();
    const auto merchant = (*database)->read(find_merchant, {key.merchant});
    if (!merchant) return merchant.error();
    if (merchant->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such enabled merchant"};
    const auto id = ApiKeyId::create(shell.clock().now(), shell.random());
    const std::string secret = shell.new_secret(key.kind == "secret" ? "sk_" : "pk_");
    if (auto handed = hand_over(key.out, secret); !handed) return handed;
    Table made;
    if (auto stored = store_key(shell, key, id, secret, made); !stored) return undo_file_on_failure(stored, key.out);
    print_made(shell, std::move(made), "api_key", key.out, secret);
    return {};
}

Result<bool> disable_publishable_key(Shell& shell, const std::string& id) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto found = (*database)->read(find_publishable_key, {id});
    if (!found) return found.error();
    if (found->rows.empty()) return false;
    const auto parsed = ApiKeyId::parse(id);
    if (!parsed) return parsed.error();
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    if (auto disabled = vault->disable_caller_key(*parsed); !disabled) return disabled.error();
    Table made;
    const auto kept = keep(shell, find_publishable_key, {id}, shell.record("disable", "publishable_key", ""), made);
    if (!kept) return kept.error();
    return true;
}

Status set_key_origins(Shell& shell, const std::string& id, const std::vector<std::string>& origins) {
    std::string listed;
    for (const auto& origin : origins) {
        if (!vault::is_browser_origin(origin))
            return Error{ErrorKind::invalid_request, "bad_origin", "such as https://shop.example, as browsers write it"};
        listed += (listed.empty() ? "" : " ") + origin;
    }
    if (origins.size() > vault::browser_origins_max) return Error{ErrorKind::invalid_request, "too_many_origins"};
    auto database = shell.database();
    if (!database) return database.error();
    const auto found = (*database)->read(find_publishable_key, {id});
    if (!found) return found.error();
    const auto parsed = ApiKeyId::parse(id);
    if (!parsed || found->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such publishable key"};
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    if (auto set = vault->set_caller_key_origins(*parsed, origins); !set) return set;
    Table made;
    return keep(shell, find_publishable_key, {id}, shell.record("origins", "publishable_key", listed), made);
}

Status add_operator(Shell& shell, const NewOperator& person) {
    if (auto fits = check_name(person.name); !fits) return fits;
    const auto id = OperatorId::create(shell.clock().now(), shell.random());
    const std::string credential = shell.new_secret("oc_");
    if (auto handed = hand_over(person.out, credential); !handed) return handed;
    Table made;
    const auto stored = keep(shell, insert_operator,
                             {id.text(), person.name, person.role, crypto::sha256_text(credential)},
                             shell.record("add", "operator", person.name + " " + person.role), made);
    if (!stored) return undo_file_on_failure(stored, person.out);
    print_made(shell, std::move(made), "credential", person.out, credential);
    return {};
}

}  // namespace postern::gateway::cli
