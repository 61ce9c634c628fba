#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/base32.hpp"
#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

std::string_view word_of(domain::Request request) {
    switch (request) {
        case domain::Request::capture: return "capture";
        case domain::Request::void_payment: return "void";
        case domain::Request::refund: return "refund";
        case domain::Request::accept: break;  // no operation: prepare_acceptance
        case domain::Request::adjust_tip: return "adjust_tip";
        case domain::Request::increment: return "increment";
    }
    __builtin_unreachable();
}

// The statement's words as the literals that `Refused` promises.
std::string_view refusal_of(std::string_view text) {
    static constexpr std::array<std::string_view, 13> known{
        "partial_approval_not_accepted",
        "precondition_failed",
        "void_in_progress",       "payment_pending",         "payment_not_voidable",
        "operation_in_progress",  "payment_partly_refunded", "payment_not_capturable",
        "amount_exceeds_capturable", "payment_not_refundable", "amount_exceeds_refundable",
        "tip_not_adjustable",     "payment_not_incrementable"};
    const auto* found = std::ranges::find(known, text);
    return found == known.end() ? "operation_in_progress" : *found;
}

void add_command(ArrayRows& rows, const idempotency::KeyedCommand& key) {
    rows.text(key.key).text(key.path).id(key.fingerprint).text(idempotency::encode_meaning(key.meaning));
}

void add_command(ArrayRows& rows, const NextOperation& command) {
    const domain::Operation& operation = command.operation;
    add_command(rows, command.command);
    rows.id(operation.payment_id.text()).id(operation.tenant_id.text()).id(operation.id.text());
    rows.id(word_of(command.request)).id(domain::to_text(operation.verb)).number(operation.requested.amount_minor());
    if (operation.undoes) rows.id(operation.undoes->text());
    else rows.null();
    rows.text(operation.processor).id(operation.account_id.text()).text(operation.processor_identity);
    rows.text(operation.vault_epoch).number(command.lease.count()).time(operation.created_at).time(operation.deadline);
    if (command.version) rows.number(*command.version);
    else rows.null();
    if (operation.tip) rows.number(operation.tip->amount_minor());
    else rows.null();
    rows.number(command.above_minor);
}

void add_command(ArrayRows& rows, const UndoUnknown& command) {
    add_command(rows, command.command);
    rows.id(command.payment_id.text()).id(command.tenant_id.text());
    rows.number(command.answer.status).text(command.answer.body);
}

void add_command(ArrayRows& rows, const AcceptPartial& command) {
    add_command(rows, command.command);
    const auto& [id, payment_id, tenant_id, version, type, payload, hash, recorded_at] = command.event;
    rows.id(payment_id.text()).id(tenant_id.text()).id(command.operation.id.text());
    rows.number(command.payment.version).time(command.payment.due_at);
    rows.number(command.answer.status).text(command.answer.body);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    rows.id(id.text()).number(version).id(type).id(base32_grouped({bytes, payload.size()})).id(hash);
    rows.number(idempotency::relay_slot(payment_id)).time(recorded_at);
}

const PaymentId& payment_id_of(const NextOperation& command) { return command.operation.payment_id; }
const PaymentId& payment_id_of(const UndoUnknown& command) { return command.payment_id; }
const PaymentId& payment_id_of(const AcceptPartial& command) { return command.payment.id; }
const TenantId& tenant_id_of(const AcceptPartial& command) { return command.payment.tenant_id; }
const TenantId& tenant_id_of(const NextOperation& command) { return command.operation.tenant_id; }
const TenantId& tenant_id_of(const UndoUnknown& command) { return command.tenant_id; }

const domain::Operation* own_operation(const PaymentView& view, const NextOperation& command) {
    const auto own = std::ranges::find(view.operations, command.operation.id, &domain::Operation::id);
    return own == view.operations.end() ? nullptr : &*own;
}
const domain::Operation* own_operation(const PaymentView& view, const AcceptPartial& command) {
    const auto own = std::ranges::find(view.operations, command.operation.id, &domain::Operation::id);
    return own == view.operations.end() ? nullptr : &*own;
}
const domain::Operation* own_operation(const PaymentView& view, const UndoUnknown&) {
    const domain::Operation* latest = nullptr;  // a payment that went on at another account has more than one
    for (const domain::Operation& operation : view.operations) {
        if (operation.verb == domain::Verb::authorize || operation.verb == domain::Verb::sale) latest = &operation;
    }
    return latest;
}

Result<Prepared> read_back(const Result<PaymentView>& view, const auto& command) {
    if (!view) return view.error();
    const auto* operation = own_operation(*view, command);
    if (operation == nullptr) return Error{ErrorKind::internal, "operation_missing"};
    return Prepared{view->payment, view->card, *operation};
}

// Whether a key was taken by the command itself, in a commit whose answer was lost. An undo wish has no id of its own;
// the caller's key has its answer from the first moment, so that it is simply replayed.
bool is_own(const TakenKey& key, const NextOperation& command) { return key.operation_id == command.operation.id; }
bool is_own(const TakenKey&, const UndoUnknown&) { return false; }
bool is_own(const TakenKey&, const AcceptPartial&) { return false; }  // nor has an acceptance

