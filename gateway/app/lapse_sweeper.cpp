#include "gateway/app/lapse_sweeper.hpp"

#include "gateway/app/change_payment.hpp"
#include "gateway/app/operation_driver.hpp"

namespace postern::gateway {

Awaitable<void> LapseSweeper::end(PaymentView view) {
    const domain::Operation* first = first_operation(view);
    const bool is_known = first != nullptr && services_.adapters.find(first->processor) != nullptr;
    if (!is_known || first->status != domain::OperationStatus::approved) {
        services_.observer.failure("lapse", Error{ErrorKind::internal, "no_approval"}, view.payment.id.text());
        co_return;
    }
    EvidenceNote note{.source = "clock", .raw = "due at " + to_rfc3339(*view.payment.due_at)};
    OperationDriver driver{services_, Work{.payment = std::move(view.payment), .card = std::move(view.card),
                                           .operation = *first, .original = {}, .attempts = {}}};
    co_await driver.commit(domain::LapsedClaim{}, std::move(note));
}

Awaitable<int> LapseSweeper::run_once() {
    auto due = co_await due_.find_due(services_.clock.now(), settings_.page_rows);
    if (!due) {
        services_.observer.failure("find_due", due.error(), "lapse");
        co_return 0;
    }
    for (PaymentView& view : *due) co_await end(std::move(view));
    co_return static_cast<int>(due->size());
}

Awaitable<void> LapseSweeper::run() {
    while (!is_stopping_) {
        const int looked_at = co_await run_once();
        if (looked_at < settings_.page_rows) co_await services_.sleeper.sleep(settings_.pause);
    }
}

}  // namespace postern::gateway
