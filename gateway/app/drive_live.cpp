#include "gateway/app/drive_live.hpp"

#include <algorithm>
#include <array>

#include "gateway/app/new_operation.hpp"
#include "gateway/app/operation_driver.hpp"
#include "gateway/app/settled.hpp"

namespace postern::gateway {
namespace {

constexpr int steps_max = 32;
constexpr std::chrono::milliseconds call_time_least{250};  // less is no fair try
// Why nothing was sent, where another account may fare better: the way to this one's processor is closed.
constexpr std::array<std::string_view, 7> closed_ways{"connect_timeout", "connect_refused", "connect_failed", "resolve_failed",
                                                      "tls_failed", "connection_lost", "account_disabled"};

class LiveDrive {
public:
    LiveDrive(const Services& services, Work work, Instant deadline, std::optional<Itinerary> itinerary)
        : services_{services}, driver_{services, std::move(work)}, deadline_{deadline}, itinerary_{std::move(itinerary)} {}

    Awaitable<Response> run() {
        co_await driver_.send(driver_.kind_of(true), 1, std::max(left(), call_time_least));
        for (int steps = 0; steps < steps_max; ++steps) {
            const processors::Step step = driver_.next();
            if (const auto* conclude = std::get_if<processors::Conclude>(&step)) {
                const auto done = co_await end(conclude->claim);
                if (!done) continue;
                co_return co_await finish(*done);
            }
            if (!std::holds_alternative<processors::Proceed>(step)) {
                const auto open = co_await driver_.stay_open({live_lease(services_, deadline_), words_of(step)});
                if (open != Committed::applied) co_return co_await finish(open);
            }
            if (!co_await take(step)) {
                co_await hand_over(step);
                break;
            }
        }
        co_return response(draw_now());
    }

private:
    std::chrono::milliseconds left() const {
        const auto rest = time_left(services_, deadline_) - services_.settings.answer_reserve;
        return std::max(rest, std::chrono::milliseconds{0});
    }

    // Nothing: the payment went on at another account, whose answer is to be judged now.
    Awaitable<std::optional<Committed>> end(domain::Claim claim) {
        auto next = next_account(claim);
        if (next) std::get<domain::NotSentClaim>(claim).next = domain::NextAccount{next->first.id, next->first.processor};
        const auto done = co_await driver_.commit(std::move(claim), OpenEnd{live_lease(services_, deadline_), ""});
        if (done != Committed::applied || !driver_.moved()) co_return done;
        itinerary_.emplace(std::move(next->second));
        driver_.take_up(*driver_.moved());
        co_await driver_.send(driver_.kind_of(true), 1, std::max(left(), call_time_least));
        co_return std::nullopt;
    }

    std::optional<std::pair<domain::RouteAccount, Itinerary>> next_account(const domain::Claim& claim) const {
        const auto* not_sent = std::get_if<domain::NotSentClaim>(&claim);
        const bool is_closed = not_sent != nullptr && std::ranges::find(closed_ways, not_sent->code) != closed_ways.end();
        if (!is_closed || !itinerary_ || left() < call_time_least) return std::nullopt;
        const domain::Operation& operation = driver_.work().operation;
        auto next = enter_first(services_, itinerary_->rest, operation.verb, operation.requested);
        if (!next) return std::nullopt;
        return std::move(*next);
    }

    // False where the deadline, or the step itself, ends what a live request can do.
    Awaitable<bool> take(const processors::Step& step) {
        if (const auto* wait = std::get_if<processors::Wait>(&step)) {
            if (wait->pause + call_time_least > left()) co_return false;
            co_await services_.sleeper.sleep(wait->pause);
            co_return true;
        }
        if (std::holds_alternative<processors::AskPeople>(step) || left() < call_time_least) co_return false;
        const auto number = co_await driver_.begin_attempt();
        if (!number) co_return false;
        co_await driver_.send(driver_.kind_of(step), *number, left());
        co_return true;
    }

    Awaitable<void> hand_over(const processors::Step& step) {
        const domain::Operation& operation = driver_.work().operation;
        const auto done = co_await services_.operations.postpone(operation.id, operation.lease_epoch,
                                                                 std::chrono::milliseconds{0}, words_of(step));
        if (!done) services_.observer.failure("hand_over", done.error(), operation.id.text());
    }

    // Applied, and nothing on its way back: the bytes that were stored. Else what others make of it until the deadline.
    Awaitable<Response> finish(Committed committed) {
        const bool is_told = committed == Committed::applied && driver_.answer().is_final;
        if (is_told) co_return response(driver_.answer());
        if (committed == Committed::failed) co_return response(draw_now());
        const Work& work = driver_.work();
        auto settled = co_await await_settled(services_, work.payment.tenant_id, work.payment.id, work.operation.id,
                                              deadline_);
        co_return response(settled ? std::move(*settled) : draw_now());
    }

    Answer draw_now() const {
        const Work& work = driver_.work();
        return draw(services_, work.payment, work.card, work.operation);
    }
    Response response(Answer answer) const { return {std::move(answer), false, driver_.work().payment.id}; }

    const Services& services_;
    OperationDriver driver_;
    Instant deadline_;
    std::optional<Itinerary> itinerary_;
};

}  // namespace

Awaitable<Response> drive_live(const Services& services, Work work, Instant deadline) {
    LiveDrive drive{services, std::move(work), deadline, std::nullopt};
    co_return co_await drive.run();
}

Awaitable<Response> drive_charge(const Services& services, Work work, Instant deadline, Itinerary itinerary) {
    LiveDrive drive{services, std::move(work), deadline, std::move(itinerary)};
    co_return co_await drive.run();
}

Result<std::pair<domain::RouteAccount, Itinerary>> enter_first(const Services& services,
                                                               std::span<const domain::RouteAccount> accounts,
                                                               domain::Verb verb, domain::Money amount) {
    std::optional<Error> refusal;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const domain::RouteAccount& account = accounts[i];
        const Status able = check_operation(services, account.processor, verb, amount);
        auto pass = able ? services.gates.enter(account.id) : Result<AccountGates::Pass>{able.error()};
        if (pass) {
            const auto behind = accounts.subspan(i + 1);
            return std::pair{account, Itinerary{std::move(*pass), {behind.begin(), behind.end()}}};
        }
        if (!refusal) refusal = pass.error();
    }
    return refusal.value_or(Error{ErrorKind::invalid_request, "unknown_account", {}, "/account_id"});
}

std::chrono::milliseconds live_lease(const Services& services, Instant deadline) {
    return time_left(services, deadline) + services.settings.lease_margin;
}

std::string words_of(const processors::Step& step) {
    if (std::holds_alternative<processors::Proceed>(step)) return "proceed";
    if (std::holds_alternative<processors::Inquire>(step)) return "inquire";
    if (std::holds_alternative<processors::Resend>(step)) return "resend";
    if (std::holds_alternative<processors::Wait>(step)) return "wait";
    if (const auto* people = std::get_if<processors::AskPeople>(&step)) return "ask_people: " + std::string(people->reason);
    return "conclude";
}

}  // namespace postern::gateway
