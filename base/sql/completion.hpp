#pragma once

#include <pthread.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/result.hpp"

namespace postern::sql {

// A waiting coroutine, called once from any thread: it resumes on its own executor, which is kept busy until then.
template <class Verdict>
class Completion {
public:
    template <class Handler>
    explicit Completion(std::unique_ptr<Handler> handler) : resume_{std::make_unique<Held<Handler>>(std::move(handler))} {}
    void operator()(Result<Verdict> verdict) { std::exchange(resume_, nullptr)->resume(std::move(verdict)); }

private:
    struct Resume {
        virtual ~Resume() = default;
        virtual void resume(Result<Verdict> verdict) = 0;
    };
    template <class Handler>
    struct Held final : Resume {
        explicit Held(std::unique_ptr<Handler> taken)
            : handler{std::move(taken)}, work{boost::asio::make_work_guard(*handler)} {}
        void resume(Result<Verdict> verdict) override {
            auto executor = boost::asio::get_associated_executor(*handler);
            boost::asio::post(executor, [kept = std::move(handler), answer = std::move(verdict)]() mutable {
                std::move (*kept)(std::move(answer));
            });
        }
        std::unique_ptr<Handler> handler;
        boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work;
    };
    std::unique_ptr<Resume> resume_;
};

template <class Verdict, class Handler>
Completion<Verdict> completion_of(Handler handler) {
    return Completion<Verdict>{std::make_unique<Handler>(std::move(handler))};
}

// A thread with a name that operators see; joined when it goes.
class NamedThread {
public:
    NamedThread(const std::string& name, std::function<void()> body) : thread_{std::move(body)} {
        pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
    }

private:
    std::jthread thread_;
};

}  // namespace postern::sql
