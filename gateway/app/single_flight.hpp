#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/app/store.hpp"

namespace postern::gateway {

// One request of a key at a time within this process: copies that arrive together wait here instead of at the
// database. Only a shortcut: between processes the key's row decides. Thread safe.
class SingleFlight {
public:
    // Leaves on destruction and lets the next one in.
    class Ticket {
    public:
        Ticket(Ticket&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)}, key_{std::move(other.key_)} {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        Ticket& operator=(Ticket&&) = delete;
        ~Ticket();

    private:
        friend class SingleFlight;
        Ticket(SingleFlight* owner, std::string key) : owner_{owner}, key_{std::move(key)} {}
        SingleFlight* owner_;
        std::string key_;
    };

    // "request_in_progress" where the one before did not end within `wait_max`.
    Awaitable<Result<Ticket>> enter(const TenantId& tenant, const std::string& key, std::chrono::milliseconds wait_max);

private:
    using Timer = boost::asio::steady_timer;
    void leave(const std::string& key);
    bool try_enter(const std::string& key, const std::shared_ptr<Timer>& waiter);

    std::mutex mutex_;
    std::map<std::string, std::vector<std::shared_ptr<Timer>>> running_;  // by key: who waits
};

}  // namespace postern::gateway
