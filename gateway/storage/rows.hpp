#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "gateway/app/store.hpp"

// What runs inside a transaction: set-based where many share it, one verdict a command, in order. Two commands of one
// batch never name one payment.
namespace postern::gateway::rows {

using PrepareCommand = std::variant<NewPayment, NextOperation, UndoUnknown, AcceptPartial>;
using PrepareVerdict = Result<PrepareResult>;
std::vector<PrepareVerdict> prepare(pqxx::work& tx, std::span<PrepareCommand* const> batch);

std::vector<PrepareVerdict> prepare_new(pqxx::work& tx, std::span<const NewPayment* const> batch);
std::vector<PrepareVerdict> prepare_next(pqxx::work& tx, std::span<const NextOperation* const> batch);
std::vector<PrepareVerdict> prepare_undo(pqxx::work& tx, std::span<const UndoUnknown* const> batch);
std::vector<PrepareVerdict> prepare_acceptance(pqxx::work& tx, std::span<const AcceptPartial* const> batch);

// The evidence's text is sealed before it comes here.
std::vector<OutcomeVerdict> record(pqxx::work& tx, std::span<Outcome* const> batch);

// What a taken key says about a command; `operation_id` and `payment_id` are those that the key was taken for.
struct TakenKey {
    PrepareResult result;
    OperationId operation_id;
    PaymentId payment_id;
};
// In the order of the commands; nothing where nobody holds the key.
std::vector<std::optional<TakenKey>> find_taken_keys(pqxx::work& tx,
                                                     std::span<const idempotency::KeyedCommand* const> commands);

Result<PaymentView> find_view(pqxx::work& tx, const TenantId& tenant, const PaymentId& payment);
Result<ListPage> list_page(pqxx::work& tx, const ListQuery& query);
std::vector<PaymentView> find_due(pqxx::work& tx, Timestamp now, int count_max);
std::vector<Claimed> claim(pqxx::work& tx, int count_max, std::chrono::milliseconds lease);

}  // namespace postern::gateway::rows
