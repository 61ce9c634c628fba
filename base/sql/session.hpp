#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postern::sql {

// One PostgreSQL session on the thread that made it. The one place that catches libpqxx:
//   - a failure before any byte of a writing statement left is `unavailable`;
//   - a connection lost after that, whatever type libpqxx throws, is `outcome_unknown` ("commit_in_doubt");
//   - 40001 and 40P01 are run again whole (at most `tries_max`, with jitter), then `unavailable`;
//   - an SQL error of the statement itself is `internal` with its SQLSTATE in `detail` ("statement_failed").
class Session {
public:
    // `prepare` is called on each new connection: prepared statements, SET of plan guards and time-outs.
    Session(std::string connection_string, std::function<void(pqxx::connection&)> prepare);

    // Runs `work` in one transaction and commits. `work` may run more than once; it must only touch the transaction
    // and its own result.
    template <class Work>
    auto write(Work work) -> Result<std::invoke_result_t<Work, pqxx::work&>>;
    // The same for reads: no commit, never in doubt, run once more on a new connection where the old one was dead.
    template <class Work>
    auto read(Work work) -> Result<std::invoke_result_t<Work, pqxx::work&>>;

    bool connected() const;

private:
    enum class Failure { before_sending, in_doubt, serialization, statement };
    Status ensure_connected();
    std::string connection_string_;
    std::function<void(pqxx::connection&)> prepare_;
    std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace postern::sql
