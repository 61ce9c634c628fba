#include "processors/mercury/next.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace postern::mercury {
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
    Story(const History& history, const Switches& switches, std::vector<Past> pasts)
        : history_{history}, switches_{switches} {
        for (std::size_t i = 0; i < history.attempts.size(); ++i)
            entries_.push_back({&history.attempts[i], std::move(pasts[i])});
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
    std::ptrdiff_t resends() const {
        return std::ranges::count_if(entries_, [](const Entry& e) { return e.attempt->kind == AttemptKind::resend; });
    }
    bool any_answer_lost() const { return messages_saying<Nothing>() > 0; }
    const NotSentAttempt* all_not_sent() const {
        const bool all_known = static_cast<std::int32_t>(entries_.size()) >= history_.operation.attempts;
        const bool none_left = std::ranges::all_of(entries_, [](const Entry& e) {
            return e.is_inquiry() || e.as<NotSentAttempt>();
        });
        return all_known && none_left ? last_message_saying<NotSentAttempt>() : nullptr;
    }
    // When a message last left, or may have.
    std::optional<Timestamp> last_left() const {
        std::optional<Timestamp> latest;
        for (const Entry& entry : entries_)
            if (!entry.is_inquiry() && !entry.as<NotSentAttempt>()) latest = entry.attempt->at;
        return latest;
    }
    bool asks_people() const {
        return history_.now - history_.operation.created_at >= std::chrono::seconds(switches_.ask_people_after_s);
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

private:
    const History& history_;
    const Switches& switches_;
    std::vector<Entry> entries_;
};

class ChargeSteps {
public:
    ChargeSteps(const History& history, const Switches& switches, const Story& story)
        : history_{history}, switches_{switches}, story_{story} {}

    Step next() const {
        if (const auto proven = proven_by_messages()) return *proven;
        if (const auto proven = proven_by_inquiry()) return *proven;
        if (is_not_captured()) return processors::AskPeople{"not_captured"};
        if (may_resend()) return story_.paced(story_.resend_pause(), processors::Resend{});
        if (story_.asks_people()) return processors::AskPeople{"no_proof_found"};
        return story_.paced(inquiry_pause(), processors::Inquire{});
    }

private:
    std::optional<Step> proven_by_messages() const {
        if (const auto* yes = story_.last_message_saying<Yes>(); yes && is_trusted(*yes))
            return processors::Conclude{yes->claim};
        if (const auto* not_sent = story_.all_not_sent()) {
            const bool by_number_then = is_record_refusal(not_sent->code) && !is_charge(history_.operation.verb);
            if (by_number_then) return processors::Resend{};
            return processors::Conclude{domain::NotSentClaim{not_sent->code}};
        }
        const auto* no = story_.last_message_saying<No>();
        if (no && (!story_.any_answer_lost() || switches_.confirm_no_after_lost_answer == 0))
            return processors::Conclude{no->claim};
        return std::nullopt;
    }
    // A duplicate answer is trusted where a message before it went without its answer.
    bool is_trusted(const Yes& yes) const { return !yes.is_duplicate_answer || story_.any_answer_lost(); }

    std::optional<Step> proven_by_inquiry() const {
        const Entry* inquiry = story_.last_inquiry();
        if (!inquiry) return std::nullopt;
        if (const auto* row = inquiry->as<RowFound>()) {
            if (must_learn_reference(history_, row->claim, switches_))
                return story_.paced(std::max(story_.resend_pause(), story_.back_off()), processors::Resend{});
            return processors::Conclude{row->claim};
        }
        if (inquiry->as<RowVoided>()) return processors::Conclude{domain::RefusedClaim{"voided_at_processor", ""}};
        const bool not_there = inquiry->as<RowMissing>() && asked_late_enough(*inquiry);
        if (!not_there) return std::nullopt;
        if (switches_.not_found_is_proof == 0) return processors::AskPeople{"not_found_at_processor"};
        if (const auto* no = story_.last_message_saying<No>()) return processors::Conclude{no->claim};
        return processors::Conclude{domain::RefusedClaim{"not_found_at_processor", ""}};
    }

    bool asked_late_enough(const Entry& inquiry) const {
        const auto left = story_.last_left();
        return left && inquiry.attempt->at - *left >= std::chrono::seconds(switches_.inquiry_blind_s);
    }

    bool is_not_captured() const {
        const auto* nothing = story_.last_message_saying<Nothing>();
        return nothing && nothing->code == "not_captured";
    }

    bool is_refused_as_duplicate() const {
        const auto* nothing = story_.last_message_saying<Nothing>();
        return nothing && nothing->code == refused_as_duplicate;
    }

    // Only to complete for a caller who waits, and only where the last word is missing: a no is looked up instead, and
    // so is an earlier message that stands in the way of every repeat.
    bool may_resend() const {
        const bool completes = history_.operation.goal.value_or(domain::Goal::complete) == domain::Goal::complete;
        const bool may_go_again = history_.entry != vault::CardEntry::encrypted;
        return completes && may_go_again && history_.now < history_.operation.deadline && in_duplicate_window(history_, switches_) &&
               story_.resends() < switches_.resends_max && !story_.last_message_saying<No>() &&
               !is_refused_as_duplicate();
    }

    // "Not found" within the blind window: the next look is worth it when the window ends.
    std::chrono::milliseconds inquiry_pause() const {
        const Entry& last = story_.last();
        const auto left = story_.last_left();
        if (!last.is_inquiry()) return 0ms;
        if (!last.as<RowMissing>() || !left) return story_.back_off();
        const auto blind_end = *left + std::chrono::seconds(switches_.inquiry_blind_s);
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(blind_end - last.attempt->at);
        return std::max(rest, 0ms);
    }

    const History& history_;
    const Switches& switches_;
    const Story& story_;
};

class UndoSteps {
public:
    UndoSteps(const History& history, const Switches& switches, const Story& story)
        : history_{history}, switches_{switches}, story_{story} {}

    Step next() const {
        if (const auto* yes = story_.last_message_saying<Yes>()) return processors::Conclude{yes->claim};
        const Entry* inquiry = story_.last_inquiry();
        if (inquiry && inquiry->as<RowVoided>()) return processors::Conclude{undone(history_)};
        const auto forms = static_cast<std::ptrdiff_t>(undo_forms(history_, switches_).size());
        if (forms == 0) return processors::AskPeople{"undo_reference_missing"};
        const bool all_forms_refused = story_.messages_saying<No>() >= forms;
        if (all_forms_refused) return refused();
        if (story_.asks_people()) return processors::AskPeople{"undo_not_acknowledged"};
        if (story_.last().as<No>()) return processors::Resend{};
        const bool may_be_done = !story_.last().is_inquiry() && story_.last().as<Nothing>();
        if (may_be_done) return story_.paced(story_.resend_pause(), processors::Inquire{});
        return story_.paced(story_.back_off(), processors::Resend{});  // a repeated undo takes nothing twice
    }

private:
    // After a lost answer the refusal may mean "already done": only the look-up tells.
    Step refused() const {
        const processors::Conclude no{story_.last_message_saying<No>()->claim};
        if (!story_.any_answer_lost() || switches_.confirm_no_after_lost_answer == 0) return no;
        if (story_.last().is_inquiry() && story_.last().as<RowFound>()) return no;
        if (story_.asks_people()) return processors::AskPeople{"undo_not_acknowledged"};
        return story_.paced(story_.last().is_inquiry() ? story_.back_off() : 0ms, processors::Inquire{});
    }

    const History& history_;
    const Switches& switches_;
    const Story& story_;
};

class NumberedUndoSteps {
public:
    explicit NumberedUndoSteps(const Story& story) : story_{story} {}

    Step next() const {
        if (const auto* yes = story_.last_message_saying<Yes>()) return processors::Conclude{yes->claim};
        const Entry* inquiry = story_.last_inquiry();
        if (const auto* row = inquiry ? inquiry->as<RowFound>() : nullptr) return processors::Conclude{row->claim};
        const bool is_looked_up = story_.last().is_inquiry() && story_.last().as<RowMissing>();
        const auto* no = story_.last_message_saying<No>();
        if (no && (!story_.any_answer_lost() || is_looked_up)) return processors::Conclude{no->claim};
        if (story_.asks_people()) return processors::AskPeople{"undo_not_acknowledged"};
        const bool never_left = !story_.last().is_inquiry() && story_.last().as<NotSentAttempt>();
        if (is_looked_up || never_left) return story_.paced(story_.back_off(), processors::Resend{});
        return story_.paced(story_.last().is_inquiry() ? story_.back_off() : 0ms, processors::Inquire{});
    }

private:
    const Story& story_;
};

}  // namespace

Step charge_step(const History& history, const Switches& switches, std::vector<Past> pasts) {
    const Story story{history, switches, std::move(pasts)};
    return story.is_empty() ? Step{processors::Inquire{}} : ChargeSteps{history, switches, story}.next();
}

Step numbered_undo_step(const History& history, const Switches& switches, std::vector<Past> pasts) {
    const Story story{history, switches, std::move(pasts)};
    return story.is_empty() ? Step{processors::Inquire{}} : NumberedUndoSteps{story}.next();
}

domain::Claim undone(const History& history) {
    return domain::ApprovedClaim{history.operation.requested, {}, true};
}

Step next_step(const History& history, const Switches& switches) {
    std::vector<Past> pasts;
    for (const Attempt& attempt : history.attempts) pasts.push_back(read_past(attempt, history, switches));
    if (!is_undo(history.operation.verb)) return charge_step(history, switches, std::move(pasts));
    const Story story{history, switches, std::move(pasts)};
    return story.is_empty() ? Step{processors::Inquire{}} : UndoSteps{history, switches, story}.next();
}

}  // namespace postern::mercury
