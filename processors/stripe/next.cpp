#include "processors/stripe/next.hpp"

#include <algorithm>
#include <optional>

#include "processors/stripe/message.hpp"
#include "processors/stripe/reading.hpp"

namespace postern::stripe {
namespace {

using namespace std::chrono_literals;
using processors::Attempt;
using processors::History;
using processors::Step;
using vault::AttemptKind;

struct Entry {
    const Attempt* attempt;
    Past past;
    bool is_inquiry() const { return attempt->kind == AttemptKind::inquire; }
    template <class T>
    const T* as() const {
        return std::get_if<T>(&past);
    }
};

// The history as the steps ask about it.
class Story {
public:
    Story(const History& history, const Switches& switches) : history_{history}, switches_{switches} {
        for (std::size_t i = 0; i < history.attempts.size(); ++i)
            entries_.push_back({&history.attempts[i], read_past(history, i)});
    }

    bool is_empty() const { return entries_.empty(); }
    const Entry& last() const { return entries_.back(); }
    const Entry* last_inquiry() const {
        const auto it = std::find_if(entries_.rbegin(), entries_.rend(), [](const Entry& e) { return e.is_inquiry(); });
        return it == entries_.rend() ? nullptr : &*it;
    }
    template <class T>
    const T* last_message_saying() const {
        for (auto it = entries_.rbegin(); it != entries_.rend(); ++it)
            if (!it->is_inquiry() && it->as<T>()) return it->as<T>();
        return nullptr;
    }
    template <class T>
    std::ptrdiff_t messages_saying() const {
        return std::ranges::count_if(entries_, [](const Entry& e) { return !e.is_inquiry() && e.as<T>(); });
    }
    // A message of it may have been acted on: its answer was lost, or we do not know of it at all.
    bool is_in_doubt() const {
        return static_cast<std::int32_t>(entries_.size()) < history_.operation.attempts || messages_saying<Nothing>() > 0;
    }
    bool nothing_left() const { return messages_saying<NotSentAttempt>() == messages(); }
    std::ptrdiff_t messages() const {
        return std::ranges::count_if(entries_, [](const Entry& e) { return !e.is_inquiry(); });
    }
    bool is_complete() const {
        const bool completes = history_.operation.goal.value_or(domain::Goal::complete) == domain::Goal::complete;
        return completes && history_.now < history_.operation.deadline;
    }
    bool may_go_again() const { return messages() <= switches_.resends_max + (is_charge(history_.operation.verb) ? 1 : 0); }
    bool in_key_window() const {
        return history_.now - history_.operation.created_at < std::chrono::seconds(switches_.key_window_s);
    }
    bool asks_people() const {
        return history_.now - history_.operation.created_at >= std::chrono::seconds(switches_.ask_people_after_s);
    }
    // How long "not there" proves nothing: a search lags, a read only meets requests that still run.
    std::chrono::seconds blind() const {
        const bool searches = form_of(AttemptKind::inquire, history_) == Form::search;
        return std::chrono::seconds(searches ? switches_.search_blind_s : switches_.read_blind_s);
    }
    bool is_proven_missing() const {
        const Entry* inquiry = last_inquiry();
        return inquiry && inquiry->as<RowMissing>() && inquiry == &last() &&
               inquiry->attempt->at - last_left(history_.attempts) >= blind();
    }

