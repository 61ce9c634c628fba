#include "gateway/storage/postgres_payment_store.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/failpoint.hpp"
#include "gateway/storage/calls.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway {
namespace {

using PrepareQueue = sql::CommitQueue<rows::PrepareCommand, rows::PrepareVerdict>;
using RecordQueue = sql::CommitQueue<Outcome, OutcomeVerdict>;

constexpr std::chrono::milliseconds doubt_pause{50};

// Commands are idempotent under their ids, so that the same again on a new session is the look-up. While a commit is in
// doubt no failure of a later try proves anything about the first.
template <class Queue, class Command>
auto until_known(Queue& queue, Command command, std::uint64_t route, Instant deadline)
    -> decltype(queue.submit(command, route, deadline)) {
    auto verdict = co_await queue.submit(command, route, deadline);
    if (verdict || verdict.error().kind != ErrorKind::outcome_unknown) co_return verdict;
    const Error doubt = verdict.error();
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    while (!verdict && std::chrono::steady_clock::now() + doubt_pause < deadline) {
        timer.expires_after(doubt_pause);
        co_await timer.async_wait(boost::asio::use_awaitable);
        verdict = co_await queue.submit(command, route, deadline);
    }
    if (!verdict) co_return decltype(verdict){boost::system::in_place_error, doubt};
    co_return verdict;
}

std::vector<rows::PrepareVerdict> run_prepare(pqxx::work& tx, std::span<rows::PrepareCommand* const> batch) {
    auto verdicts = rows::prepare(tx, batch);
    POSTERN_FAILPOINT(K1);
    return verdicts;
}

std::vector<OutcomeVerdict> run_record(pqxx::work& tx, std::span<Outcome* const> batch) {
    auto verdicts = rows::record(tx, batch);
    POSTERN_FAILPOINT(K9);
    return verdicts;
}

}  // namespace

struct PostgresPaymentStore::Impl {
    Impl(const StorageOptions& options, const crypto::EvidenceBox& evidence_box)
        : box{evidence_box},
          prepares{queue_options(options, "pg-prepare", options.writers), run_prepare},
          records{queue_options(options, "pg-record", options.writers), run_record},
          calls{options, "pg-read"} {}

    Awaitable<Result<PrepareResult>> prepare(rows::PrepareCommand command, std::uint64_t route, Instant deadline) {
        auto verdict = co_await until_known(prepares, std::move(command), route, deadline);
        POSTERN_FAILPOINT(K2);
        if (!verdict) co_return verdict.error();
        co_return std::move(*verdict);
    }

    crypto::EvidenceBox box;
    PrepareQueue prepares;
    RecordQueue records;
    Calls calls;
};

PostgresPaymentStore::PostgresPaymentStore(StorageOptions options, const crypto::EvidenceBox& box)
    : impl_{std::make_unique<Impl>(options, box)} {}
PostgresPaymentStore::~PostgresPaymentStore() = default;

Awaitable<Result<PrepareResult>> PostgresPaymentStore::prepare(NewPayment command, Instant deadline) {
    // Twins of one key meet in one writer, one after the other, and do not hold up the other writer's batch.
    const auto route = route_of(command.command.tenant_id.text() + command.command.key);
    co_return co_await impl_->prepare(std::move(command), route, deadline);
}

Awaitable<Result<PrepareResult>> PostgresPaymentStore::prepare(NextOperation command, Instant deadline) {
    const auto route = route_of(command.operation.payment_id.text());
    co_return co_await impl_->prepare(std::move(command), route, deadline);
}

Awaitable<Result<PrepareResult>> PostgresPaymentStore::undo_unknown(UndoUnknown command, Instant deadline) {
    const auto route = route_of(command.payment_id.text());
    co_return co_await impl_->prepare(std::move(command), route, deadline);
}

Awaitable<Result<PrepareResult>> PostgresPaymentStore::accept(AcceptPartial command, Instant deadline) {
    const auto route = route_of(command.payment.id.text());
    co_return co_await impl_->prepare(std::move(command), route, deadline);
}

Awaitable<Result<OutcomeVerdict>> PostgresPaymentStore::record(Outcome outcome, Instant deadline) {
    outcome.evidence.raw = impl_->box.seal(outcome.evidence.raw, outcome.evidence.operation_id.text());
    const auto route = route_of(outcome.evidence.payment_id.text());
    auto verdict = co_await until_known(impl_->records, std::move(outcome), route, deadline);
    POSTERN_FAILPOINT(K10);
    co_return verdict;
}

Awaitable<Result<PaymentView>> PostgresPaymentStore::find(TenantId tenant, PaymentId payment, Instant deadline) {
    co_return co_await impl_->calls.read(payment.text(), deadline, [tenant, payment](pqxx::work& tx) {
        return rows::find_view(tx, tenant, payment);
    });
}

Awaitable<Result<ListPage>> PostgresPaymentStore::list(ListQuery query, Instant deadline) {
    co_return co_await impl_->calls.read(query.tenant_id.text(), deadline,
                                         [query](pqxx::work& tx) { return rows::list_page(tx, query); });
}

Awaitable<Result<PrepareResult>> PostgresPaymentStore::find_key(idempotency::KeyedCommand command, Instant deadline) {
    co_return co_await impl_->calls.read(command.key, deadline, [command](pqxx::work& tx) -> Result<PrepareResult> {
        const auto* wanted = &command;
        auto taken = rows::find_taken_keys(tx, {&wanted, 1});
        if (!taken.front()) return Error{ErrorKind::not_found, "unknown_key"};
        return std::move(taken.front()->result);
    });
}

Awaitable<Status> PostgresPaymentStore::prove_commit(Instant deadline) {
    co_return co_await impl_->calls.write("probe", deadline, [](pqxx::work& tx) {
        tx.exec_prepared("prove_commit");
        return Status{};
    });
}

std::size_t PostgresPaymentStore::waiting() const { return impl_->prepares.waiting() + impl_->records.waiting(); }

}  // namespace postern::gateway
