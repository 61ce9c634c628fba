#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/sql/commit_queue.hpp"
#include "gateway/storage/statements.hpp"
#include "gateway/storage/storage_options.hpp"

namespace postern::gateway {

inline sql::CommitQueueOptions queue_options(const StorageOptions& options, std::string name, std::size_t threads) {
    sql::CommitQueueOptions made;
    made.connection_string = options.connection_string;
    made.prepare = rows::prepare_statements;
    made.writers = threads;
    made.waiting_max = options.waiting_max;
    made.name = std::move(name);
    return made;
}

inline std::uint64_t route_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

// Single calls on threads and sessions of their own, for what is read or changed by itself.
class Calls {
public:
    Calls(const StorageOptions& options, std::string name)
        : queue_{queue_options(options, std::move(name), options.readers), run_all} {}

    // `work` gives a Result; it may run more than once and touches nothing but the transaction.
    template <class Work>
    auto write(std::string_view route, Instant deadline, Work work)
        -> boost::asio::awaitable<std::invoke_result_t<Work, pqxx::work&>> {
        using Answer = std::invoke_result_t<Work, pqxx::work&>;
        auto answer = std::make_shared<std::optional<Answer>>();
        auto call = [answer, work = std::move(work)](pqxx::work& tx) { answer->emplace(work(tx)); };
        const auto ran = co_await queue_.submit(Call{std::move(call)}, route_of(route), deadline);
        if (!ran) co_return ran.error();
        co_return std::move(**answer);
    }
    // A read that was cut off did nothing: it is asked once more, then it may be asked again.
    template <class Work>
    auto read(std::string_view route, Instant deadline, Work work)
        -> boost::asio::awaitable<std::invoke_result_t<Work, pqxx::work&>> {
        const std::string kept{route};
        auto answer = co_await write(kept, deadline, work);
        if (!answer && answer.error().kind == ErrorKind::outcome_unknown) answer = co_await write(kept, deadline, work);
        if (!answer && answer.error().kind == ErrorKind::outcome_unknown)
            co_return Error{ErrorKind::unavailable, "storage_unavailable", answer.error().detail};
        co_return answer;
    }

private:
    struct Call {
        std::function<void(pqxx::work&)> run;
    };
    struct Ran {};
    static std::vector<Ran> run_all(pqxx::work& tx, std::span<Call* const> batch) {
        for (auto* call : batch) call->run(tx);
        return std::vector<Ran>(batch.size());
    }
    sql::CommitQueue<Call, Ran> queue_;
};

}  // namespace postern::gateway