    // The step, once the pause since the last message is over.
    Step paced(std::chrono::milliseconds pause, Step step) const {
        const auto over = entries_.back().attempt->at + pause;
        if (history_.now >= over) return step;
        return processors::Wait{std::chrono::ceil<std::chrono::milliseconds>(over - history_.now)};
    }
    std::chrono::milliseconds resend_pause() const { return std::chrono::milliseconds(switches_.resend_pause_ms); }
    // Doubles up to 10 s; later calmer, because what was not solved in minutes waits for somebody.
    std::chrono::milliseconds back_off() const {
        const auto tries = std::min<std::size_t>(entries_.size() - 1, 8);
        const bool fresh = history_.now - history_.operation.created_at < 10min;
        return std::min<std::chrono::milliseconds>(500ms * (1 << tries), fresh ? 10s : 300s);
    }
    // The first look at once; after "not there" the next is worth it when the blind time ends, or a little later.
    std::chrono::milliseconds inquiry_pause() const {
        if (!last().is_inquiry()) return 0ms;
        const auto blind_end = last_left(history_.attempts) + blind();
        const bool sees_nothing = last().as<RowMissing>() && last().attempt->at < blind_end;
        if (!sees_nothing) return back_off();
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(blind_end - last().attempt->at);
        return std::min(rest, std::max(back_off(), 1'000ms));
    }

private:
    const History& history_;
    const Switches& switches_;
    std::vector<Entry> entries_;
};

// What the answers prove by themselves, the same for every verb.
std::optional<Step> proven(const Story& story) {
    if (const auto* yes = story.last_message_saying<Yes>()) return processors::Conclude{yes->claim};
    const auto* no = story.last_message_saying<No>();
    if (no && (no->is_final || !story.is_in_doubt())) return processors::Conclude{no->claim};
    const Entry* inquiry = story.last_inquiry();
    if (inquiry && inquiry->as<RowFound>()) return processors::Conclude{inquiry->as<RowFound>()->claim};
    if (inquiry && inquiry->as<RowVoided>()) return processors::Conclude{domain::RefusedClaim{"voided_at_processor", ""}};
    return std::nullopt;
}

// Charges, captures, increments, refunds: done for a caller who waits.
Step forward_step(const History& history, const Switches& switches, const Story& story) {
    if (const auto* not_sent = story.last_message_saying<NotSentAttempt>(); not_sent && story.nothing_left() && !story.is_in_doubt())
        return processors::Conclude{domain::NotSentClaim{not_sent->code}};
    if (!story.is_in_doubt()) {
        const bool goes_on = story.is_complete() && story.may_go_again();
        if (!goes_on) return processors::Conclude{domain::RefusedClaim{"processor_busy", ""}};
        return story.last().as<Prepared>() ? Step{processors::Proceed{}} : story.paced(story.resend_pause(), processors::Proceed{});
    }
    if (story.is_proven_missing()) {
        if (switches.not_found_is_proof == 0) return processors::AskPeople{"not_found_at_processor"};
        return processors::Conclude{domain::RefusedClaim{"not_found_at_processor", ""}};
    }
    // The same request to the last letter: of a charge that needs the card's id.
    const bool is_same = !is_charge(history.operation.verb) || !card_of(history.attempts).empty();
    const bool is_answered = story.last_message_saying<No>() != nullptr;
    const bool resends = is_same && !is_answered && story.is_complete() && story.in_key_window() && story.may_go_again();
    if (resends) return story.paced(story.resend_pause(), processors::Resend{});
    if (story.asks_people()) return processors::AskPeople{"no_proof_found"};
    return story.paced(story.inquiry_pause(), processors::Inquire{});
}

Step undo_step(const History& history, const Story& story) {
    if (intent_of(history).empty()) return processors::AskPeople{"undo_reference_missing"};
    if (story.asks_people()) return processors::AskPeople{"undo_not_acknowledged"};
    const bool cancels = form_of(AttemptKind::reverse, history) == Form::cancel;
    const bool may_be_done = !story.last().is_inquiry() && story.last().as<Nothing>();
    if (may_be_done) return story.paced(story.resend_pause(), processors::Inquire{});
    // A cancellation can go again at any time; a refund once it is proven that none was made, or under its old key.
    if (cancels || story.is_proven_missing() || !story.is_in_doubt()) return story.paced(story.back_off(), processors::Resend{});
    return story.paced(story.inquiry_pause(), processors::Inquire{});
}

}  // namespace

Step next_step(const History& history, const Switches& switches) {
    const Story story{history, switches};
    if (story.is_empty()) return processors::Inquire{};
    if (const auto step = proven(story)) return *step;
    return is_undo(history.operation.verb) ? undo_step(history, story) : forward_step(history, switches, story);
}

}  // namespace postern::stripe
