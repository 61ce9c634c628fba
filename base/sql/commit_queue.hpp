#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/sql/session.hpp"

namespace postern::sql {

struct CommitQueueOptions {
    std::string connection_string;
    std::function<void(pqxx::connection&)> prepare;  // on each new session
    std::size_t writers = 2;
    std::size_t batch_max = 64;
    std::size_t waiting_max = 4096;  // per writer; beyond it a command is refused: `unavailable`, "queue_full"
    std::string name;                // for threads and metrics
};

// Concurrent commands share commits: each writer, a thread with one session, drains what waits for it (no timer) into
// one transaction. Commands with the same `route` go to the same writer in order; no two commands of one batch have
// the same `route` (the second waits for the next batch). `run` gives one verdict per command in order. A batch that
// raises an SQL error is bisected, so that one bad command fails alone; a batch in doubt makes each of its commands
// `outcome_unknown`. Commands whose deadline passed while waiting are refused unrun: `unavailable`, "deadline".
template <class Command, class Verdict>
class CommitQueue {
public:
    using Run = std::function<std::vector<Verdict>(pqxx::work&, std::span<Command* const>)>;
    CommitQueue(CommitQueueOptions options, Run run);
    ~CommitQueue();  // drains, then joins
    // Resumes on the caller's executor.
    boost::asio::awaitable<Result<Verdict>> submit(Command command, std::uint64_t route, Instant deadline);
    std::size_t waiting() const;
};

}  // namespace postern::sql
