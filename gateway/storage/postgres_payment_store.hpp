#pragma once

#include <memory>

#include "base/crypto/sealed_box.hpp"
#include "gateway/app/store.hpp"
#include "gateway/storage/storage_options.hpp"

namespace postern::gateway {

// PaymentStore on PostgreSQL. Concurrent calls share commits, one queue for commit 1 and one for commit 2 (base/sql/
// commit_queue.hpp). A commit in doubt is looked up before the answer, by the same statements under the same ids on a
// new session: they wait for whoever still holds the rows, and find what is there or write what is not.
class PostgresPaymentStore final : public PaymentStore {
public:
    PostgresPaymentStore(StorageOptions options, const crypto::EvidenceBox& box);
    ~PostgresPaymentStore() override;

    Awaitable<Result<PrepareResult>> prepare(NewPayment command, Instant deadline) override;
    Awaitable<Result<PrepareResult>> prepare(NextOperation command, Instant deadline) override;
    Awaitable<Result<PrepareResult>> undo_unknown(UndoUnknown command, Instant deadline) override;
    Awaitable<Result<PrepareResult>> accept(AcceptPartial command, Instant deadline) override;
    Awaitable<Result<OutcomeVerdict>> record(Outcome outcome, Instant deadline) override;
    Awaitable<Result<PaymentView>> find(TenantId tenant, PaymentId payment, Instant deadline) override;
    Awaitable<Result<ListPage>> list(ListQuery query, Instant deadline) override;
    Awaitable<Result<PrepareResult>> find_key(idempotency::KeyedCommand command, Instant deadline) override;

    Awaitable<Status> prove_commit(Instant deadline);  // a durable commit of no consequence: readiness
    std::size_t waiting() const;                       // commands in both queues

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::gateway
