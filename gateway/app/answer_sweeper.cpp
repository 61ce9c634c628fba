#include "gateway/app/answer_sweeper.hpp"

namespace postern::gateway {

Awaitable<std::int64_t> AnswerSweeper::run_once() {
    std::int64_t forgotten = 0;
    std::optional<KeyPlace> place = KeyPlace{};
    while (place && !is_stopping_) {
        const auto page = co_await archive_.forget_answers(clock_.now(), settings_.kept, *place, settings_.page_rows);
        if (!page) {
            observer_.failure("forget_answers", page.error(), place->tenant_id);
            co_return forgotten;
        }
        forgotten += page->forgotten;
        place = page->next;
        if (place) co_await sleeper_.sleep(settings_.page_pause);
    }
    co_return forgotten;
}

Awaitable<void> AnswerSweeper::run() {
    while (!is_stopping_) {
        observer_.answers_forgotten(co_await run_once());
        co_await sleeper_.sleep(settings_.pass_pause);
    }
}

}  // namespace postern::gateway
