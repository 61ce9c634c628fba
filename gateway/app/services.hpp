#pragma once

#include <chrono>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "gateway/app/account_gates.hpp"
#include "gateway/app/adapters.hpp"
#include "gateway/app/answer.hpp"
#include "gateway/app/single_flight.hpp"
#include "gateway/app/sleeper.hpp"
#include "gateway/app/store.hpp"
#include "gateway/domain/tip_rules.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::gateway {

// What the use cases tell to whoever counts and logs. Thread safe; never blocks.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void operation_ended(domain::Verb verb, domain::OperationStatus status) = 0;  // unknown: not final yet
    // People must look: "undo_needed", "approval_differs", "people_needed", "approval_does_not_fit", …
    virtual void alarm(std::string_view code, const PaymentId& payment, const OperationId& operation) = 0;
    virtual void breaker_turned(const AccountId& account, bool is_open) = 0;
    virtual void fenced(const OperationId& operation) = 0;
    virtual void answers_forgotten(std::int64_t count) = 0;  // by one pass over the keys
    virtual void failure(std::string_view step, const Error& error, std::string_view subject) = 0;
};

struct Settings {
    std::chrono::milliseconds lease_margin{10'000};    // a live request's lease outlives its deadline by this
    std::chrono::milliseconds record_time_max{10'000}; // commit 2 is tried this long, whatever the caller's deadline
    std::chrono::milliseconds answer_reserve{500};     // of the deadline, kept for commit 2 and the answer
    std::chrono::milliseconds poll_pause{50};          // while waiting for a twin or an undo
    std::chrono::milliseconds acceptance_time{120'000};  // a partial approval is offered this long, then taken back
    std::chrono::minutes offline_clock_skew{5};        // a device's clock may be ahead by this
    domain::TipRules tip_rules = domain::TipRules{};   // empty: no tip after the sale, no increment
};

// Everything that a use case reaches; built and joined in main.cpp, outlives every call.
struct Services {
    PaymentStore& payments;
    ResolverStore& operations;
    Directory& directory;
    vault::VaultClient& vault;
    const Adapters& adapters;
    const AnswerRenderer& renderer;
    const Clock& clock;
    Random& random;
    Sleeper& sleeper;
    Observer& observer;
    IdentityAllocator& identities;
    SingleFlight& flights;
    AccountGates& gates;
    Settings settings = {};
};

}  // namespace postern::gateway
