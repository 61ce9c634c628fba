#include "gateway/app/drive_live.hpp"

#include "gateway/app/operation_driver.hpp"
#include "gateway/app/settled.hpp"

namespace postern::gateway {
namespace {

constexpr int steps_max = 32;
constexpr std::chrono::milliseconds call_time_least{250};  // less is no fair try

class LiveDrive {
public:
    LiveDrive(const Services& services, Work work, Instant deadline)
        : services_{services}, driver_{services, std::move(work)}, deadline_{deadline} {}

    Awaitable<Response> run() {
        co_await driver_.send(driver_.kind_of(true), 1, std::max(left(), call_time_least));
        for (int steps = 0; steps < steps_max; ++steps) {
            const processors::Step step = driver_.next();
            if (const auto* conclude = std::get_if<processors::Conclude>(&step)) {
                co_return co_await finish(co_await driver_.commit(conclude->claim, OpenEnd{}));
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
};

}  // namespace

Awaitable<Response> drive_live(const Services& services, Work work, Instant deadline) {
    LiveDrive drive{services, std::move(work), deadline};
    co_return co_await drive.run();
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
