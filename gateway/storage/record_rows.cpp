#include <map>
#include <set>

#include "base/base32.hpp"
#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

using Batch = std::span<Outcome* const>;

constexpr std::size_t outcome_columns = 53, evidence_columns = 10, entry_columns = 11;

std::string_view to_text(domain::ClaimKind kind) {
    switch (kind) {
        case domain::ClaimKind::approved: return "approved";
        case domain::ClaimKind::declined: return "declined";
        case domain::ClaimKind::not_sent: return "not_sent";
        case domain::ClaimKind::refused: return "refused";
        case domain::ClaimKind::unknown: return "unknown";
        case domain::ClaimKind::lapsed: return "lapsed";
    }
    __builtin_unreachable();
}

void add_amount(ArrayRows& rows, const std::optional<domain::Money>& amount) {
    if (amount) rows.number(amount->amount_minor());
    else rows.null();
}

void add_evidence(ArrayRows& rows, const EvidenceRecord& evidence, bool has_change) {
    rows.id(evidence.id.text()).id(evidence.operation_id.text()).id(evidence.payment_id.text());
    rows.number(evidence.attempt).text(evidence.attempt_kind).text(evidence.source).id(to_text(evidence.claim));
    rows.id(evidence.raw).time(evidence.recorded_at).boolean(has_change);
}

void add_operation(ArrayRows& rows, const Change& change) {
    const domain::Operation& operation = change.operation;
    rows.boolean(change.operation_was_final).number(change.payment.version).number(operation.lease_epoch);
    rows.id(domain::to_text(operation.status));
    add_amount(rows, operation.approved);
    rows.id(encode_reference(operation.reference));
    if (const auto& decline = operation.decline) {
        rows.id(domain::to_text(decline->reason)).text(decline->raw_code).boolean(decline->retry_may_help);
    } else {
        rows.null().null().null();
    }
    rows.text(operation.failure_code);
    if (operation.goal) rows.id(domain::to_text(*operation.goal));
    else rows.null();
    rows.number(operation.attempts).time(operation.unknown_since);
    rows.milliseconds(change.next_look).text(change.next_step);
}

void add_payment(ArrayRows& rows, const domain::Payment& payment) {
    for (const auto& amount : {payment.approved, payment.captured, payment.tip, payment.refunded, payment.released,
                               payment.capture_reserved, payment.refund_reserved})
        rows.number(amount.amount_minor());
    rows.boolean(payment.void_requested).id(domain::to_text(payment.standing));
    rows.number(payment.event_version).id(payment.last_event_hash).time(payment.expires_at);
}

void add_clock_and_checks(ArrayRows& rows, const Change& change) {
    rows.id_or_null(encode_partial_approval(change.payment.partial_approval)).time(change.payment.due_at);
    rows.id_or_null(encode(change.payment.flags)).id_or_null(encode(change.operation.checks));
}

void add_answer(ArrayRows& rows, const Change& change) {
    rows.boolean(change.tender_is_free);
    if (change.answer.status == 0) rows.null().null().null();
    else rows.number(change.answer.status).text(change.answer.body).boolean(change.answer.is_final);
}

