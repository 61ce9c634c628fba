#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "gateway/app/store.hpp"
#include "tests/support/manual_clock.hpp"

namespace postern::test {

// The store's promises in maps: one row a key, tenders unique, limits and versions guard, evidence always inserts.
class FakePaymentStore final : public gateway::PaymentStore, public gateway::ResolverStore, public gateway::DuePayments {
public:
    template <class T>
    using Awaitable = gateway::Awaitable<T>;
    using PrepareResult = gateway::PrepareResult;

    explicit FakePaymentStore(const Clock& clock) : clock_{clock} {}

    struct KeyRow {
        idempotency::KeyedCommand command;
        PaymentId payment_id;
        OperationId operation_id;
        std::optional<gateway::Answer> answer;
    };
    struct OperationRow {
        domain::Operation operation;
        Timestamp lease_until;
        std::string next_step;
    };
    struct PaymentRow {
        domain::Payment payment;
        domain::CardSummary card;
        std::vector<OperationId> operations;
        std::string meaning;
    };

    // ---- PaymentStore
    Awaitable<Result<PrepareResult>> prepare(gateway::NewPayment command, Instant) override {
        if (const auto error = next_failure()) co_return *error;
        if (auto taken = look_up(command.command)) co_return std::move(*taken);
        const std::string meaning = tender_meaning(command.operation);
        const auto [tender, is_free] = tenders.try_emplace(tender_key(command.payment), command.payment.id);
        if (!is_free) {
            const PaymentRow& row = payments.at(tender->second);
            co_return PrepareResult{gateway::TenderTaken{row.payment.id, first_of(row), row.meaning == meaning}};
        }
        command.payment.version = 1;
        payments.emplace(command.payment.id, PaymentRow{command.payment, command.card, {command.operation.id}, meaning});
        insert(command.operation, command.lease);
        insert_key(command.command, command.operation);
        co_return PrepareResult{gateway::Prepared{command.payment, command.card, command.operation}};
    }
    Awaitable<Result<PrepareResult>> prepare(gateway::NextOperation command, Instant) override {
        if (const auto error = next_failure()) co_return *error;
        if (auto taken = look_up(command.command)) co_return std::move(*taken);
        PaymentRow& row = payments.at(command.operation.payment_id);
        if (before_prepare) before_prepare(row);
        if (command.version && *command.version != row.payment.version) {
            co_return PrepareResult{gateway::Refused{"precondition_failed"}};
        }
        const auto may = domain::may_start(row.payment, command.request, command.operation.requested, command.above_minor);
        if (!may) co_return PrepareResult{gateway::Refused{may.error().code}};
        reserve(row.payment, command.request, command.operation.requested);
        ++row.payment.version;
        row.operations.push_back(command.operation.id);
        insert(command.operation, command.lease);
        insert_key(command.command, command.operation);
        co_return PrepareResult{gateway::Prepared{row.payment, row.card, command.operation}};
    }
    Awaitable<Result<PrepareResult>> undo_unknown(gateway::UndoUnknown command, Instant) override {
        if (auto taken = look_up(command.command)) co_return std::move(*taken);
        PaymentRow& row = payments.at(command.payment_id);
        if (row.payment.standing != domain::Standing::pending || row.payment.void_requested) {
            co_return PrepareResult{gateway::Refused{"operation_in_progress"}};
        }
        row.payment.void_requested = true;
        ++row.payment.version;
        domain::Operation& first = operations.at(first_of(row)).operation;
        first.goal = domain::Goal::undo;
        insert_key(command.command, first);
        keys.at(key_of(command.command)).answer = command.answer;
        co_return PrepareResult{gateway::Prepared{row.payment, row.card, first}};
    }
    Awaitable<Result<PrepareResult>> accept(gateway::AcceptPartial command, Instant) override {
        if (before_accept) before_accept();
        if (auto taken = look_up(command.command)) co_return std::move(*taken);
        PaymentRow& row = payments.at(command.payment.id);
        if (row.payment.version != command.payment.version) co_return PrepareResult{gateway::Refused{"moved_on"}};
        row.payment = command.payment;
        ++row.payment.version;
        events.push_back(command.event);
        insert_key(command.command, command.operation);
        keys.at(key_of(command.command)).answer = command.answer;
        co_return PrepareResult{gateway::Prepared{row.payment, row.card, command.operation}};
    }
    Awaitable<Result<gateway::OutcomeVerdict>> record(gateway::Outcome outcome, Instant) override {
        if (before_record) before_record(outcome);
        if (const auto error = next_failure()) co_return *error;
        evidence_of_[outcome.evidence.operation_id].push_back(evidence.size());
        evidence.push_back(outcome.evidence);
        if (!outcome.change) co_return gateway::OutcomeVerdict::applied;
        gateway::Change& change = *outcome.change;
        PaymentRow& row = payments.at(change.payment.id);
        OperationRow& held = operations.at(change.operation.id);
        const bool mine = change.operation_was_final
                              ? held.operation.status == change.operation.status
                              : !domain::is_final(held.operation.status) &&
                                    held.operation.lease_epoch == change.operation.lease_epoch;
        if (!mine || row.payment.version != change.payment.version) co_return gateway::OutcomeVerdict::fenced;
        apply(row, held, change);
        co_return gateway::OutcomeVerdict::applied;
    }
    Awaitable<Result<gateway::PaymentView>> find(TenantId tenant, PaymentId payment, Instant) override {
        const auto row = payments.find(payment);
        if (row == payments.end() || row->second.payment.tenant_id != tenant) {
            co_return Error{ErrorKind::not_found, "unknown_payment"};
        }
        gateway::PaymentView view{row->second.payment, row->second.card, {}, {}};
        for (const OperationId& id : row->second.operations) {
            view.operations.push_back(operations.at(id).operation);
            view.next_steps.push_back(operations.at(id).next_step);
        }
        co_return view;
    }
    Awaitable<Result<gateway::ListPage>> list(gateway::ListQuery, Instant) override { co_return gateway::ListPage{}; }
    Awaitable<Result<PrepareResult>> find_key(idempotency::KeyedCommand command, Instant) override {
        if (auto taken = look_up(command)) co_return std::move(*taken);
        co_return Error{ErrorKind::not_found, "unknown_key"};
    }

