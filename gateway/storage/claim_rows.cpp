#include <algorithm>
#include <map>

#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

struct Known {
    domain::Payment payment;
    domain::CardSummary card;
    std::vector<domain::Operation> operations;  // oldest first
};
using KnownPayments = std::map<std::string, Known>;

KnownPayments read_payments(pqxx::work& tx, const pqxx::result& claimed) {
    KnownPayments known;
    ArrayRows ids{1};
    for (const auto& row : claimed) ids.id(row["payment_id"].c_str());
    const auto params = ids.take();
    for (const auto& row : tx.exec_prepared("find_payments", pqxx::prepare::make_dynamic_params(params)))
        known.emplace(row["payment_id"].as<std::string>(), Known{payment_of(row), card_of(row), {}});
    for (const auto& row : tx.exec_prepared("find_operations", pqxx::prepare::make_dynamic_params(params))) {
        Known& of = known.at(row["payment_id"].as<std::string>());
        of.operations.push_back(operation_of(row, of.payment.requested.currency()));
    }
    return known;
}

std::map<std::string, std::vector<RecordedEvidence>> read_evidence(pqxx::work& tx, const pqxx::result& claimed) {
    std::map<std::string, std::vector<RecordedEvidence>> evidence;
    ArrayRows ids{1};
    for (const auto& row : claimed) ids.id(row["operation_id"].c_str());
    for (const auto& row : tx.exec_prepared("find_evidence", pqxx::prepare::make_dynamic_params(ids.take())))
        evidence[row["operation_id"].as<std::string>()].push_back(
            {row["attempt"].as<std::int32_t>(), plain_text(row["attempt_kind"]), plain_text(row["source"]),
             row["sealed"].as<std::string>(), time_of(row["recorded_at"])});
    return evidence;
}

bool builds_on(const domain::Operation& operation, const domain::Operation& earlier) {
    using domain::Verb;
    const bool is_tip = operation.verb == Verb::adjust_tip;  // a tip said again builds on the money, not on what it undoes
    if (operation.undoes && !is_tip) return earlier.id == *operation.undoes;
    if (earlier.status != domain::OperationStatus::approved) return false;
    if (operation.verb == Verb::capture || operation.verb == Verb::increment) return earlier.verb == Verb::authorize;
    return (operation.verb == Verb::refund || is_tip) && (earlier.verb == Verb::sale || earlier.verb == Verb::capture);
}

// What an operation builds on, the latest that fits: an undo on what it takes back, a capture or increment on its
// authorization, a refund or tip on the approval that took the money.
std::optional<domain::Operation> original_of(const Known& known, const domain::Operation& operation) {
    const auto& all = known.operations;
    const auto found = std::find_if(all.rbegin(), all.rend(),
                                    [&](const domain::Operation& earlier) { return builds_on(operation, earlier); });
    return found == all.rend() ? std::nullopt : std::optional{*found};
}

}  // namespace

std::vector<Claimed> claim(pqxx::work& tx, int count_max, std::chrono::milliseconds lease) {
    std::vector<Claimed> claimed;
    const auto rows = tx.exec_prepared("claim_operations", count_max, lease.count());
    if (rows.empty()) return claimed;
    const KnownPayments known = read_payments(tx, rows);
    auto evidence = read_evidence(tx, rows);
    for (const auto& row : rows) {
        const Known& of = known.at(row["payment_id"].as<std::string>());
        const auto operation = operation_of(row, of.payment.requested.currency());
        claimed.push_back({of.payment, of.card, operation, original_of(of, operation),
                           std::move(evidence[operation.id.text()])});
    }
    std::ranges::sort(claimed, {}, [](const Claimed& one) { return one.operation.created_at; });
    return claimed;
}

}  // namespace postern::gateway::rows
