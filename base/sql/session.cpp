#include "base/sql/session.hpp"

#include <poll.h>

#include <random>
#include <thread>

#include "base/sql/watchdog.hpp"

namespace postern::sql {
namespace {

// What every session has; `prepare` may set it otherwise.
constexpr const char* session_defaults = R"sql(
SET TimeZone = 'UTC';
SET statement_timeout = '8s';
SET idle_in_transaction_session_timeout = '10s'
)sql";

// Time to connect and TCP keepalives, before the caller's own words so that those win.
constexpr std::string_view connection_defaults =
    "connect_timeout=3 keepalives_idle=10 keepalives_interval=3 keepalives_count=3 tcp_user_timeout=10000 ";

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    for (const auto prefix : prefixes)
        if (text.starts_with(prefix)) return true;
    return false;
}
bool session_is_going(std::string_view state) { return starts_with_any(state, {"57P", "08"}); }
bool is_contention(std::string_view state) { return state == "40001" || state == "40P01"; }
// The server could not, whatever the statement: cancelled, locked, full, broken, a standby.
bool server_could_not(std::string_view state) {
    return starts_with_any(state, {"57", "55P03", "53", "58", "25006", "25P03"});
}

// An idle session has nothing to say: what can be read is a farewell or the end of the stream.
bool is_dead(pqxx::connection& connection) {
    if (!connection.is_open()) return true;
    pollfd descriptor{connection.sock(), POLLIN | POLLRDHUP, 0};
    return ::poll(&descriptor, 1, 0) != 0;
}

std::unique_ptr<pqxx::connection> connect(const std::string& connection_string) {
    auto made = std::make_unique<pqxx::connection>(std::string(connection_defaults) + connection_string);
#include "pqxx/internal/ignore-deprecated-pre.hxx"
    made->inhibit_reactivation(true);  // a silently renewed session would lack its settings
#include "pqxx/internal/ignore-deprecated-post.hxx"
    pqxx::nontransaction{*made}.exec(session_defaults);
    return made;
}

void pause_with_jitter(int tries) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<int> milliseconds{1, 4 << tries};
    std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds(random)});
}

class Armed {
public:
    Armed(Watched& watched, int socket, std::chrono::milliseconds time_max) : watched_{watched} {
        watched_.arm(socket, time_max);
    }
    ~Armed() { watched_.disarm(); }

private:
    Watched& watched_;
};

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "storage_unavailable", std::move(detail)};
}

}  // namespace

Session::Session(std::string connection_string, std::function<void(pqxx::connection&)> prepare,
                 std::chrono::milliseconds time_max)
    : connection_string_{std::move(connection_string)},
      prepare_{std::move(prepare)},
      time_max_{time_max},
      watched_{watch_session()} {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

void Session::drop_connection() { connection_.reset(); }

Status Session::ensure_connected() {
    if (connection_ && is_dead(*connection_)) drop_connection();
    if (connection_) return {};
    try {
        auto made = connect(connection_string_);
        const Armed armed{*watched_, made->sock(), time_max_};
        if (prepare_) prepare_(*made);
        connection_ = std::move(made);
        return {};
    } catch (const pqxx::sql_error& failure) {
        return unavailable("preparing the session: sqlstate " + failure.sqlstate());
    } catch (const std::exception& failure) {
        return unavailable(std::string("connecting: ") + failure.what());
    }
}

Status Session::run_body(const Body& body, Mode mode) {
    Attempt attempt;
    for (int tries = 0; tries < tries_max; ++tries) {
        if (tries > 0) pause_with_jitter(tries);
        if (Status connected = ensure_connected(); !connected) return connected;
        attempt = try_once(body, mode);
        const bool read_cut = changes_nothing(mode) && attempt.failure == Failure::lost && tries == 0;
        if (attempt.failure != Failure::serialization && !read_cut) break;
    }
    switch (attempt.failure) {
        case Failure::none: return {};
        case Failure::lost:
        case Failure::refused: return unavailable(std::move(attempt.detail));
        case Failure::in_doubt:
            return Error{ErrorKind::outcome_unknown, "commit_in_doubt", std::move(attempt.detail)};
        case Failure::serialization: return Error{ErrorKind::unavailable, "contention", std::move(attempt.detail)};
        case Failure::statement: return Error{ErrorKind::internal, "statement_failed", std::move(attempt.detail)};
    }
    __builtin_unreachable();
}

// A session that was cut, or whose transaction could not be rolled back, is not used again.
Session::Attempt Session::try_once(const Body& body, Mode mode) {
    Attempt attempt;
    {
        const Armed armed{*watched_, connection_->sock(), time_max_};
        attempt = run_transaction(body, mode);
    }
    const bool cut = attempt.failure == Failure::lost || attempt.failure == Failure::in_doubt;
    if (cut || !connection_->is_open()) drop_connection();
    return attempt;
}

Session::Attempt Session::run_transaction(const Body& body, Mode mode) {
    const Failure when_lost = changes_nothing(mode) ? Failure::lost : Failure::in_doubt;
    bool committing = false;
    try {
        if (mode == Mode::read_alone || mode == Mode::write_alone) {
            committing = mode == Mode::write_alone;
            Alone alone{*connection_};
            body(alone);
            return {};
        }
        pqxx::work tx{*connection_};
        body(tx);
        if (mode == Mode::read) return {};  // rolled back by the destructor: nothing was written
        committing = true;
        tx.commit();
        return {};
    } catch (const pqxx::sql_error& failure) {
        const std::string& state = failure.sqlstate();
        std::string detail = "sqlstate " + (state.empty() ? "unknown" : state);
        if (!connection_->is_open() || state.empty() || session_is_going(state)) return {when_lost, std::move(detail)};
        if (is_contention(state)) return {Failure::serialization, std::move(detail)};
        if (!server_could_not(state)) return {Failure::statement, std::move(detail)};
        return {committing ? Failure::in_doubt : Failure::refused, std::move(detail)};
    } catch (const pqxx::serialization_failure&) {
        return {Failure::serialization, "sqlstate 40001"};
    } catch (const pqxx::deadlock_detected&) {
        return {Failure::serialization, "sqlstate 40P01"};
    } catch (const std::exception& failure) {
        if (committing || !connection_->is_open() || dynamic_cast<const pqxx::failure*>(&failure))
            return {when_lost, failure.what()};
        return {Failure::statement, failure.what()};
    }
}

}  // namespace postern::sql
