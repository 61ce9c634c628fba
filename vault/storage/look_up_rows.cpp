#include <map>
#include <set>

#include "vault/storage/array_text.hpp"
#include "vault/storage/rows.hpp"

namespace postern::vault::rows {
namespace {

StoredAccount account_of(const pqxx::row& row) {
    return {*AccountId::parse(row["account_id"].c_str()), *TenantId::parse(row["tenant_id"].c_str()),
            row["destination"].as<std::string>(), pqxx::binarystring(row["sealed_credentials"]).str(),
            row["enabled"].as<bool>()};
}

CardEntry entry_of(const pqxx::row& row) {
    const std::string text = row["entry"].c_str();
    if (text == "swiped") return CardEntry::swiped;
    return text == "encrypted" ? CardEntry::encrypted : CardEntry::keyed;
}

StoredToken token_of(const pqxx::row& row) {
    return {*CardToken::parse(row["token"].c_str()),
            *TenantId::parse(row["tenant_id"].c_str()),
            row["state"].as<std::string>() == "active" ? TokenState::active : TokenState::deleted,
            row["card_id"].as<std::string>(),
            pqxx::binarystring(row["sealed_number"]).str(),
            pqxx::binarystring(row["sealed_details"]).str(),
            row["bin6"].as<std::string>(),
            row["last4"].as<std::string>(),
            row["brand"].as<std::string>(),
            row["expiry_month"].as<int>(),
            row["expiry_year"].as<int>(),
            {row["security_code_given"].as<bool>(), row["holder_name_given"].as<bool>(),
             row["address_given"].as<bool>(), row["postal_code_given"].as<bool>(), row["track1_given"].as<bool>(),
             row["track2_given"].as<bool>(), entry_of(row) == CardEntry::encrypted, entry_of(row)},
            row["security_code_used"].as<bool>()};
}

// The rows of all `wanted` by their ids, in one statement where there are any.
template <class Row>
std::map<std::string, Row> find_all(sql::Alone& reading, const char* statement, const std::set<std::string>& wanted,
                                    const char* id, Row row_of(const pqxx::row&)) {
    std::map<std::string, Row> found;
    if (wanted.empty()) return found;
    ArrayText ids;
    for (const auto& text : wanted) ids.add(text);
    for (const auto& row : reading.exec_prepared(statement, ids.take()))
        found.emplace(row[id].template as<std::string>(), row_of(row));
    return found;
}

template <class Row, class Id>
Result<Row> pick(const std::map<std::string, Row>& found, const std::optional<Id>& id, const char* missing) {
    const auto hit = id ? found.find(id->text()) : found.end();
    if (hit == found.end()) return Error{ErrorKind::not_found, missing};
    return hit->second;
}

}  // namespace

std::vector<LookedUp> look_up(sql::Alone& reading, std::span<LookUp* const> batch) {
    std::set<std::string> account_ids, token_ids;
    for (const auto* one : batch) {
        if (one->account) account_ids.insert(one->account->text());
        if (one->token) token_ids.insert(one->token->text());
    }
    const auto accounts = find_all<StoredAccount>(reading, "find_accounts", account_ids, "account_id", account_of);
    const auto tokens = find_all<StoredToken>(reading, "find_tokens", token_ids, "token", token_of);
    std::vector<LookedUp> out;
    for (const auto* one : batch)
        out.push_back({pick(accounts, one->account, "account_not_found"), pick(tokens, one->token, "token_not_found")});
    return out;
}

}  // namespace postern::vault::rows
