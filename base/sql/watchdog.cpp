#include "base/sql/watchdog.hpp"

#include <sys/socket.h>

#include <condition_variable>
#include <stop_token>
#include <thread>
#include <vector>

namespace postern::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds look_every{100};

class Watchdog {
public:
    std::shared_ptr<Watched> add() {
        const std::lock_guard lock{mutex_};
        if (!thread_.joinable()) thread_ = std::jthread{[this](const std::stop_token& stop) { look_until(stop); }};
        auto watched = std::make_shared<Watched>();
        sessions_.push_back(watched);
        return watched;
    }

private:
    void look_until(const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        while (!wake_.wait_for(lock, stop, look_every, [&] { return stop.stop_requested(); })) look();
    }
    void look() {
        std::erase_if(sessions_, [](const std::weak_ptr<Watched>& session) {
            const auto held = session.lock();
            if (held) held->cut_if_late(SteadyClock::now());
            return !held;
        });
    }

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<std::weak_ptr<Watched>> sessions_;
    std::jthread thread_;  // last: ends before what it reads
};

}  // namespace

void Watched::arm(int socket, std::chrono::milliseconds time_max) {
    const std::lock_guard lock{mutex_};
    socket_ = socket;
    late_at_ = SteadyClock::now() + time_max;
}

void Watched::disarm() {
    const std::lock_guard lock{mutex_};
    socket_ = -1;
}

void Watched::cut_if_late(SteadyClock::time_point now) {
    const std::lock_guard lock{mutex_};
    if (socket_ < 0 || now < late_at_) return;
    ::shutdown(socket_, SHUT_RDWR);
    socket_ = -1;
}

std::shared_ptr<Watched> watch_session() {
    static Watchdog watchdog;
    return watchdog.add();
}

}  // namespace postern::sql