void add_event(ArrayRows& rows, const std::optional<idempotency::EventRecord>& event) {
    if (!event) {
        rows.null().null().null().null().null().null().null();
        return;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(event->payload.data());
    rows.id(event->id.text()).number(event->version).id(event->type);
    rows.id(base32_grouped({bytes, event->payload.size()})).id(event->hash);
    rows.number(idempotency::relay_slot(event->payment_id)).time(event->recorded_at);
}

void add_outcome(ArrayRows& rows, const Outcome& outcome) {
    add_evidence(rows, outcome.evidence, outcome.change.has_value());
    if (!outcome.change) {
        for (std::size_t column = evidence_columns; column < outcome_columns; ++column) rows.null();
        return;
    }
    add_operation(rows, *outcome.change);
    add_payment(rows, outcome.change->payment);
    add_answer(rows, *outcome.change);
    add_event(rows, outcome.change->event);
    add_clock_and_checks(rows, *outcome.change);
    add_amount(rows, outcome.change->payment.edit_above);
}

void add_entries(ArrayRows& rows, const Outcome& outcome) {
    if (!outcome.change) return;
    for (const ledger::Entry& entry : outcome.change->entries) {
        rows.id(outcome.evidence.id.text()).id(entry.id.text()).id(entry.operation_id.text());
        rows.id(entry.tenant_id.text()).id(entry.store_id.text());
        rows.id(ledger::to_text(entry.debit)).id(ledger::to_text(entry.credit)).number(entry.amount.amount_minor());
        rows.id(domain::alphabetic_code(entry.amount.currency())).id(entry.business_date).time(entry.recorded_at);
    }
}

struct Written {
    std::set<std::string> kept, applied;  // by evidence
};

Written write(pqxx::work& tx, Batch batch) {
    ArrayRows outcomes{outcome_columns}, entries{entry_columns};
    for (const auto* outcome : batch) {
        add_outcome(outcomes, *outcome);
        add_entries(entries, *outcome);
    }
    auto params = outcomes.take();
    for (auto& column : entries.take()) params.push_back(std::move(column));
    Written written;
    for (const auto& row : tx.exec_prepared("record_outcomes", pqxx::prepare::make_dynamic_params(params))) {
        written.kept.insert(row["evidence_id"].as<std::string>());
        if (row["is_applied"].as<bool>()) written.applied.insert(row["evidence_id"].as<std::string>());
    }
    return written;
}

// A statement of its own: two parts of one statement must not write one table.
void insert_undos(pqxx::work& tx, Batch batch, const std::set<std::string>& applied) {
    ArrayRows rows{14}, moved{2};
    for (const auto* outcome : batch) {
        if (!applied.contains(outcome->evidence.id.text()) || !outcome->change->undo) continue;
        const domain::Operation& undo = *outcome->change->undo;
        rows.id(undo.id.text()).id(undo.payment_id.text()).id(undo.tenant_id.text()).id(domain::to_text(undo.verb));
        rows.number(undo.requested.amount_minor());
        if (undo.undoes) rows.id(undo.undoes->text());
        else rows.null();
        rows.text(undo.processor).id(undo.account_id.text()).text(undo.processor_identity).text(undo.vault_epoch);
        rows.time(undo.created_at).time(undo.deadline);
        rows.id_or_null(undo.cause ? domain::to_text(*undo.cause) : std::string_view{});
        if (outcome->change->keys_wait_for_undo) moved.id(outcome->evidence.operation_id.text()).id(undo.id.text());
        add_amount(rows, undo.tip);
    }
    if (!rows.empty()) tx.exec_prepared("insert_undo_operations", pqxx::prepare::make_dynamic_params(rows.take()));
    if (!moved.empty()) tx.exec_prepared("move_waiting_keys", pqxx::prepare::make_dynamic_params(moved.take()));
}

void move_payments(pqxx::work& tx, Batch batch, const std::set<std::string>& applied) {
    ArrayRows rows{13};
    for (const auto* outcome : batch) {
        if (!applied.contains(outcome->evidence.id.text()) || !outcome->change->moved) continue;
        const auto& [operation, lease] = *outcome->change->moved;
        rows.id(outcome->change->operation.id.text()).id(operation.id.text()).id(operation.payment_id.text());
        rows.id(operation.tenant_id.text()).id(domain::to_text(operation.verb)).number(operation.requested.amount_minor());
        rows.text(operation.processor).id(operation.account_id.text()).text(operation.processor_identity);
        rows.text(operation.vault_epoch).number(lease.count()).time(operation.created_at).time(operation.deadline);
    }
    if (!rows.empty()) tx.exec_prepared("move_payments", pqxx::prepare::make_dynamic_params(rows.take()));
}

// Of evidence that was there before, by a commit whose answer was lost: its event proves that the change came with it.
// A change without an event is called fenced, and its holder reads again.
std::set<std::string> find_told(pqxx::work& tx, Batch batch, const std::set<std::string>& kept) {
    std::set<std::string> told;
    ArrayRows events{1};
    for (const auto* outcome : batch)
        if (!kept.contains(outcome->evidence.id.text()) && outcome->change && outcome->change->event)
            events.id(outcome->change->event->id.text());
    if (events.empty()) return told;
    for (const auto& row : tx.exec_prepared("find_told", pqxx::prepare::make_dynamic_params(events.take())))
        told.insert(row[0].as<std::string>());
    return told;
}

bool was_told(const Outcome& outcome, const std::set<std::string>& told) {
    return outcome.change && outcome.change->event && told.contains(outcome.change->event->id.text());
}

}  // namespace

std::vector<OutcomeVerdict> record(pqxx::work& tx, Batch batch) {
    const Written written = write(tx, batch);
    insert_undos(tx, batch, written.applied);
    move_payments(tx, batch, written.applied);
    const auto told = find_told(tx, batch, written.kept);
    std::vector<OutcomeVerdict> verdicts;
    for (const auto* outcome : batch) {
        const bool applied = !outcome->change || written.applied.contains(outcome->evidence.id.text()) ||
                             was_told(*outcome, told);
        verdicts.push_back(applied ? OutcomeVerdict::applied : OutcomeVerdict::fenced);
    }
    return verdicts;
}

}  // namespace postern::gateway::rows
