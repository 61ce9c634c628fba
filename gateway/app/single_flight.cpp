#include "gateway/app/single_flight.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace postern::gateway {

SingleFlight::Ticket::~Ticket() {
    if (owner_ != nullptr) owner_->leave(key_);
}

bool SingleFlight::try_enter(const std::string& key, const std::shared_ptr<Timer>& waiter) {
    const std::lock_guard lock{mutex_};
    const auto [entry, is_first] = running_.try_emplace(key);
    if (!is_first) entry->second.push_back(waiter);
    return is_first;
}

// Wakes all that wait, each on its own executor; the first to come back is let in, the others wait again.
void SingleFlight::leave(const std::string& key) {
    std::vector<std::shared_ptr<Timer>> waiters;
    {
        const std::lock_guard lock{mutex_};
        const auto entry = running_.find(key);
        waiters = std::move(entry->second);
        running_.erase(entry);
    }
    for (auto& waiter : waiters) {
        const auto executor = waiter->get_executor();
        boost::asio::post(executor, [timer = std::move(waiter)] { timer->expires_at(Timer::time_point::min()); });
    }
}

Awaitable<Result<SingleFlight::Ticket>> SingleFlight::enter(const TenantId& tenant, const std::string& key,
                                                            std::chrono::milliseconds wait_max) {
    const std::string scoped = tenant.text() + " " + key;
    const auto until = Timer::clock_type::now() + wait_max;
    const auto executor = co_await boost::asio::this_coro::executor;
    for (;;) {
        const auto waiter = std::make_shared<Timer>(executor, until);
        if (try_enter(scoped, waiter)) co_return Ticket{this, scoped};
        co_await waiter->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (Timer::clock_type::now() >= until) co_return Error{ErrorKind::conflict, "request_in_progress"};
    }
}

}  // namespace postern::gateway
