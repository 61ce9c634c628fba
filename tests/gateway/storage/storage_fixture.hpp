#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/system_random.hpp"
#include "gateway/storage/postgres_payment_store.hpp"
#include "gateway/storage/postgres_resolver_store.hpp"
#include "tests/support/postgres.hpp"

namespace postern::gateway {

constexpr std::chrono::milliseconds long_lease{60'000};
inline Instant soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{20}; }

// A database of its own, the store under test on it as the role that serves, and words for what tests do.
class StorageTest : public testing::Test {
protected:
    StorageTest();

    // Runs coroutines at the same time on one thread, to their ends; results in order.
    template <class T>
    std::vector<T> run_all(std::vector<Awaitable<T>> calls) {
        std::vector<std::optional<T>> results(calls.size());
        for (std::size_t i = 0; i < calls.size(); ++i) {
            boost::asio::co_spawn(io_, keep(std::move(calls[i]), results[i]), [](const std::exception_ptr& bug) {
                if (bug) std::rethrow_exception(bug);
            });
        }
        io_.restart();
        io_.run();
        std::vector<T> all;
        for (auto& result : results) all.push_back(std::move(*result));
        return all;
    }
    template <class T>
    T run(Awaitable<T> call) {
        std::vector<Awaitable<T>> calls;
        calls.push_back(std::move(call));
        return std::move(run_all(std::move(calls)).front());
    }

    NewPayment new_payment(std::int64_t minor = 1000, domain::Verb verb = domain::Verb::authorize);
    NextOperation next_operation(const domain::Payment& payment, domain::Request request, std::int64_t minor);
    UndoUnknown undo_unknown(const domain::Payment& payment);
    idempotency::KeyedCommand keyed(std::string key, std::string path, std::int64_t minor);
    // Evidence that approves the operation, and what domain makes of it.
    Outcome approval(const Prepared& prepared, std::int64_t minor);
    Outcome outcome(const Prepared& prepared, const domain::Claim& claim);

    Prepared prepare(NewPayment command);
    Prepared prepare(NextOperation command);
    // A payment that was approved in full.
    domain::Payment approved(std::int64_t minor = 1000, domain::Verb verb = domain::Verb::authorize);
    PaymentView view(const PaymentId& payment);

    std::string value(const std::string& sql) const { return database_.value(sql); }
    long count(const std::string& table) const { return std::stol(value("SELECT count(*) FROM " + table)); }
    domain::Money usd(std::int64_t minor) const { return *domain::Money::of_minor(minor, domain::Currency::usd); }
    Timestamp now() const { return SystemClock{}.now(); }

    crypto::SystemRandom random_;
    crypto::EvidenceBox box_{{1, 2, 3}, random_};
    support::TestDatabase database_;
    StorageOptions options_;
    PostgresPaymentStore store_;
    boost::asio::io_context io_{1};
    TenantId tenant_ = TenantId::create(now(), random_);
    StoreId store_id_ = StoreId::create(now(), random_);
    DeviceId device_id_ = DeviceId::create(now(), random_);
    AccountId account_id_ = AccountId::create(now(), random_);

private:
    template <class T>
    static Awaitable<void> keep(Awaitable<T> call, std::optional<T>& into) {
        into.emplace(co_await std::move(call));
    }
    int counter_ = 0;
};

template <class T>
const T* as(const Result<PrepareResult>& result) {
    return result ? std::get_if<T>(&*result) : nullptr;
}
template <class T>
long count_of(const std::vector<Result<PrepareResult>>& results) {
    return std::count_if(results.begin(), results.end(), [](const auto& result) { return as<T>(result) != nullptr; });
}
// For failure messages.
std::string name_of(const Result<PrepareResult>& result);

}  // namespace postern::gateway