    // ---- ResolverStore
    Awaitable<Result<std::vector<gateway::Claimed>>> claim(int count_max, std::chrono::milliseconds lease) override {
        std::vector<gateway::Claimed> claimed;
        for (const OperationId& id : open_operations()) {
            OperationRow& row = operations.at(id);
            const bool is_due = !domain::is_final(row.operation.status) && row.lease_until <= clock_.now();
            if (!is_due || static_cast<int>(claimed.size()) == count_max) continue;
            ++row.operation.lease_epoch;
            row.lease_until = clock_.now() + lease;
            claimed.push_back(claimed_of(row));
        }
        co_return claimed;
    }
    Awaitable<Result<std::int32_t>> begin_attempt(OperationId id, std::int64_t lease_epoch) override {
        domain::Operation& operation = operations.at(id).operation;
        const bool mine = operation.lease_epoch == lease_epoch && !domain::is_final(operation.status);
        if (!mine) co_return Error{ErrorKind::conflict, "lease_lost"};
        co_return ++operation.attempts;
    }
    Awaitable<Status> postpone(OperationId id, std::int64_t lease_epoch, std::chrono::milliseconds pause,
                               std::string next_step) override {
        OperationRow& row = operations.at(id);
        if (row.operation.lease_epoch != lease_epoch) co_return Error{ErrorKind::conflict, "lease_lost"};
        row.lease_until = clock_.now() + pause;
        row.next_step = std::move(next_step);
        co_return Status{};
    }
    Awaitable<Result<std::optional<std::string>>> decision(OperationId id) override {
        const auto found = decisions.find(id);
        co_return found == decisions.end() ? std::nullopt : std::optional{found->second};
    }

