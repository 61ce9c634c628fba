#include "gateway/app/sleeper.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace postern::gateway {

Awaitable<void> TimerSleeper::sleep(std::chrono::milliseconds pause) {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, pause};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace postern::gateway
