#include <chrono>
#include <cstdint>
#include <set>

#include "vault/storage/array_text.hpp"
#include "vault/storage/rows.hpp"

namespace postern::vault::rows {
namespace {

constexpr int rounds_max = 4;  // each further round sees the cards that others committed during the one before

struct TokenColumns {
    ArrayText token, tenant_id, index_hex, index_version, card_id, number_hex, bin6, last4, brand, expiry_month,
        expiry_year, details_hex, code_given, name_given, address_given, postal_code_given,
        track1_given, track2_given, entry;

    explicit TokenColumns(std::span<const NewToken* const> batch) {
        for (const auto* row : batch) {
            token.add(row->token.text());
            tenant_id.add(row->tenant_id.text());
            index_hex.add_binary(row->card_index);
            index_version.add(row->index_version);
            card_id.add(row->card_id);
            number_hex.add_binary(row->sealed_number);
            bin6.add(row->bin6);
            last4.add(row->last4);
            brand.add(row->brand);
            expiry_month.add(row->expiry_month);
            expiry_year.add(row->expiry_year);
            details_hex.add_binary(row->sealed_details);
            code_given.add_flag(row->given.security_code);
            name_given.add_flag(row->given.holder_name);
            address_given.add_flag(row->given.address);
            postal_code_given.add_flag(row->given.postal_code);
            track1_given.add_flag(row->given.track1);
            track2_given.add_flag(row->given.track2);
            entry.add(to_text(row->given.entry));
        }
    }
};

void insert_round(pqxx::work& tx, std::span<const NewToken* const> batch, std::set<std::string>& inserted) {
    TokenColumns c{batch};
    const auto rows = tx.exec_prepared("insert_tokens", c.token.take(), c.tenant_id.take(), c.index_hex.take(),
                                       c.index_version.take(), c.card_id.take(), c.number_hex.take(), c.bin6.take(),
                                       c.last4.take(), c.brand.take(), c.expiry_month.take(), c.expiry_year.take(),
                                       c.details_hex.take(), c.code_given.take(), c.name_given.take(),
                                       c.address_given.take(), c.postal_code_given.take(), c.track1_given.take(),
                                       c.track2_given.take(), c.entry.take());
    for (const auto& row : rows) inserted.insert(row[0].as<std::string>());
}

std::int64_t microseconds_of(Timestamp time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

std::vector<Status> insert_tokens(pqxx::work& tx, std::span<NewToken* const> batch) {
    std::set<std::string> inserted;
    std::vector<const NewToken*> left(batch.begin(), batch.end());
    for (int round = 0; round < rounds_max && !left.empty(); ++round) {
        insert_round(tx, left, inserted);
        std::erase_if(left, [&](const NewToken* row) { return inserted.contains(row->token.text()); });
    }
    std::vector<Status> verdicts;
    for (const auto* row : batch) {
        if (inserted.contains(row->token.text())) verdicts.emplace_back();
        else verdicts.emplace_back(Error{ErrorKind::unavailable, "storage_unavailable", "the card's row is contended"});
    }
    return verdicts;
}

Status delete_token(pqxx::work& tx, const TenantId& tenant_id, const CardToken& token) {
    if (tx.exec_prepared("delete_token", token.text(), tenant_id.text()).affected_rows() > 0) return {};
    return Error{ErrorKind::not_found, "token_not_found"};
}

void mark_one_time_used(pqxx::work& tx, const std::vector<CardToken>& tokens) {
    ArrayText texts;
    for (const auto& token : tokens) texts.add(token.text());
    tx.exec_prepared("mark_one_time_used", texts.take());
}

void put_processor_token(pqxx::work& tx, const ProcessorToken& token) {
    tx.exec_prepared("put_processor_token", token.card_id, token.account_id.text(), to_hex(token.sealed_token),
                     microseconds_of(token.kept_at));
}

Result<ProcessorToken> find_processor_token(pqxx::work& tx, const std::string& card_id, const AccountId& account_id) {
    const auto rows = tx.exec_prepared("find_processor_token", card_id, account_id.text());
    if (rows.empty()) return Error{ErrorKind::not_found, "processor_token_missing"};
    return ProcessorToken{card_id, account_id, pqxx::binarystring(rows[0]["sealed_token"]).str(),
                          Timestamp{std::chrono::microseconds{rows[0]["kept_us"].as<std::int64_t>()}}};
}

}  // namespace postern::vault::rows
