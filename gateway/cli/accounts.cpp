#include "gateway/cli/accounts.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view find_store = R"sql(
    SELECT tenant_id FROM stores WHERE store_id = $1
)sql";
constexpr std::string_view find_account = R"sql(
    SELECT tenant_id, processor FROM processor_accounts WHERE account_id = $1
)sql";
constexpr std::string_view insert_account = R"sql(
    INSERT INTO processor_accounts (account_id, tenant_id, store_id, processor, name)
    SELECT $1, tenant_id, store_id, $3, $4 FROM stores WHERE store_id = $2
    RETURNING account_id AS account, store_id AS store, processor, name
)sql";
constexpr std::string_view touch_account = R"sql(
    SELECT account_id AS account FROM processor_accounts WHERE account_id = $1
)sql";

Result<VaultAdmin::Credentials> read_credentials(const std::string& merchant_id_file,
                                                 const std::string& password_file) {
    auto merchant_id = read_secret_line(merchant_id_file);
    if (!merchant_id) return merchant_id.error();
    auto password = read_secret_line(password_file);
    if (!password) return password.error();
    return VaultAdmin::Credentials{std::move(*merchant_id), std::move(*password)};
}

Status put_into_vault(Shell& shell, const AccountId& account, const std::string& tenant, const std::string& processor,
                      const VaultAdmin::Credentials& credentials) {
    const auto tenant_id = TenantId::parse(tenant);
    if (!tenant_id) return tenant_id.error();
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    return vault->put_account(account, *tenant_id, processor, credentials);
}

// One row by id, or not found.
Result<Table> find(Shell& shell, std::string_view statement, const std::string& id, std::string_view what) {
    auto database = shell.database();
    if (!database) return database.error();
    auto found = (*database)->read(statement, {id});
    if (found && found->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such " + std::string{what}};
    return found;
}

Status keep(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters, std::string action,
            std::string detail) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record(std::move(action), "account", std::move(detail));
    if (!record) return record.error();
    const auto made = (*database)->change(statement, parameters, *record);
    if (!made) return made.error();
    shell.print(*made);
    return {};
}

}  // namespace

Status check_processor(Shell& shell, const std::string& processor) {
    const auto settings = shell.settings();
    if (!settings) return settings.error();
    std::string known;
    for (const std::string& name : settings->processors) {
        if (name == processor) return {};
        known += " " + name;
    }
    return Error{ErrorKind::invalid_request, "unknown_processor", "this instance knows:" + known};
}

Status add_account(Shell& shell, const NewAccount& account) {
    if (auto fits = check_name(account.name); !fits) return fits;
    if (auto known = check_processor(shell, account.processor); !known) return known;
    const auto credentials = read_credentials(account.merchant_id_file, account.password_file);
    if (!credentials) return credentials.error();
    const auto store = find(shell, find_store, account.store, "store");
    if (!store) return store.error();
    const auto id = AccountId::create(shell.clock().now(), shell.random());
    const auto put = put_into_vault(shell, id, store->text(0, "tenant_id"), account.processor, *credentials);
    if (!put) return put;
    return keep(shell, insert_account, {id.text(), account.store, account.processor, account.name}, "add",
                account.name);
}

Status set_account_credentials(Shell& shell, const std::string& id, const std::string& merchant_id_file,
                               const std::string& password_file) {
    const auto parsed = AccountId::parse(id);
    if (!parsed) return parsed.error();
    const auto credentials = read_credentials(merchant_id_file, password_file);
    if (!credentials) return credentials.error();
    const auto account = find(shell, find_account, id, "account");
    if (!account) return account.error();
    const auto put = put_into_vault(shell, *parsed, account->text(0, "tenant_id"), account->text(0, "processor"),
                                    *credentials);
    if (!put) return put;
    return keep(shell, touch_account, {id}, "set-credentials", "merchant id and password");
}

Status disable_account_in_vault(Shell& shell, const std::string& id) {
    const auto parsed = AccountId::parse(id);
    if (!parsed) return parsed.error();
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    return vault->disable_account(*parsed);
}

}  // namespace postern::gateway::cli
