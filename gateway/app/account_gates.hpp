#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::gateway {

struct AccountGateSettings {
    std::size_t in_flight_max = 256;         // requests of one account at once, in this process
    int faults_max = 20;                     // transport faults in a row, not one whole reply between them
    std::chrono::milliseconds pause{5'000};  // then nothing new starts this long; doubles with each probe that fails
    std::chrono::milliseconds pause_max{60'000};
};

// Whether a verdict says that the way to the processor is broken. Only the transport counts: a decline, a refusal by
// our own vault or a reply that says "try later" is a whole answer. A deadline counts where the message had a fair time.
bool is_transport_fault(const vault::Verdict& verdict, std::chrono::milliseconds time_given);

// What keeps one processor's trouble from becoming everybody's: a bounded number in flight for each processor account,
// and a breaker that refuses before anything is written while the processor cannot be reached. What was prepared is
// never held up: the resolver goes on by its own pace, and its messages count too. Thread safe.
class AccountGates {
public:
    AccountGates(AccountGateSettings settings, const Clock& clock) : settings_{settings}, clock_{clock} {}

    // In flight from `enter` until it is destroyed.
    class Pass {
    public:
        Pass(Pass&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)}, account_{std::move(other.account_)} {}
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        Pass& operator=(Pass&&) = delete;
        ~Pass();

    private:
        friend class AccountGates;
        Pass(AccountGates* owner, std::string account) : owner_{owner}, account_{std::move(account)} {}
        AccountGates* owner_;
        std::string account_;
    };

    // `unavailable`: "account_busy", or "processor_unreachable" while the breaker is open. Nothing was done.
    Result<Pass> enter(const AccountId& account);

    enum class Turn { none, opened, closed };  // of the breaker; open, it refuses
    Turn report(const AccountId& account, bool transport_fault);

private:
    struct Gate {
        std::size_t in_flight = 0;
        int faults = 0;  // in a row
        bool is_open = false, probe_runs = false;
        std::chrono::milliseconds pause{0};
        Instant probe_at{};  // while open: when the next request may try
    };
    void leave(const std::string& account);

    AccountGateSettings settings_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Gate> gates_;  // an entry an account; accounts are few
};

}  // namespace postern::gateway
