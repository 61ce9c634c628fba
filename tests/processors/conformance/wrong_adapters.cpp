#include "tests/processors/conformance/wrong_adapters.hpp"

#include <vector>

#include "tests/processors/conformance/delegating_adapter.hpp"

namespace postern::conformance {
namespace {

using domain::ApprovedClaim;
using domain::Claim;
using domain::Verb;
using processors::Conclude;
using processors::History;
using processors::Outcome;
using processors::Step;
using vault::AttemptKind;

bool is_charge(const History& history) {
    return history.operation.verb == Verb::authorize || history.operation.verb == Verb::sale;
}
const processors::Attempt* last_of(const History& history) {
    return history.attempts.empty() ? nullptr : &history.attempts.back();
}

class TimeoutIsADecline final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Step next(const History& history) const override {
        const auto* last = last_of(history);
        const bool is_silent = last && std::holds_alternative<vault::MaybeSent>(last->verdict);
        if (is_silent) return Conclude{domain::DeclinedClaim{{domain::DeclineReason::generic, "timeout", false}}};
        return inner_.next(history);
    }
};

// Claims as the right adapter makes them, and then changed.
class ChangedClaims : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Outcome read(AttemptKind kind, const History& history, const vault::Reply& reply) const override {
        Outcome outcome = inner_.read(kind, history, reply);
        if (auto* claim = std::get_if<Claim>(&outcome)) change_approval(history, *claim);
        if (auto* found = std::get_if<processors::Found>(&outcome)) change_approval(history, found->claim);
        return outcome;
    }
    Step next(const History& history) const override {
        Step step = inner_.next(history);
        if (auto* end = std::get_if<Conclude>(&step)) change_approval(history, end->claim);
        return step;
    }

private:
    virtual void change(const History& history, ApprovedClaim& approval) const = 0;
    void change_approval(const History& history, Claim& claim) const {
        if (auto* approval = std::get_if<ApprovedClaim>(&claim)) change(history, *approval);
    }
};
class PartIsTheWhole final : public ChangedClaims {
public:
    using ChangedClaims::ChangedClaims;
    void change(const History& history, ApprovedClaim& approval) const override {
        if (is_charge(history)) approval.approved = history.operation.requested;
    }
};
class AnyUndoIsAReversal final : public ChangedClaims {
public:
    using ChangedClaims::ChangedClaims;
    void change(const History&, ApprovedClaim& approval) const override { approval.hold_may_remain = false; }
};
class ReferenceIsLost final : public ChangedClaims {
public:
    using ChangedClaims::ChangedClaims;
    void change(const History&, ApprovedClaim& approval) const override { approval.reference.clear(); }
};

// `AP*` taken for `AP`, whatever it repeats.
class RepeatIsFresh final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Outcome read(AttemptKind kind, const History& history, const vault::Reply& reply) const override {
        return inner_.read(kind, history, kind == AttemptKind::inquire ? reply : made_fresh(history, reply));
    }

private:
    static void change(std::string& text, std::string_view from, std::string_view to) {
        if (const std::size_t at = text.find(from); at != text.npos) text.replace(at, from.size(), to);
    }
    static vault::Reply made_fresh(const History& history, vault::Reply reply) {
        change(reply.body, "AP*", "AP");
        if (history.operation.verb != Verb::sale) return reply;
        change(reply.body, "TranCode&gt;PreAuth&lt;", "TranCode&gt;Sale&lt;");
        change(reply.body, "Not Captured", "Captured");
        return reply;
    }
};

// A repeat as if it were another charge.
class RepeatIsNew final : public DelegatingAdapter {
public:
    RepeatIsNew(const processors::ProcessorAdapter& inner, bool of_refunds) : DelegatingAdapter{inner}, of_refunds_{of_refunds} {}
    Result<vault::MessageTree> plan(AttemptKind kind, const History& history) const override {
        const bool is_meant = of_refunds_ ? history.operation.verb == Verb::refund : is_charge(history);
        if (kind != AttemptKind::resend || !is_meant) return inner_.plan(kind, history);
        domain::Operation other = history.operation;
        other.processor_identity = inner_.identity(8, static_cast<std::uint64_t>(history.attempts.size()) + 1);
        History changed{.operation = other, .payment = history.payment, .original = history.original,
                        .attempts = history.attempts, .now = history.now};
        changed.with_holder_name = history.with_holder_name;
        changed.with_address = history.with_address;
        changed.with_postal_code = history.with_postal_code;
        return inner_.plan(kind, changed);
    }

private:
    bool of_refunds_;
};

