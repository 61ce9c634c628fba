#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/sql/commit_queue.hpp"

namespace postern::gateway {

// Small pieces of SQL, each a function of the transaction, on threads of their own; those that wait together share a
// transaction. A job may run more than once: it only touches the transaction and what it returns.
class JobQueue {
public:
    JobQueue(std::string connection_string, std::string name);

    // For statements that only read: a session lost on the way moved nothing, so they are never in doubt.
    template <class Work>
    auto read(Work work, Instant deadline) -> boost::asio::awaitable<Result<std::invoke_result_t<Work, pqxx::work&>>> {
        auto answer = co_await write(std::move(work), deadline);
        if (!answer && answer.error().kind == ErrorKind::outcome_unknown)
            co_return failed<decltype(answer)>({ErrorKind::unavailable, "storage_unavailable", answer.error().detail});
        co_return answer;
    }
    template <class Work>
    auto write(Work work, Instant deadline) -> boost::asio::awaitable<Result<std::invoke_result_t<Work, pqxx::work&>>> {
        using Answer = std::invoke_result_t<Work, pqxx::work&>;
        auto answer = std::make_shared<std::optional<Answer>>();
        Job job = [answer, work = std::move(work)](pqxx::work& tx) { answer->emplace(work(tx)); };
        const auto done = co_await queue_.submit(std::move(job), next_route_++, deadline);
        if (!done) co_return failed<Result<Answer>>(done.error());
        co_return Result<Answer>{boost::system::in_place_value, std::move(**answer)};
    }

private:
    // By name: an answer may be a Result itself.
    template <class Answer>
    static Answer failed(Error error) {
        return Answer{boost::system::in_place_error, std::move(error)};
    }
    using Job = std::function<void(pqxx::work&)>;
    sql::CommitQueue<Job, bool> queue_;
    std::atomic<std::uint64_t> next_route_{0};  // none waits for another
};

}  // namespace postern::gateway
