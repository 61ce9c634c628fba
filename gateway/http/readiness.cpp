#include "gateway/http/readiness.hpp"

namespace postern::gateway {
namespace {

constexpr std::chrono::milliseconds verdict_life{500};

}  // namespace

Awaitable<Status> ProbingReadiness::check(Instant deadline) {
    if (auto verdict = kept()) co_return *verdict;
    Status verdict;
    if (vault_.epoch().empty()) verdict = Error{ErrorKind::unavailable, "vault_unreachable"};
    else verdict = co_await probe_(deadline);
    keep(verdict);
    co_return verdict;
}

std::optional<Status> ProbingReadiness::kept() const {
    const std::lock_guard lock{mutex_};
    if (!verdict_ || clock_.instant() - verdict_at_ > verdict_life) return std::nullopt;
    return verdict_;
}

void ProbingReadiness::keep(Status verdict) {
    const std::lock_guard lock{mutex_};
    verdict_ = std::move(verdict);
    verdict_at_ = clock_.instant();
}

}  // namespace postern::gateway
