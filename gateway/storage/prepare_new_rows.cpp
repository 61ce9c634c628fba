#include <map>
#include <set>
#include <tuple>

#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

using Batch = std::span<const NewPayment* const>;
using TenderKey = std::tuple<std::string, std::string, std::string, std::string>;

constexpr int rounds_max = 3;  // a further round where whoever stood in the way has just left

// Intent, amount and currency: the same tender with another meaning is refused, not paid twice.
std::string tender_meaning(const NewPayment& command) {
    const auto requested = command.payment.requested;
    return std::string(domain::to_text(command.operation.verb)) + ' ' + std::to_string(requested.amount_minor()) + ' ' +
           std::string(domain::alphabetic_code(requested.currency()));
}

TenderKey tender_key(const domain::Payment& payment) {
    return {payment.tenant_id.text(), payment.tender.store_id.text(), payment.tender.device_id.text(),
            payment.tender.tender_id};
}

ArrayRows& add_tender(ArrayRows& rows, const domain::Payment& payment) {
    return rows.id(payment.tenant_id.text())
        .id(payment.tender.store_id.text())
        .id(payment.tender.device_id.text())
        .text(payment.tender.tender_id);
}

void add_told(ArrayRows& rows, const std::string& word) {
    if (word.empty()) rows.null();
    else rows.id(word);
}

void add_command(ArrayRows& rows, const NewPayment& command) {
    const auto& [key, payment, card, operation, lease] = command;
    rows.text(key.key).text(key.path).id(key.fingerprint).text(idempotency::encode_meaning(key.meaning));
    rows.text(tender_meaning(command)).id(payment.id.text());
    add_tender(rows, payment).id(payment.token.text());
    rows.text(card.bin6).text(card.last4).text(card.brand).number(card.expiry_month).number(card.expiry_year);
    rows.text(payment.processor).id(payment.account_id.text()).text(payment.order_reference);
    rows.id(domain::alphabetic_code(payment.requested.currency())).number(payment.requested.amount_minor());
    rows.time(payment.created_at).time(payment.expires_at).time(payment.accepted_offline_at);
    rows.number(payment.device_sequence).boolean(payment.late).id(payment.business_date);
    rows.id(operation.id.text()).id(domain::to_text(operation.verb)).number(operation.requested.amount_minor());
    rows.text(operation.processor_identity).text(operation.vault_epoch).number(lease.count());
    rows.time(operation.created_at).time(operation.deadline);
    rows.id_or_null(encode_partial_approval(payment.partial_approval)).id_or_null(encode(payment.checks_policy));
    add_told(rows, card.funding);
    add_told(rows, card.country);
}

Prepared prepared(const NewPayment& command) {
    Prepared made{command.payment, command.card, command.operation};
    made.payment.version = 1;
    return made;
}

// The payments written; tenders that stood without their key are gone again.
std::set<std::string> insert(pqxx::work& tx, Batch batch) {
    ArrayRows rows{39};
    for (const auto* command : batch) add_command(rows, *command);
    std::set<std::string> written, stray;
    const auto params = rows.take();
    for (const auto& row : tx.exec_prepared("insert_new_payments", pqxx::prepare::make_dynamic_params(params)))
        (row["is_prepared"].as<bool>() ? written : stray).insert(row["payment_id"].as<std::string>());
    if (stray.empty()) return written;
    ArrayRows strays{5};
    for (const auto* command : batch)
        if (stray.contains(command->payment.id.text())) add_tender(strays, command->payment).id(command->payment.id.text());
    tx.exec_prepared("delete_stray_tenders", pqxx::prepare::make_dynamic_params(strays.take()));
    return written;
}

std::map<TenderKey, std::pair<TenderTaken, std::string>> find_tenders(pqxx::work& tx, Batch batch) {
    std::map<TenderKey, std::pair<TenderTaken, std::string>> taken;
    ArrayRows wanted{4};
    for (const auto* command : batch) add_tender(wanted, command->payment);
    for (const auto& row : tx.exec_prepared("find_tenders", pqxx::prepare::make_dynamic_params(wanted.take()))) {
        TenderKey key{row["tenant_id"].c_str(), row["store_id"].c_str(), row["device_id"].c_str(),
                      plain_text(row["tender_id"])};
        TenderTaken tender{*PaymentId::parse(row["payment_id"].c_str()), *OperationId::parse(row["operation_id"].c_str())};
        taken.emplace(std::move(key), std::pair{std::move(tender), plain_text(row["meaning"])});
    }
    return taken;
}

// One round's verdicts: written, or what stands in the way; nothing where that has left meanwhile. A key that is taken
// for this very payment is ours, from a commit whose answer was lost.
class Round {
public:
    Round(pqxx::work& tx, Batch batch) : written_{insert(tx, batch)} {
        std::vector<const NewPayment*> left;
        for (const auto* command : batch)
            if (!written_.contains(command->payment.id.text())) left.push_back(command);
        if (left.empty()) return;
        std::vector<const idempotency::KeyedCommand*> keys;
        for (const auto* command : left) keys.push_back(&command->command);
        auto taken = find_taken_keys(tx, keys);
        for (std::size_t i = 0; i < left.size(); ++i)
            if (taken[i]) taken_keys_.emplace(left[i], std::move(*taken[i]));
        if (taken_keys_.size() < left.size()) tenders_ = find_tenders(tx, left);
    }

    std::optional<PrepareResult> verdict(const NewPayment& command) const {
        if (written_.contains(command.payment.id.text())) return prepared(command);
        if (const auto key = taken_keys_.find(&command); key != taken_keys_.end()) {
            if (key->second.payment_id == command.payment.id) return prepared(command);
            return key->second.result;
        }
        const auto tender = tenders_.find(tender_key(command.payment));
        if (tender == tenders_.end()) return std::nullopt;
        TenderTaken taken = tender->second.first;
        taken.same_meaning = tender->second.second == tender_meaning(command);
        return taken;
    }

private:
    std::set<std::string> written_;
    std::map<const NewPayment*, TakenKey> taken_keys_;
    std::map<TenderKey, std::pair<TenderTaken, std::string>> tenders_;
};

}  // namespace

std::vector<PrepareVerdict> prepare_new(pqxx::work& tx, Batch batch) {
    std::map<const NewPayment*, PrepareResult> results;
    std::vector<const NewPayment*> left{batch.begin(), batch.end()};
    for (int round = 0; round < rounds_max && !left.empty(); ++round) {
        const Round done{tx, left};
        for (const auto* command : left)
            if (auto verdict = done.verdict(*command)) results.emplace(command, std::move(*verdict));
        std::erase_if(left, [&](const NewPayment* command) { return results.contains(command); });
    }
    std::vector<PrepareVerdict> verdicts;
    for (const auto* command : batch) {
        const auto result = results.find(command);
        if (result != results.end()) verdicts.emplace_back(std::move(result->second));
        else verdicts.emplace_back(Error{ErrorKind::unavailable, "contention", "key or tender changes hands"});
    }
    return verdicts;
}

}  // namespace postern::gateway::rows