    // ---- DuePayments
    Awaitable<Result<std::vector<gateway::PaymentView>>> find_due(Timestamp now, int count_max) override {
        std::vector<gateway::PaymentView> due;
        for (const auto& [id, row] : payments) {
            const domain::Payment& payment = row.payment;
            const bool is_due = payment.due_at && *payment.due_at <= now && !payment.void_requested &&
                                payment.standing == domain::Standing::live;
            if (!is_due || static_cast<int>(due.size()) == count_max) continue;
            due.push_back({payment, row.card, {}, {}});
            for (const OperationId& operation : row.operations) due.back().operations.push_back(operations.at(operation).operation);
        }
        co_return due;
    }

    // Without a final status, in the order of their ids.
    const std::set<OperationId>& open_operations() {
        if (indexed_ != operations.size()) {  // somebody wrote a row past us
            for (const auto& [id, row] : operations) open_.insert(id);
            indexed_ = operations.size();
        }
        std::erase_if(open_, [&](const OperationId& id) { return domain::is_final(operations.at(id).operation.status); });
        return open_;
    }

    std::map<std::string, KeyRow> keys;
    std::map<std::string, PaymentId> tenders;
    std::map<PaymentId, PaymentRow> payments;
    std::map<OperationId, OperationRow> operations;
    std::vector<gateway::EvidenceRecord> evidence;
    std::vector<ledger::Entry> entries;
    std::vector<idempotency::EventRecord> events;
    std::map<OperationId, std::string> decisions;
    std::deque<std::optional<Error>> failures;  // one a write, nothing: it works
    std::function<void(const gateway::Outcome&)> before_record;
    std::function<void()> before_accept;
    std::function<void(PaymentRow&)> before_prepare;  // of a further operation

private:
    static std::string key_of(const idempotency::KeyedCommand& command) {
        return command.tenant_id.text() + " " + command.key;
    }
    static std::string tender_key(const domain::Payment& payment) {
        return payment.tenant_id.text() + payment.tender.store_id.text() + payment.tender.device_id.text() +
               payment.tender.tender_id;
    }
    static std::string tender_meaning(const domain::Operation& operation) {
        return std::string(domain::to_text(operation.verb)) + std::to_string(operation.requested.amount_minor());
    }
    static void reserve(domain::Payment& payment, domain::Request request, domain::Money amount) {
        const bool is_edit = request == domain::Request::adjust_tip || request == domain::Request::increment;
        const std::int64_t over = amount.amount_minor() - payment.capturable().amount_minor();
        if (is_edit) payment.edit_above = domain::Money::zero(amount.currency());
        if (request == domain::Request::capture && over > 0) {
            payment.edit_above = *domain::Money::of_minor(over, amount.currency());
        }
        if (request == domain::Request::capture) payment.capture_reserved = *payment.capture_reserved.plus(amount);
        if (request == domain::Request::refund) payment.refund_reserved = *payment.refund_reserved.plus(amount);
        if (request == domain::Request::void_payment) payment.void_requested = true;
    }
    std::optional<Error> next_failure() {
        if (failures.empty()) return std::nullopt;
        auto failure = failures.front();
        failures.pop_front();
        return failure;
    }
    std::optional<PrepareResult> look_up(const idempotency::KeyedCommand& command) const {
        const auto found = keys.find(key_of(command));
        if (found == keys.end()) return std::nullopt;
        const KeyRow& row = found->second;
        if (row.command.path != command.path) return PrepareResult{gateway::OtherMeaning{"/path"}};
        if (row.command.fingerprint != command.fingerprint) {
            return PrepareResult{
                gateway::OtherMeaning{idempotency::first_difference(row.command.meaning, command.meaning)}};
        }
        if (row.answer) return PrepareResult{gateway::Replay{*row.answer, row.payment_id}};
        return PrepareResult{gateway::StillRunning{row.payment_id}};
    }
    // The charge as it stands: the last, where the payment went on at another account.
    OperationId first_of(const PaymentRow& row) const {
        OperationId latest = row.operations.front();
        for (const OperationId& id : row.operations) {
            const auto verb = operations.at(id).operation.verb;
            if (verb == domain::Verb::authorize || verb == domain::Verb::sale) latest = id;
        }
        return latest;
    }
    void insert(const domain::Operation& operation, std::chrono::milliseconds lease) {
        open_operations();
        operations.emplace(operation.id, OperationRow{operation, clock_.now() + lease, ""});
        open_.insert(operation.id);
        indexed_ = operations.size();
    }
    void insert_key(const idempotency::KeyedCommand& command, const domain::Operation& operation) {
        keys.emplace(key_of(command), KeyRow{command, operation.payment_id, operation.id, {}});
        keys_of_[operation.id].push_back(key_of(command));
    }
    void apply(PaymentRow& row, OperationRow& held, gateway::Change& change) {
        row.payment = change.payment;
        ++row.payment.version;
        held.operation = change.operation;
        held.next_step = change.next_step;
        if (change.next_look) held.lease_until = clock_.now() + *change.next_look;
        entries.insert(entries.end(), change.entries.begin(), change.entries.end());
        if (change.event) events.push_back(*change.event);
        if (change.tender_is_free) tenders.erase(tender_key(row.payment));
        if (change.undo) {
            row.operations.push_back(change.undo->id);
            insert(*change.undo, std::chrono::milliseconds{0});
        }
        if (change.moved) {
            row.operations.push_back(change.moved->operation.id);
            insert(change.moved->operation, change.moved->lease);
            hand_over_keys(change.operation.id, change.moved->operation.id);
        }
        for (const std::string& text : keys_of_[change.operation.id]) {
            KeyRow& key = keys.at(text);
            const bool waits = !key.answer || !key.answer->is_final;
            if (waits) key.answer = change.answer;
        }
        if (change.keys_wait_for_undo) hand_over_keys(change.operation.id, change.undo->id);
    }
    // Keys without a final answer wait for another operation from now on.
    void hand_over_keys(const OperationId& before, const OperationId& after) {
        std::vector<std::string> kept;
        for (const std::string& text : keys_of_[before]) {
            KeyRow& key = keys.at(text);
            const bool waits = !key.answer || !key.answer->is_final;
            if (waits) key.operation_id = after;
            (waits ? keys_of_[after] : kept).push_back(text);
        }
        keys_of_[before] = std::move(kept);
    }
    gateway::Claimed claimed_of(const OperationRow& row) const {
        const PaymentRow& payment = payments.at(row.operation.payment_id);
        gateway::Claimed claimed{payment.payment, payment.card, row.operation, {}, {}};
        const bool is_charge = row.operation.verb == domain::Verb::authorize || row.operation.verb == domain::Verb::sale;
        const bool is_tip = row.operation.verb == domain::Verb::adjust_tip;  // said again, it still builds on the money
        const auto undoes = is_tip ? std::nullopt : row.operation.undoes;
        if (!is_charge) claimed.original = operations.at(undoes.value_or(first_of(payment))).operation;
        const auto told = evidence_of_.find(row.operation.id);
        for (const std::size_t at : told == evidence_of_.end() ? std::vector<std::size_t>{} : told->second) {
            const gateway::EvidenceRecord& record = evidence[at];
            claimed.evidence.push_back({record.attempt, record.attempt_kind, record.source, record.raw, record.recorded_at});
        }
        return claimed;
    }

    const Clock& clock_;
    // What is looked for often, so that a long run stays quick.
    std::set<OperationId> open_;
    std::size_t indexed_ = 0;
    std::map<OperationId, std::vector<std::size_t>> evidence_of_;
    std::map<OperationId, std::vector<std::string>> keys_of_;
};

}  // namespace postern::test
