#pragma once

#include <atomic>

#include "gateway/app/operation_driver.hpp"

namespace postern::gateway {

struct ResolverSettings {
    int parallel_max = 16;
    std::chrono::milliseconds lease{85'000};       // longer than a call to a processor and its commit
    std::chrono::milliseconds idle_pause{250};     // between looks that found nothing
    std::chrono::milliseconds people_pause{30'000};  // between looks for a decision
};

// Ends what live requests could not: takes operations whose lease has run out, asks the vault what became of each
// message, then does what the adapter says, until there is evidence. Several resolvers may run: the lease epoch keeps
// them apart.
class Resolver {
public:
    Resolver(const Services& services, ResolverSettings settings) : services_{services}, settings_{settings} {}

    // On an executor that runs one coroutine at a time (an io_context of one thread, or a strand). Ends after stop(),
    // once what it holds is put down.
    Awaitable<void> run();
    void stop() { is_stopping_ = true; }

    // One look, resolved to the end: how many operations it took.
    Awaitable<int> run_once();

private:
    Awaitable<Result<std::vector<Claimed>>> claim(int count_max);
    Awaitable<void> resolve_guarded(Claimed claimed);
    Awaitable<void> resolve_counted(Claimed claimed);
    Awaitable<void> resolve(Claimed claimed);

    const Services& services_;
    ResolverSettings settings_;
    std::atomic<bool> is_stopping_{false};
    int running_ = 0;
};

}  // namespace postern::gateway
