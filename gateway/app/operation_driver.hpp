#pragma once

#include <optional>
#include <string>

#include "gateway/app/outcome.hpp"

namespace postern::gateway {

constexpr bool is_undo(domain::Verb verb) {
    return verb == domain::Verb::reverse || verb == domain::Verb::void_sale;
}

enum class Committed {
    applied,  // the claim moved operation and payment, durably
    lost,     // somebody else moved them, or holds them now; `work()` shows what was read last
    failed,   // the database did not answer; the evidence may be missing, the resolver asks the vault for it
};

// One operation in one holder's hands, under one lease epoch: sends its messages, judges what came back, commits what
// that moves. The live request and the resolver differ only in when they stop.
class OperationDriver {
public:
    OperationDriver(const Services& services, Work work);

    const Work& work() const { return work_; }
    // What the last commit stored for the keys that wait.
    const Answer& answer() const { return answer_; }
    // The operation with which the payment goes on at another account; where the last commit has moved it.
    const std::optional<domain::Operation>& moved() const { return moved_; }
    // From now on that one is in this holder's hands.
    void take_up(domain::Operation operation);

    // One message: planned, handed to the vault (which journals and sends it), its verdict added to the history. A
    // verdict of `not_sent` from a vault that was not reached is ours to give: nobody else holds this attempt.
    Awaitable<void> send(vault::AttemptKind kind, std::int32_t number, std::chrono::milliseconds time_left);
    // The next attempt's number, durable before its message leaves.
    Awaitable<Result<std::int32_t>> begin_attempt();
    // What the history proves, else what to do about it.
    processors::Step next() const;
    // The kind that a first message and every repeat of it are journaled as.
    vault::AttemptKind kind_of(bool is_first) const;
    vault::AttemptKind kind_of(const processors::Step& step) const;  // of a step that sends a message

    // Commit 2. Fenced: reads again and decides again, a bounded number of times.
    Awaitable<Committed> commit(domain::Claim claim, OpenEnd open_end);
    // As `commit`, with evidence that is no message of ours (people's decision).
    Awaitable<Committed> commit(domain::Claim claim, EvidenceNote note);
    // Keeps the last message's evidence where it proves nothing; an operation still `prepared` becomes `unknown`.
    Awaitable<Committed> stay_open(OpenEnd open_end);

    void add_attempt(processors::Attempt attempt, bool is_recorded);
    void carry(const vault::CardExtras& extras) { work_.extras = extras; }

private:
    processors::History history() const;
    const processors::ProcessorAdapter& adapter() const;
    Awaitable<vault::Verdict> forward(vault::AttemptKind kind, std::int32_t number, vault::MessageTree message,
                                      std::chrono::milliseconds time_left);
    Awaitable<void> report_to_gate(bool transport_fault);
    processors::Step send_undo_again() const;
    EvidenceNote take_note();
    domain::Claim with_checks(domain::Claim claim) const;
    bool nothing_left() const;
    Awaitable<void> keep_evidence();
    Awaitable<Committed> commit_noted(domain::Claim claim, EvidenceNote note, OpenEnd open_end);
    Decided decide_or_doubt(domain::Claim& claim, const EvidenceNote& note, std::string_view day,
                            const OpenEnd& open_end) const;
    Awaitable<std::optional<Committed>> record_once(Decided decided);
    Awaitable<std::optional<Committed>> read_again();
    Awaitable<std::string> business_day();
    void take_over(Change& change);

    const Services& services_;
    Work work_;
    std::int64_t lease_epoch_;
    Answer answer_;
    std::optional<domain::Operation> moved_;
    bool has_news_ = false;  // the last attempt's evidence is not in the database yet
};

}  // namespace postern::gateway
