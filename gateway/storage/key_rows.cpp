#include <map>

#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

using KeyedCommand = idempotency::KeyedCommand;

PrepareResult answer_of(const pqxx::row& row, const KeyedCommand& command, const PaymentId& payment) {
    if (plain_text(row["path"]) != command.path) return OtherMeaning{"/path"};
    if (row["fingerprint"].as<std::string>() != command.fingerprint) {
        const auto stored = idempotency::decode_meaning(plain_text(row["meaning"]));
        return OtherMeaning{idempotency::first_difference(stored, command.meaning)};
    }
    if (row["answer_status"].is_null()) return StillRunning{payment};
    return Replay{Answer{row["answer_status"].as<int>(), plain_text(row["answer_body"]), row["answer_final"].as<bool>()},
                  payment};
}

}  // namespace

std::vector<std::optional<TakenKey>> find_taken_keys(pqxx::work& tx, std::span<const KeyedCommand* const> commands) {
    if (commands.empty()) return {};
    ArrayRows wanted{2};
    for (const auto* command : commands) wanted.id(command->tenant_id.text()).text(command->key);
    const auto found = tx.exec_prepared("read_keys", pqxx::prepare::make_dynamic_params(wanted.take()));
    std::map<std::pair<std::string, std::string>, pqxx::row> by_key;
    for (const auto& row : found) by_key.emplace(std::pair{row["tenant_id"].c_str(), plain_text(row["key"])}, row);
    std::vector<std::optional<TakenKey>> taken;
    for (const auto* command : commands) {
        const auto hit = by_key.find({command->tenant_id.text(), command->key});
        if (hit == by_key.end()) {
            taken.emplace_back();
            continue;
        }
        const pqxx::row& row = hit->second;
        const auto payment = *PaymentId::parse(row["payment_id"].c_str());
        taken.push_back(TakenKey{answer_of(row, *command, payment), *OperationId::parse(row["operation_id"].c_str()),
                                 payment});
    }
    return taken;
}

}  // namespace postern::gateway::rows
