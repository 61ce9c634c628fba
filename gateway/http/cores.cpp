#include "gateway/http/cores.hpp"

namespace postern::gateway {

Cores::Cores(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) cores_.push_back(std::make_unique<Core>());
}

void Cores::start() {
    for (const auto& core : cores_) core->thread = std::thread{[&loop = core->loop] { loop.run(); }};
}

void Cores::stop() {
    for (const auto& core : cores_) core->loop.stop();
    for (const auto& core : cores_) {
        if (core->thread.joinable()) core->thread.join();
    }
}

std::vector<boost::asio::io_context*> Cores::loops() const {
    std::vector<boost::asio::io_context*> loops;
    for (const auto& core : cores_) loops.push_back(&core->loop);
    return loops;
}

}  // namespace postern::gateway
