#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/sql/completion.hpp"
#include "base/sql/session.hpp"
#include "base/sql/waiting_line.hpp"

namespace postern::sql {

struct CommitQueueOptions {
    std::string connection_string;
    std::function<void(pqxx::connection&)> prepare;  // on each new session
    std::size_t writers = 2;
    std::size_t batch_max = 64;
    std::size_t waiting_max = 4096;  // per writer; beyond it a command is refused: `unavailable`, "queue_full"
    std::chrono::milliseconds gather{0};  // pause behind each batch, for what nobody waits for: fewer, larger ones
    // How that pause is spent; on the writer's thread.
    std::function<void(std::chrono::milliseconds)> rest = [](auto pause) { std::this_thread::sleep_for(pause); };
    std::string name;                // of the threads (15 characters are kept)
    std::chrono::milliseconds transaction_time_max = sql::transaction_time_max;
};

// How a batch is run: as one transaction, or as one statement alone (session.hpp).
struct InTransaction {
    using Transaction = pqxx::work;
    template <class Work>
    static auto run(Session& session, Work work) { return session.write(std::move(work)); }
};
struct WritingAlone {
    using Transaction = Alone;
    template <class Work>
    static auto run(Session& session, Work work) { return session.write_alone(std::move(work)); }
};
struct ReadingAlone {
    using Transaction = Alone;
    template <class Work>
    static auto run(Session& session, Work work) { return session.read_alone(std::move(work)); }
};

// Concurrent commands share commits: each writer, a thread with one session, drains what waits for it (no timer) into
// one transaction. Commands with the same `route` go to the same writer in order; no two commands of one batch have
// the same `route` (the second waits for the next batch). `run` gives one verdict per command in order. A batch that
// raises an SQL error is bisected, so that one bad command fails alone; a batch in doubt makes each of its commands
// `outcome_unknown`. Commands whose deadline passed while waiting are refused unrun: `unavailable`, "deadline".
template <class Command, class Verdict, class How = InTransaction>
class CommitQueue {
public:
    using Transaction = typename How::Transaction;
    using Run = std::function<std::vector<Verdict>(Transaction&, std::span<Command* const>)>;
    CommitQueue(CommitQueueOptions options, Run run) : options_{std::move(options)}, run_{std::move(run)} {
        for (std::size_t i = 0; i < options_.writers; ++i) writers_.push_back(std::make_unique<Writer>(*this));
    }
    ~CommitQueue() = default;  // drains, then joins
    CommitQueue(const CommitQueue&) = delete;
    CommitQueue& operator=(const CommitQueue&) = delete;

    // Resumes on the caller's executor.
    boost::asio::awaitable<Result<Verdict>> submit(Command command, std::uint64_t route, Instant deadline) {
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<Verdict>)>(
            [this, route, deadline](auto handler, Command taken) {
                Item item{std::move(taken), route, deadline, completion_of<Verdict>(std::move(handler))};
                auto& writer = *writers_[route % writers_.size()];
                if (auto refused = writer.line.push(std::move(item))) refused->complete(failed(queue_full()));
            },
            boost::asio::use_awaitable, std::move(command));
    }

    std::size_t waiting() const {
        std::size_t sum = 0;
        for (const auto& writer : writers_) sum += writer->line.size();
        return sum;
    }

private:
    struct Item {
        Command command;
        std::uint64_t route;
        Instant deadline;
        Completion<Verdict> completion;
        void complete(Result<Verdict> verdict) { completion(std::move(verdict)); }
    };
    struct Writer {
        explicit Writer(CommitQueue& queue)
            : line{queue.options_.waiting_max},
              session{queue.options_.connection_string, queue.options_.prepare, queue.options_.transaction_time_max},
              thread{queue.options_.name, [&queue, this] { queue.serve(*this); }} {}
        ~Writer() { line.close(); }
        WaitingLine<Item> line;
        Session session;
        NamedThread thread;  // last: joined before what it uses ends
    };

    static Error queue_full() { return {ErrorKind::unavailable, "queue_full"}; }
    static Result<Verdict> failed(Error error) { return {boost::system::in_place_error, std::move(error)}; }

    void serve(Writer& writer) {
        while (true) {
            std::vector<Item> batch = writer.line.next_batch(options_.batch_max);
            if (batch.empty()) return;  // closed and drained
            refuse_late(batch);
            if (!batch.empty()) run_batch(writer.session, batch);
            if (options_.gather.count() > 0) options_.rest(options_.gather);
        }
    }

    static void refuse_late(std::vector<Item>& batch) {
        const Instant now = std::chrono::steady_clock::now();
        for (Item& item : batch)
            if (item.deadline <= now) item.complete(failed({ErrorKind::unavailable, "deadline"}));
        std::erase_if(batch, [now](const Item& item) { return item.deadline <= now; });
    }

    // Halves a failing batch until the bad command stands alone: log2(size) more transactions for the good ones.
    void run_batch(Session& session, std::span<Item> batch) {
        std::vector<Command*> commands;
        for (Item& item : batch) commands.push_back(&item.command);
        auto verdicts = How::run(
            session, [&](Transaction& tx) { return run_(tx, std::span<Command* const>{commands}); });
        if (verdicts) return complete_all(batch, *verdicts);
        if (verdicts.error().code == "statement_failed" && batch.size() > 1) {
            run_batch(session, batch.first(batch.size() / 2));
            run_batch(session, batch.subspan(batch.size() / 2));
            return;
        }
        for (Item& item : batch) item.complete(failed(verdicts.error()));
    }

    static void complete_all(std::span<Item> batch, std::vector<Verdict>& verdicts) {
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].complete(Result<Verdict>{boost::system::in_place_value, std::move(verdicts.at(i))});
    }

    CommitQueueOptions options_;
    Run run_;
    std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace postern::sql
