#include <iterator>
#include <sstream>

#include "vault/storage/array_text.hpp"
#include "vault/storage/rows.hpp"

namespace postern::vault::rows {
namespace {

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in{text};
    return {std::istream_iterator<std::string>{in}, {}};
}

}  // namespace

Status put_account(pqxx::work& tx, const StoredAccount& account) {
    const auto written = tx.exec_prepared("put_account", account.account_id.text(), account.tenant_id.text(),
                                          account.destination, to_hex(account.sealed_credentials));
    if (written.affected_rows() > 0) return {};
    return Error{ErrorKind::conflict, "account_conflict"};
}

Status disable_account(pqxx::work& tx, const AccountId& account_id) {
    if (tx.exec_prepared("disable_account", account_id.text()).affected_rows() > 0) return {};
    return Error{ErrorKind::not_found, "account_not_found"};
}

Status put_caller_key(pqxx::work& tx, const CallerKey& key) {
    const auto digest = to_hex(key.digest);
    const auto written = tx.exec_prepared("put_caller_key", key.key_id.text(), key.tenant_id.text(), digest);
    if (written.affected_rows() > 0) return {};
    if (!tx.exec_prepared("same_caller_key", key.key_id.text(), key.tenant_id.text(), digest).empty()) return {};
    return Error{ErrorKind::conflict, "caller_key_conflict"};
}

Status disable_caller_key(pqxx::work& tx, const ApiKeyId& key_id) {
    if (tx.exec_prepared("disable_caller_key", key_id.text()).affected_rows() > 0) return {};
    return Error{ErrorKind::not_found, "caller_key_not_found"};
}

Status set_caller_key_origins(pqxx::work& tx, const ApiKeyId& key_id, const std::vector<std::string>& origins) {
    ArrayText texts;
    for (const auto& origin : origins) texts.add(origin);
    if (tx.exec_prepared("set_caller_key_origins", key_id.text(), texts.take()).affected_rows() > 0) return {};
    return Error{ErrorKind::not_found, "caller_key_not_found"};
}

bool knows_origin(pqxx::work& tx, const std::string& origin) {
    return !tx.exec_prepared("knows_origin", origin).empty();
}

void set_tenant(pqxx::work& tx, const TenantId& tenant_id, bool enabled) {
    tx.exec_prepared("set_tenant", tenant_id.text(), enabled);
}

Result<CallerKey> find_caller_key(pqxx::work& tx, const std::string& digest) {
    const auto rows = tx.exec_prepared("find_caller_key", to_hex(digest));
    if (rows.empty()) return Error{ErrorKind::not_found, "caller_key_not_found"};
    return CallerKey{*ApiKeyId::parse(rows[0]["key_id"].c_str()), *TenantId::parse(rows[0]["tenant_id"].c_str()),
                     digest, rows[0]["enabled"].as<bool>(), words_of(rows[0]["origins"].c_str())};
}

std::vector<StoredKey> read_keys(pqxx::work& tx) {
    std::vector<StoredKey> keys;
    for (const auto& row : tx.exec_prepared("read_keys"))
        keys.push_back({row["purpose"].as<std::string>(), row["version"].as<int>(),
                        pqxx::binarystring(row["wrapped"]).str()});
    return keys;
}

std::size_t insert_keys(pqxx::work& tx, const std::vector<StoredKey>& keys) {
    std::size_t inserted = 0;
    for (const auto& key : keys)
        inserted += tx.exec_prepared("insert_key", key.purpose, key.version, to_hex(key.wrapped)).affected_rows();
    return inserted;
}

}  // namespace postern::vault::rows
