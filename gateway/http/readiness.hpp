#pragma once

#include <functional>
#include <mutex>

#include "gateway/http/payment_calls.hpp"

namespace postern::gateway {

// Ready: the vault has said hello and the database answers a probe. A verdict is kept for a moment: anybody may ask
// without a key, and each probe is a commit.
class ProbingReadiness final : public Readiness {
public:
    using Probe = std::function<Awaitable<Status>(Instant deadline)>;
    ProbingReadiness(Probe probe, const vault::VaultClient& vault, const Clock& clock)
        : probe_{std::move(probe)}, vault_{vault}, clock_{clock} {}
    Awaitable<Status> check(Instant deadline) override;

private:
    std::optional<Status> kept() const;
    void keep(Status verdict);

    Probe probe_;
    const vault::VaultClient& vault_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::optional<Status> verdict_;
    Instant verdict_at_{};
};

}  // namespace postern::gateway
