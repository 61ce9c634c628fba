#include "gateway/app/resolver.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "gateway/app/drive_live.hpp"
#include "gateway/app/evidence_text.hpp"

namespace postern::gateway {
namespace {

constexpr int steps_max = 16;
constexpr std::chrono::milliseconds vault_pause{1'000};

bool is_maybe(const vault::Verdict& verdict) { return std::holds_alternative<vault::MaybeSent>(verdict); }

vault::AttemptKind kind_of(std::string_view text, vault::AttemptKind fallback) {
    for (const auto kind : {vault::AttemptKind::send, vault::AttemptKind::resend, vault::AttemptKind::inquire,
                            vault::AttemptKind::reverse}) {
        if (vault::to_text(kind) == text) return kind;
    }
    return fallback;
}

// One claimed operation, from what is recorded to its next resting place.
class Resolution {
public:
    Resolution(const Services& services, const ResolverSettings& settings, Claimed claimed)
        : services_{services}, settings_{settings}, evidence_{std::move(claimed.evidence)},
          driver_{services, Work{std::move(claimed.payment), std::move(claimed.card), std::move(claimed.operation),
                                 std::move(claimed.original), {}}},
          lease_end_{services.clock.instant() + settings.lease} {}

    Awaitable<void> run() {
        if (!co_await gather_attempts()) co_return co_await postpone(vault_pause, "ask_vault");
        for (int steps = 0; steps < steps_max; ++steps) {
            const processors::Step step = driver_.next();
            if (const auto* conclude = std::get_if<processors::Conclude>(&step)) {
                co_await driver_.commit(conclude->claim, OpenEnd{});
                co_return;
            }
            const bool leaves_doubt = !std::holds_alternative<processors::Proceed>(step);
            if (leaves_doubt && co_await driver_.stay_open({settings_.lease, words_of(step)}) != Committed::applied) co_return;
            if (co_await people_decided()) co_return;
            if (!co_await take(step)) co_return;
        }
        co_await postpone(vault_pause, "continue");
    }

private:
    const domain::Operation& operation() const { return driver_.work().operation; }

    // False: the vault did not answer, so that nothing may be concluded now.
    Awaitable<bool> gather_attempts() {
        const std::int32_t count = operation().attempts;
        for (std::int32_t number = 1; number <= count; ++number) {
            processors::Attempt attempt = recorded(number);
            bool is_recorded = has_evidence(number);
            if (is_maybe(attempt.verdict)) {
                auto asked = co_await services_.vault.ask(operation().tenant_id, {operation().id, number},
                                                          operation().vault_epoch);
                if (!asked) {
                    services_.observer.failure("ask", asked.error(), operation().id.text());
                    co_return false;
                }
                is_recorded = is_recorded && is_maybe(*asked);
                attempt.verdict = std::move(*asked);
            }
            driver_.add_attempt(std::move(attempt), is_recorded);
            const bool is_last = number == count;  // the last one's evidence goes with what it proves
            if (!is_last && co_await driver_.stay_open({settings_.lease, "ask_vault"}) != Committed::applied) co_return false;
        }
        co_return true;
    }

    bool has_evidence(std::int32_t number) const {
        return std::ranges::any_of(evidence_, [&](const RecordedEvidence& row) {
            return row.attempt == number && decode_verdict_text(row.raw);
        });
    }

    // The best that is recorded of an attempt: a verdict that proves something, else that it may have been sent. A
    // repeat whose kind was never recorded counts as a resend, the kind that may have moved money.
    processors::Attempt recorded(std::int32_t number) const {
        const bool undo = is_undo(operation().verb);
        const auto repeat = undo ? vault::AttemptKind::reverse : vault::AttemptKind::resend;
        processors::Attempt best{number, number == 1 ? driver_.kind_of(true) : repeat, vault::MaybeSent{"not_recorded"},
                                 number == 1 ? operation().created_at : services_.clock.now()};
        bool is_first_row = true;
        for (const RecordedEvidence& row : evidence_) {
            auto verdict = row.attempt == number ? decode_verdict_text(row.raw) : std::nullopt;
            if (!verdict) continue;
            if (is_first_row) best.at = row.recorded_at;
            if (is_first_row || is_maybe(best.verdict)) best.verdict = std::move(*verdict);
            best.kind = kind_of(row.attempt_kind, best.kind);
            is_first_row = false;
        }
        return best;
    }

    // What two people said stands where nothing is proven.
    Awaitable<bool> people_decided() {
        const auto decision = co_await services_.operations.decision(operation().id);
        if (!decision || !*decision) co_return false;
        domain::Claim claim = domain::RefusedClaim{"decided_by_people", ""};
        if (**decision == "approved") claim = domain::ApprovedClaim{operation().requested, {}, false};
        EvidenceNote note{.attempt = 0, .source = "people", .raw = "two people decided: " + **decision};
        co_await driver_.commit(std::move(claim), std::move(note));
        co_return true;
    }

    // False: put down until later.
    Awaitable<bool> take(const processors::Step& step) {
        if (const auto* wait = std::get_if<processors::Wait>(&step)) {
            co_await postpone(wait->pause, words_of(step));
            co_return false;
        }
        if (const auto* people = std::get_if<processors::AskPeople>(&step)) {
            services_.observer.alarm("people_needed", driver_.work().payment.id, operation().id);
            services_.observer.failure(people->reason, Error{ErrorKind::outcome_unknown, "people_needed"},
                                       operation().id.text());
            co_await postpone(settings_.people_pause, words_of(step));
            co_return false;
        }
        const auto call_time = services_.adapters.find(operation().processor)->capabilities().call_time_max;
        if (services_.clock.instant() + call_time + services_.settings.record_time_max > lease_end_) {
            co_await postpone(std::chrono::milliseconds{0}, words_of(step));
            co_return false;
        }
        const bool inquire = std::holds_alternative<processors::Inquire>(step);
        if (!inquire && !co_await look_at_card()) {
            co_await postpone(vault_pause, "ask_vault");
            co_return false;
        }
        const auto number = co_await driver_.begin_attempt();
        if (!number) co_return false;
        co_await driver_.send(driver_.kind_of(step), *number, call_time);
        co_return true;
    }

    // A repeat of a charge carries what the first message did, but for what goes once: the code, tracks, a block. A token that is deleted by
    // now tells nothing; the repeat then goes with the number alone. False: the vault did not answer.
    Awaitable<bool> look_at_card() {
        const bool is_charge = operation().verb == domain::Verb::authorize || operation().verb == domain::Verb::sale;
        if (!is_charge) co_return true;
        const auto card = co_await services_.vault.describe(operation().tenant_id, driver_.work().payment.token);
        if (!card && card.error().kind == ErrorKind::not_found) co_return true;
        if (!card) {
            services_.observer.failure("describe", card.error(), operation().id.text());
            co_return false;
        }
        vault::CardExtras extras = card->extras;
        extras.security_code = extras.track1 = extras.track2 = extras.encrypted_block = false;
        driver_.carry(extras);
        co_return true;
    }

    Awaitable<void> postpone(std::chrono::milliseconds pause, std::string next_step) {
        const auto done = co_await services_.operations.postpone(operation().id, operation().lease_epoch, pause,
                                                                 std::move(next_step));
        if (!done) services_.observer.failure("postpone", done.error(), operation().id.text());
    }

    const Services& services_;
    const ResolverSettings& settings_;
    std::vector<RecordedEvidence> evidence_;
    OperationDriver driver_;
    Instant lease_end_;
};

}  // namespace

Awaitable<Result<std::vector<Claimed>>> Resolver::claim(int count_max) {
    auto claimed = co_await services_.operations.claim(count_max, settings_.lease);
    if (!claimed) services_.observer.failure("claim", claimed.error(), "resolver");
    co_return claimed;
}

Awaitable<void> Resolver::resolve(Claimed claimed) {
    if (services_.adapters.find(claimed.operation.processor) == nullptr) {
        services_.observer.failure("resolve", Error{ErrorKind::internal, "unknown_processor"}, claimed.operation.id.text());
        co_return;
    }
    Resolution resolution{services_, settings_, std::move(claimed)};
    co_await resolution.run();
}

// The boundary of one operation: a bug or a dead dependency ends its turn, not the loop; the lease brings it back.
Awaitable<void> Resolver::resolve_guarded(Claimed claimed) {
    const std::string subject = claimed.operation.id.text();
    try {
        co_await resolve(std::move(claimed));
    } catch (const std::exception& failure) {
        services_.observer.failure("resolve", Error{ErrorKind::internal, "internal", failure.what()}, subject);
    }
}

Awaitable<void> Resolver::resolve_counted(Claimed claimed) {
    co_await resolve_guarded(std::move(claimed));
    --running_;
}

Awaitable<int> Resolver::run_once() {
    auto claimed = co_await claim(settings_.parallel_max);
    if (!claimed) co_return 0;
    for (Claimed& one : *claimed) co_await resolve_guarded(std::move(one));
    co_return static_cast<int>(claimed->size());
}

Awaitable<void> Resolver::run() {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!is_stopping_) {
        const int free = settings_.parallel_max - running_;
        auto claimed = free > 0 ? co_await claim(free) : Result<std::vector<Claimed>>{std::vector<Claimed>{}};
        const bool is_idle = !claimed || claimed->empty();
        for (std::size_t i = 0; claimed && i < claimed->size(); ++i) {
            ++running_;
            boost::asio::co_spawn(executor, resolve_counted(std::move((*claimed)[i])), boost::asio::detached);
        }
        if (is_idle) co_await services_.sleeper.sleep(settings_.idle_pause);
    }
    while (running_ > 0) co_await services_.sleeper.sleep(settings_.idle_pause);
}

}  // namespace postern::gateway
