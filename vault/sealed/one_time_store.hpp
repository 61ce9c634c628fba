#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "vault/sealed/pan.hpp"

namespace postern::vault::sealed {

// What a card shows once: its security code, its tracks, or what an encrypting reader made of them. Sensitive
// authentication data (PCI DSS 3.3.1), so it is in the arena alone, encrypted by somebody else or not. Empty: not given.
struct OneTimeData {
    std::optional<SecretChars> security_code = {};
    std::optional<SecretChars> track1 = {}, track2 = {};
    std::optional<SecretChars> encrypted_block = {}, encrypted_key = {};
    std::string_view encrypted_source = {};  // "Swiped", "Keyed", "Contactless": a literal
    bool is_empty() const { return !security_code && !track1 && !track2 && !encrypted_block; }
};

// Where the one-time data of a token are, as far as this process knows.
enum class OneTimeState {
    none,  // not here: never given, expired, lost with an earlier process, or used and that is on disk
    held,  // waits for its authorization
    out,   // in a message on its way, of which maybe nothing leaves
    used,  // a byte may have left with it, and that is not on disk yet
};

// The one-time data that wait for their authorization, by token: in the arena only, for a bounded time. Thread safe.
class OneTimeStore {
public:
    OneTimeStore(const Clock& clock, std::chrono::seconds life) : clock_{clock}, life_{life} {}

    // What one message has; the store outlives it. Neither given back nor marked used, it is lost: a message
    // that asks for it is refused, as for one that expired.
    class Taken {
    public:
        Taken(Taken&& other) noexcept;
        Taken& operator=(Taken&&) = delete;
        ~Taken();
        const OneTimeData& data() const { return data_; }

    private:
        friend class OneTimeStore;
        Taken(OneTimeStore& store, CardToken token, OneTimeData data, Instant expires)
            : store_{&store}, token_{std::move(token)}, data_{std::move(data)}, expires_{expires} {}
        OneTimeStore* store_;  // none: no more to say to the store
        CardToken token_;
        OneTimeData data_;
        Instant expires_;
    };

    void store(const CardToken& token, OneTimeData data);
    OneTimeState state(const CardToken& token) const;
    bool has(const CardToken& token) const { return state(token) == OneTimeState::held; }

    // Taken before a byte may leave; nothing where none is held.
    std::optional<Taken> take(const CardToken& token);
    // Only after a proven not_sent; keeps the first life's end.
    void give_back(Taken taken);
    // A byte may have left. Its holder keeps the data, for as long as it lives, to find them in the reply.
    void mark_used(Taken& taken);
    void erase(const CardToken& token);

    // Tokens whose data were used and of which no durable mark says so yet, `count_max` at most.
    std::vector<CardToken> used(std::size_t count_max) const;
    // Their marks are on disk.
    void forget_used(const std::vector<CardToken>& tokens);

    // Wipes what has expired; gives how many. `take` and `has` never see an expired one, swept or not.
    std::size_t sweep();
    std::size_t size() const;  // tokens with data held

private:
    struct Kept {
        std::optional<OneTimeData> data;  // none: out
        Instant expires;
        bool is_held(Instant now) const { return data && now < expires; }
    };
    void lose(const CardToken& token);

    const Clock& clock_;
    std::chrono::seconds life_;
    mutable std::mutex mutex_;
    std::unordered_map<CardToken, Kept> kept_;
    std::unordered_set<CardToken> used_;
};

}  // namespace postern::vault::sealed
