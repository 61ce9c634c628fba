#include "tests/processors/conformance/books.hpp"

#include <algorithm>

namespace postern::conformance {
namespace {

using domain::Operation;
using domain::OperationStatus;
using domain::Verb;
using ledger::Account;

bool is_undo(Verb verb) { return verb == Verb::reverse || verb == Verb::void_sale; }

int approved(const std::vector<Operation>& operations, bool (*wanted)(Verb)) {
    return static_cast<int>(std::ranges::count_if(operations, [&](const Operation& operation) {
        return wanted(operation.verb) && operation.status == OperationStatus::approved;
    }));
}

// An undo that was called whole while the issuer still holds.
bool hides_a_hold(const World& world, const Processor& processor, const std::vector<Operation>& operations) {
    const WatchedAdapter& adapter = world.adapter_of(processor.adapter().capabilities().name);
    return std::ranges::any_of(operations, [&](const Operation& operation) {
        const auto* claim = adapter.claim_about(operation.id);
        const auto* approval = claim ? std::get_if<domain::ApprovedClaim>(claim) : nullptr;
        return is_undo(operation.verb) && approval && !approval->hold_may_remain;
    });
}

std::string both(std::string_view name, std::int64_t theirs, std::int64_t ours) {
    return std::string(name) + ": " + std::to_string(theirs) + " at the processor, " + std::to_string(ours) + " in the ledger";
}

}  // namespace

std::map<PaymentId, Accounted> accounts_of(const std::vector<ledger::Entry>& entries) {
    std::map<PaymentId, Accounted> out;
    for (const ledger::Entry& entry : entries) {
        Accounted& account = out[entry.payment_id];
        const std::int64_t minor = entry.amount.amount_minor();
        if (entry.debit == Account::hold) account.held += minor;
        if (entry.credit == Account::hold) account.held -= minor;
        if (entry.debit == Account::processor_receivable) account.taken += minor;
        if (entry.credit == Account::processor_receivable) account.taken -= minor;
    }
    return out;
}

std::vector<Difference> compare(const World& world, const Processor& processor, const PaymentId& payment,
                                const Accounted& ours) {
    const auto operations = world.operations_of(payment);
    const Booked theirs = processor.booked(operations);
    std::vector<Difference> out;
    const std::int64_t net = theirs.taken - theirs.returned;
    if (net != ours.taken) out.push_back({Check::books_agree, both("taken", net, ours.taken)});
    const bool was_told = world.alarms.has(payment, "hold_may_remain");
    const bool held_agrees = theirs.held == ours.held || (was_told && theirs.held > ours.held);
    if (!held_agrees) out.push_back({Check::books_agree, both("held", theirs.held, ours.held)});
    if (theirs.charges > 1) out.push_back({Check::charged_once, std::to_string(theirs.charges) + " charges stand"});
    if (theirs.captures > approved(operations, [](Verb v) { return v == Verb::capture; }))
        out.push_back({Check::charged_once, std::to_string(theirs.captures) + " captures stand"});
    if (theirs.returns > approved(operations, [](Verb v) { return v == Verb::refund || is_undo(v); }))
        out.push_back({Check::charged_once, std::to_string(theirs.returns) + " refunds stand"});
    if (theirs.hold_stays && hides_a_hold(world, processor, operations))
        out.push_back({Check::hold_told, "an undo is called whole, and the issuer still holds"});
    return out;
}

std::optional<Difference> find_stray(const World& world, const Processor& processor) {
    std::vector<Operation> all;
    const std::string& name = processor.adapter().capabilities().name;
    for (const auto& [id, row] : world.store.operations)
        if (row.operation.processor == name) all.push_back(row.operation);
    const Booked known = processor.booked(all), whole = processor.everything();
    const bool is_same = known.held == whole.held && known.taken == whole.taken && known.returned == whole.returned &&
                         known.charges == whole.charges;
    if (is_same) return std::nullopt;
    return Difference{Check::charged_once, "the processor's book holds what no operation of ours is known by"};
}

}  // namespace postern::conformance
