#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "vault/journal/journal.hpp"

namespace postern::vault {

// Waits for a journal call from a coroutine; resumes on the coroutine's executor:
//   auto durable = co_await journaled([&](Journal::Done done) { journal.append_intent(record, std::move(done)); });
template <class Start>
boost::asio::awaitable<Status> journaled(Start start) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    auto begin = [&start, executor](auto handler) {
        // Shared, because std::function must be copyable and a handler is not.
        auto held = std::make_shared<decltype(handler)>(std::move(handler));
        start([held, executor, work = asio::make_work_guard(executor)](Status status) {
            asio::post(executor, [held, status = std::move(status)]() mutable { (*held)(std::move(status)); });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Status)>(begin, asio::use_awaitable);
}

}  // namespace postern::vault
