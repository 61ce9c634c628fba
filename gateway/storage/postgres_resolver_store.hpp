#pragma once

#include <memory>

#include "base/crypto/sealed_box.hpp"
#include "gateway/app/store.hpp"
#include "gateway/storage/storage_options.hpp"

namespace postern::gateway {

// What runs in the background, on PostgreSQL. Leases are measured by the database's clock, so that gateways whose clocks
// differ agree.
class PostgresResolverStore final : public ResolverStore, public AnswerArchive, public DuePayments {
public:
    PostgresResolverStore(StorageOptions options, const crypto::EvidenceBox& box);
    ~PostgresResolverStore() override;

    Awaitable<Result<std::vector<Claimed>>> claim(int count_max, std::chrono::milliseconds lease) override;
    Awaitable<Result<std::int32_t>> begin_attempt(OperationId operation, std::int64_t lease_epoch) override;
    Awaitable<Status> postpone(OperationId operation, std::int64_t lease_epoch, std::chrono::milliseconds pause,
                               std::string next_step) override;
    Awaitable<Result<std::optional<std::string>>> decision(OperationId operation) override;
    Awaitable<Result<ForgottenAnswers>> forget_answers(Timestamp now, std::chrono::hours kept, KeyPlace after,
                                                       int rows) override;
    Awaitable<Result<std::vector<PaymentView>>> find_due(Timestamp now, int count_max) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::gateway
