#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "vault/sealed/pan.hpp"

namespace postern::vault::sealed {

// The security codes that wait for their authorization, by token: in the arena only, for a bounded time. Thread safe.
class SecurityCodes {
public:
    SecurityCodes(const Clock& clock, std::chrono::seconds life) : clock_{clock}, life_{life} {}

    void store(const CardToken& token, SecurityCode code);
    bool has(const CardToken& token) const;

    // A code out of the store, with the end of its life. Dropped, it is wiped and gone for good.
    struct Taken {
        CardToken token;
        SecurityCode code;
        Instant expires;
    };
    // Taken before a byte may leave; nothing where there is none, or its time is over: "security_code_expired".
    std::optional<Taken> take(const CardToken& token);
    // Only after a proven not_sent; keeps the first life's end.
    void give_back(Taken taken);
    void erase(const CardToken& token);

    // Wipes what has expired; gives how many. `take` and `has` never see an expired one, swept or not.
    std::size_t sweep();
    std::size_t size() const;

private:
    struct Kept {
        SecurityCode code;
        Instant expires;
    };
    const Clock& clock_;
    std::chrono::seconds life_;
    mutable std::mutex mutex_;
    std::unordered_map<CardToken, Kept> kept_;
};

}  // namespace postern::vault::sealed
