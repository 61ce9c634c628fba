#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.hpp"

namespace postern::sql {

class Watched;

// Statements outside of any transaction block: the server commits each by itself.
using Alone = pqxx::nontransaction;

// A frozen server holds a blocking call for ever; past this the session's socket is cut, and the call fails.
constexpr std::chrono::milliseconds transaction_time_max{10'000};

// One PostgreSQL session, used by one thread at a time. The one place that catches libpqxx:
//   - a failure before any byte of a writing statement left is `unavailable` ("storage_unavailable"), and so is one
//     that the server reported before COMMIT for reasons of its own (time-outs, locks, full disk);
//   - a connection lost after that, whatever type libpqxx throws, is `outcome_unknown` ("commit_in_doubt");
//   - 40001 and 40P01 are run again whole (at most `tries_max`, with jitter), then `unavailable` ("contention");
//   - an SQL error of the statement itself is `internal` with its SQLSTATE in `detail` ("statement_failed"). Never
//     the server's text: it quotes values.
class Session {
public:
    static constexpr int tries_max = 5;

    // `prepare` is called on each new connection: prepared statements, SET of plan guards and time-outs.
    Session(std::string connection_string, std::function<void(pqxx::connection&)> prepare,
            std::chrono::milliseconds time_max = transaction_time_max);
    ~Session();
    Session(Session&&) noexcept;

    // Runs `work` in one transaction and commits. `work` may run more than once; it must only touch the transaction
    // and its own result.
    template <class Work>
    auto write(Work work) -> Result<std::invoke_result_t<Work, pqxx::work&>> {
        return run<pqxx::work>(std::move(work), Mode::write);
    }
    // The same for reads: no commit, never in doubt, run once more on a new connection where the old one was dead.
    template <class Work>
    auto read(Work work) -> Result<std::invoke_result_t<Work, pqxx::work&>> {
        return run<pqxx::work>(std::move(work), Mode::read);
    }
    // For one statement, which is its own transaction: one round trip where the others take three. `work` runs exactly
    // one, and in `read_alone` one that changes nothing (several that may each see another moment are fine there).
    template <class Work>
    auto write_alone(Work work) -> Result<std::invoke_result_t<Work, Alone&>> {
        return run<Alone>(std::move(work), Mode::write_alone);
    }
    template <class Work>
    auto read_alone(Work work) -> Result<std::invoke_result_t<Work, Alone&>> {
        return run<Alone>(std::move(work), Mode::read_alone);
    }

    bool connected() const { return connection_ != nullptr; }

private:
    enum class Mode { read, write, read_alone, write_alone };
    static bool changes_nothing(Mode mode) { return mode == Mode::read || mode == Mode::read_alone; }
    enum class Failure { none, lost, in_doubt, serialization, refused, statement };
    struct Attempt {
        Failure failure = Failure::none;
        std::string detail = {};
    };
    using Body = std::function<void(pqxx::transaction_base&)>;

    template <class Transaction, class Work>
    auto run(Work work, Mode mode) -> Result<std::invoke_result_t<Work, Transaction&>> {
        using Answer = std::invoke_result_t<Work, Transaction&>;
        std::optional<Answer> answer;
        const Status done = run_body(
            [&](pqxx::transaction_base& tx) { answer.emplace(work(static_cast<Transaction&>(tx))); }, mode);
        if (!done) return Result<Answer>{boost::system::in_place_error, done.error()};
        return Result<Answer>{boost::system::in_place_value, std::move(*answer)};
    }
    Status run_body(const Body& body, Mode mode);
    Attempt try_once(const Body& body, Mode mode);
    Attempt run_transaction(const Body& body, Mode mode);
    Status ensure_connected();
    void drop_connection();

    std::string connection_string_;
    std::function<void(pqxx::connection&)> prepare_;
    std::chrono::milliseconds time_max_;
    std::unique_ptr<pqxx::connection> connection_;
    std::shared_ptr<Watched> watched_;
};

}  // namespace postern::sql