// Of commands that wrote nothing: the key decides, else the guard's refusal. No refusal and no key: the key's holder
// has just left, or the payment is not there.
template <class Command>
std::vector<PrepareVerdict> explain(pqxx::work& tx, std::span<const Command* const> commands,
                                    const std::map<const Command*, std::string_view>& refusals) {
    std::vector<const idempotency::KeyedCommand*> keys;
    for (const auto* command : commands) keys.push_back(&command->command);
    const auto taken = find_taken_keys(tx, keys);
    std::vector<PrepareVerdict> verdicts;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const Command& command = *commands[i];
        const auto refusal = refusals.find(&command);
        if (taken[i] && is_own(*taken[i], command)) {
            const auto own = read_back(find_view(tx, tenant_id_of(command), payment_id_of(command)), command);
            verdicts.push_back(own ? PrepareVerdict{*own} : PrepareVerdict{own.error()});
        } else if (taken[i]) {
            verdicts.emplace_back(taken[i]->result);
        } else if (refusal == refusals.end()) {
            verdicts.emplace_back(Error{ErrorKind::not_found, "payment_not_found"});
        } else if (refusal->second.empty()) {
            verdicts.emplace_back(Error{ErrorKind::unavailable, "contention", "the key changes hands"});
        } else {
            verdicts.emplace_back(PrepareResult{Refused{refusal->second}});
        }
    }
    return verdicts;
}

// Those that wrote, with what they got, and the reasons of the others, joined in the order of the batch.
template <class Command>
std::vector<PrepareVerdict> join(pqxx::work& tx, std::span<const Command* const> batch,
                                 std::map<const Command*, PrepareVerdict> done,
                                 const std::map<const Command*, std::string_view>& refusals) {
    std::vector<const Command*> left;
    for (const auto* command : batch)
        if (!done.contains(command)) left.push_back(command);
    auto reasons = explain<Command>(tx, left, refusals);
    for (std::size_t i = 0; i < left.size(); ++i) done.emplace(left[i], std::move(reasons[i]));
    std::vector<PrepareVerdict> verdicts;
    for (const auto* command : batch) verdicts.push_back(std::move(done.at(command)));
    return verdicts;
}

}  // namespace

std::vector<PrepareVerdict> prepare_next(pqxx::work& tx, std::span<const NextOperation* const> batch) {
    ArrayRows rows{21};
    std::map<std::string, const NextOperation*> by_operation;
    for (const auto* command : batch) {
        add_command(rows, *command);
        by_operation.emplace(command->operation.id.text(), command);
    }
    std::map<const NextOperation*, PrepareVerdict> done;
    std::map<const NextOperation*, std::string_view> refusals;
    const auto params = rows.take();
    for (const auto& row : tx.exec_prepared("insert_next_operations", pqxx::prepare::make_dynamic_params(params))) {
        const auto* command = by_operation.at(row["for_operation"].as<std::string>());
        const auto refusal = row["refusal"].as<std::string>();
        refusals.emplace(command, refusal.empty() ? std::string_view{} : refusal_of(refusal));
        if (!row["payment_id"].is_null())
            done.emplace(command, PrepareResult{Prepared{payment_of(row), card_of(row), command->operation}});
    }
    return join<NextOperation>(tx, batch, std::move(done), refusals);
}

std::vector<PrepareVerdict> prepare_undo(pqxx::work& tx, std::span<const UndoUnknown* const> batch) {
    ArrayRows rows{8};
    for (const auto* command : batch) add_command(rows, *command);
    const auto params = rows.take();
    std::set<std::string> wished;
    for (const auto& row : tx.exec_prepared("insert_undo_wishes", pqxx::prepare::make_dynamic_params(params)))
        wished.insert(row["payment_id"].as<std::string>());
    std::map<const UndoUnknown*, PrepareVerdict> done;
    std::map<const UndoUnknown*, std::string_view> refusals;
    for (const auto* command : batch) {
        const auto view = find_view(tx, command->tenant_id, command->payment_id);
        if (!view) continue;
        refusals.emplace(command, "operation_in_progress");
        if (!wished.contains(command->payment_id.text())) continue;
        const auto prepared = read_back(view, *command);
        done.emplace(command, prepared ? PrepareVerdict{*prepared} : PrepareVerdict{prepared.error()});
    }
    return join<UndoUnknown>(tx, batch, std::move(done), refusals);
}

std::vector<PrepareVerdict> prepare_acceptance(pqxx::work& tx, std::span<const AcceptPartial* const> batch) {
    ArrayRows rows{18};
    std::map<std::string, const AcceptPartial*> by_payment;
    std::map<const AcceptPartial*, std::string_view> refusals;
    for (const auto* command : batch) {
        add_command(rows, *command);
        by_payment.emplace(command->payment.id.text(), command);
        refusals.emplace(command, "moved_on");
    }
    std::map<const AcceptPartial*, PrepareVerdict> done;
    const auto params = rows.take();
    for (const auto& row : tx.exec_prepared("insert_acceptances", pqxx::prepare::make_dynamic_params(params))) {
        const auto* command = by_payment.at(row["payment_id"].as<std::string>());
        done.emplace(command, PrepareResult{Prepared{command->payment, command->card, command->operation}});
    }
    return join<AcceptPartial>(tx, batch, std::move(done), refusals);
}

}  // namespace postern::gateway::rows
