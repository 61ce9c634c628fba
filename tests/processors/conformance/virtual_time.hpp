#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "gateway/app/sleeper.hpp"

namespace postern::conformance {

template <class T>
using Awaitable = gateway::Awaitable<T>;

// A clock that passes only while everybody waits: whoever sleeps the shortest is woken next, in the order in which they
// lay down. With the same coroutines every run is the same run. For one thread.
class VirtualTime final : public Clock, public gateway::Sleeper {
public:
    Timestamp now() const override { return Timestamp{start + passed_}; }
    Instant instant() const override { return Instant{start + passed_}; }
    std::chrono::microseconds passed() const { return passed_; }

    Awaitable<void> sleep(std::chrono::milliseconds pause) override {
        const auto due = passed_ + std::max<std::chrono::microseconds>(pause, std::chrono::microseconds{0});
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
            [this, due](auto handler) {
                auto kept = std::make_shared<decltype(handler)>(std::move(handler));
                sleepers_.emplace(due, [kept] { std::move (*kept)(); });
            },
            boost::asio::use_awaitable);
    }

    // Begins it beside whatever runs; what it throws ends the run.
    void start_beside(Awaitable<void> call) {
        boost::asio::co_spawn(context_, std::move(call), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }
    // Runs it to its end, others beside it.
    template <class T>
    T run(Awaitable<T> call) {
        std::optional<T> result;
        start_beside(keep(std::move(call), result));
        run_until([&] { return result.has_value(); });
        return std::move(*result);
    }
    void run_until(const std::function<bool()>& is_done) {
        while (true) {
            context_.restart();
            context_.poll();
            if (is_done()) return;
            if (sleepers_.empty()) throw std::logic_error("nobody is left who could go on");
            auto first = sleepers_.extract(sleepers_.begin());
            passed_ = std::max(passed_, first.key());
            boost::asio::post(context_, std::move(first.mapped()));
        }
    }

private:
    template <class T>
    static Awaitable<void> keep(Awaitable<T> call, std::optional<T>& result) {
        result.emplace(co_await std::move(call));
    }

    static constexpr std::chrono::microseconds start{1'795'000'000'000'000};  // November 2026
    std::chrono::microseconds passed_{0};
    std::multimap<std::chrono::microseconds, std::function<void()>> sleepers_;
    boost::asio::io_context context_;  // goes first: it holds what sleeps
};

}  // namespace postern::conformance
