#pragma once

#include <chrono>
#include <memory>
#include <mutex>

namespace postern::sql {

// A session's socket under the watchdog's eye. libpq blocks without a limit: where the server is frozen with its
// sockets open, only shutting the socket down from another thread gives the session's thread back.
class Watched {
public:
    void arm(int socket, std::chrono::milliseconds time_max);
    void disarm();
    void cut_if_late(std::chrono::steady_clock::time_point now);

private:
    std::mutex mutex_;  // the socket stays open while it is armed
    int socket_ = -1;
    std::chrono::steady_clock::time_point late_at_;
};

// Watched from now until the last owner lets go. One thread of the process looks after all.
std::shared_ptr<Watched> watch_session();

}  // namespace postern::sql
