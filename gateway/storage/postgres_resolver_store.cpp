#include "gateway/storage/postgres_resolver_store.hpp"

#include "base/base32.hpp"
#include "gateway/storage/calls.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway {
namespace {

constexpr std::chrono::seconds call_time_max{10};

Instant soon() { return std::chrono::steady_clock::now() + call_time_max; }

Error lease_lost() { return {ErrorKind::conflict, "lease_lost"}; }

}  // namespace

struct PostgresResolverStore::Impl {
    // Evidence that does not open proves nothing; the resolver asks the vault again.
    void open_evidence(std::vector<Claimed>& claimed) const {
        for (Claimed& one : claimed)
            for (RecordedEvidence& evidence : one.evidence) {
                const auto opened = box.open(evidence.raw, one.operation.id.text());
                evidence.raw = opened ? *opened : std::string{};
            }
    }

    crypto::EvidenceBox box;
    Calls calls;
};

PostgresResolverStore::PostgresResolverStore(StorageOptions options, const crypto::EvidenceBox& box)
    : impl_{new Impl{box, Calls{options, "pg-resolver"}}} {}
PostgresResolverStore::~PostgresResolverStore() = default;

// A claim in doubt costs a lease: its operations come up again when it has run out.
Awaitable<Result<std::vector<Claimed>>> PostgresResolverStore::claim(int count_max, std::chrono::milliseconds lease) {
    using Claims = Result<std::vector<Claimed>>;
    Claims claimed = co_await impl_->calls.write(
        "claim", soon(), [count_max, lease](pqxx::work& tx) -> Claims { return rows::claim(tx, count_max, lease); });
    if (claimed) impl_->open_evidence(*claimed);
    co_return claimed;
}

// In doubt: a number was maybe used up, and nothing was sent under it.
Awaitable<Result<std::int32_t>> PostgresResolverStore::begin_attempt(OperationId operation, std::int64_t lease_epoch) {
    co_return co_await impl_->calls.write(
        operation.text(), soon(), [operation, lease_epoch](pqxx::work& tx) -> Result<std::int32_t> {
            const auto rows = tx.exec_prepared("begin_attempt", operation.text(), lease_epoch);
            if (rows.empty()) return lease_lost();
            return rows[0][0].as<std::int32_t>();
        });
}

Awaitable<Status> PostgresResolverStore::postpone(OperationId operation, std::int64_t lease_epoch,
                                                  std::chrono::milliseconds pause, std::string next_step) {
    co_return co_await impl_->calls.write(
        operation.text(), soon(), [operation, lease_epoch, pause, next_step](pqxx::work& tx) -> Status {
            const auto done = tx.exec_prepared("postpone_operation", operation.text(), lease_epoch, pause.count(),
                                               stored_text(next_step));
            if (done.affected_rows() == 0) return lease_lost();
            return {};
        });
}

Awaitable<Result<std::optional<std::string>>> PostgresResolverStore::decision(OperationId operation) {
    using Decision = std::optional<std::string>;
    co_return co_await impl_->calls.read(operation.text(), soon(), [operation](pqxx::work& tx) -> Result<Decision> {
        const auto rows = tx.exec_prepared("find_decision", operation.text());
        if (rows.size() != 1) return Decision{};
        return Decision{rows[0][0].as<std::string>()};
    });
}

Awaitable<Result<ForgottenAnswers>> PostgresResolverStore::forget_answers(Timestamp now, std::chrono::hours kept,
                                                                          KeyPlace after, int rows) {
    co_return co_await impl_->calls.write(
        "forget_answers", soon(), [now, kept, after = std::move(after), rows](pqxx::work& tx) -> Result<ForgottenAnswers> {
            const auto found = tx.exec_prepared("forget_answers", after.tenant_id, after.key, rows, to_rfc3339(now),
                                                kept.count());
            ForgottenAnswers page;
            if (found.empty()) return page;
            page.forgotten = found[0][0].as<std::int64_t>();
            if (found[0][1].as<int>() == rows) page.next = KeyPlace{found[0][2].c_str(), found[0][3].c_str()};
            return page;
        });
}

Awaitable<Result<std::vector<PaymentView>>> PostgresResolverStore::find_due(Timestamp now, int count_max) {
    using Views = Result<std::vector<PaymentView>>;
    co_return co_await impl_->calls.read(
        "find_due", soon(), [now, count_max](pqxx::work& tx) -> Views { return rows::find_due(tx, now, count_max); });
}

}  // namespace postern::gateway