class NotFoundIsProofAtOnce final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Step next(const History& history) const override {
        const auto* last = last_of(history);
        const auto* sent = last && last->kind == AttemptKind::inquire ? std::get_if<vault::Sent>(&last->verdict) : nullptr;
        const bool not_there = sent && std::holds_alternative<processors::NotFound>(inner_.read(last->kind, history, sent->reply));
        if (not_there) return Conclude{domain::RefusedClaim{"not_found_at_processor", ""}};
        if (last && std::holds_alternative<vault::MaybeSent>(last->verdict)) return processors::Inquire{};
        return inner_.next(history);
    }
};

class AnyAnswerIsAYes final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Outcome read(AttemptKind kind, const History& history, const vault::Reply& reply) const override {
        Outcome outcome = inner_.read(kind, history, reply);
        const bool is_unreadable = std::holds_alternative<processors::Unreadable>(outcome) && kind != AttemptKind::inquire;
        if (is_unreadable && is_charge(history) && reply.http_status >= 500)
            return Claim{ApprovedClaim{history.operation.requested, {}}};
        return outcome;
    }
};

class AsksPeopleAtOnce final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Step next(const History& history) const override {
        const Step step = inner_.next(history);
        return std::holds_alternative<processors::Inquire>(step) ? Step{processors::AskPeople{"no_answer"}} : step;
    }
};

class ClaimsTooMuch final : public DelegatingAdapter {
public:
    explicit ClaimsTooMuch(const processors::ProcessorAdapter& inner) : DelegatingAdapter{inner}, capabilities_{inner.capabilities()} {
        capabilities_.verbs.push_back(Verb::batch_close);
    }
    const processors::Capabilities& capabilities() const override { return capabilities_; }

private:
    processors::Capabilities capabilities_;
};

class CardInAHeader final : public DelegatingAdapter {
public:
    using DelegatingAdapter::DelegatingAdapter;
    Result<vault::MessageTree> plan(AttemptKind kind, const History& history) const override {
        auto tree = inner_.plan(kind, history);
        if (tree && vault::names_card(*tree)) tree->headers.push_back({"X-Memo", vault::Slot::card_number});
        return tree;
    }
};

template <class Adapter, class... Arguments>
Wrap make(Arguments... arguments) {
    return [=](const processors::ProcessorAdapter& inner) { return std::make_unique<Adapter>(inner, arguments...); };
}

const std::vector<WrongAdapter>& all() {
    static const std::vector<WrongAdapter> wrong{
        {"timeout_is_a_decline", Check::books_agree, make<TimeoutIsADecline>(), "as published"},
        {"repeat_is_a_fresh_approval", Check::books_agree, make<RepeatIsFresh>(), "invoices are unique", "mercury"},
        {"part_is_the_whole", Check::books_agree, make<PartIsTheWhole>(), "as published", "mercury"},
        {"any_undo_is_a_reversal", Check::hold_told, make<AnyUndoIsAReversal>(), "as published", "mercury"},
        {"repeat_under_a_new_identity", Check::identity_constant, make<RepeatIsNew>(false), "as published"},
        {"refund_repeated_under_a_new_identity", Check::charged_once, make<RepeatIsNew>(true), "as published"},
        {"not_found_is_proof_at_once", Check::books_agree, make<NotFoundIsProofAtOnce>(), "answers about the past come late"},
        {"reference_is_lost", Check::follow_up, make<ReferenceIsLost>(), "as published"},
        {"any_answer_is_a_yes", Check::books_agree, make<AnyAnswerIsAYes>(), "as published"},
        {"asks_people_at_once", Check::ends, make<AsksPeopleAtOnce>(), "as published"},
        {"claims_too_much", Check::plans, make<ClaimsTooMuch>(), "as published"},
        {"card_in_a_header", Check::message_allowed, make<CardInAHeader>(), "as published"},
    };
    return wrong;
}

}  // namespace

std::span<const WrongAdapter> wrong_adapters() { return all(); }

}  // namespace postern::conformance
