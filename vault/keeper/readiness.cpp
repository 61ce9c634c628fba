#include "vault/keeper/readiness.hpp"

namespace postern::vault {

boost::asio::awaitable<Status> Readiness::prove(Caller caller) {
    const auto now = custody_.clock.instant();
    if (proven_ && now - *proven_ < fresh_) co_return Status{};
    proven_.reset();
    if (auto committed = co_await custody_.store.prove_commit(); !committed) co_return committed;
    auto synced = co_await audit(custody_, JournalEvent::probed, std::move(caller), custody_.journal.epoch());
    if (synced) proven_ = now;
    co_return synced;
}

}  // namespace postern::vault
