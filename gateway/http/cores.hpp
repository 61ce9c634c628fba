#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace postern::gateway {

// An event loop and its thread a core. The loops exist from the start, so that clients can be made on them; the threads
// run from `start` to `stop`.
class Cores {
public:
    explicit Cores(std::size_t count);
    ~Cores() { stop(); }
    void start();
    void stop();  // joins: what still ran is left where it waited

    std::vector<boost::asio::io_context*> loops() const;

private:
    struct Core {
        boost::asio::io_context loop{1};
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
        std::thread thread;
    };
    std::vector<std::unique_ptr<Core>> cores_;
};

}  // namespace postern::gateway
