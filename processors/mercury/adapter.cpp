#include "processors/mercury/adapter.hpp"

#include <algorithm>

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/answer.hpp"
#include "processors/mercury/checks.hpp"
#include "processors/mercury/invoice.hpp"
#include "processors/mercury/message.hpp"
#include "processors/mercury/next.hpp"
#include "processors/mercury/reading.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using processors::Attempt;
using processors::History;
using processors::Outcome;
using processors::Unreadable;
using vault::AttemptKind;

template <class T>
bool holds(const Past& past) {
    return std::holds_alternative<T>(past);
}

class ReplyReader {
public:
    ReplyReader(const History& history, const Switches& switches, const vault::Reply& reply)
        : history_{history}, switches_{switches}, reply_{reply} {
        for (const Attempt& attempt : before(history, reply))
            if (attempt.kind != AttemptKind::inquire) earlier_.push_back(read_past(attempt, history, switches));
    }

    Outcome transaction() const {
        const Says says = read_transaction(history_, switches_, reply_);
        if (const auto* yes = std::get_if<Yes>(&says)) return approved(*yes);
        if (const auto* no = std::get_if<No>(&says)) return refused(*no);
        if (const auto* busy = std::get_if<Busy>(&says)) return Unreadable{busy->code};
        return Unreadable{std::get<Nothing>(says).code};
    }

    Outcome inquiry() const {
        const Detail detail = read_detail(history_, switches_, reply_);
        if (is_undo(history_.operation.verb)) return undo_inquiry(detail);
        if (const auto* row = std::get_if<RowFound>(&detail)) {
            if (must_learn_reference(history_, row->claim, switches_)) return Unreadable{"reference_to_be_learned"};
            return processors::Found{with_reason(row->claim)};
        }
        if (std::holds_alternative<RowVoided>(detail)) return processors::FoundVoided{};
        if (std::holds_alternative<RowMissing>(detail)) return processors::NotFound{};
        return Unreadable{std::get<Nothing>(detail).code};
    }

private:
    // A row says "declined" and no more; a message of ours may have been told why.
    domain::Claim with_reason(const domain::Claim& claim) const {
        if (!std::holds_alternative<domain::DeclinedClaim>(claim)) return claim;
        const auto told = std::ranges::find_if(earlier_, holds<No>);
        return told == earlier_.end() ? claim : std::get<No>(*told).claim;
    }

    Outcome approved(const Yes& yes) const {
        if (yes.is_duplicate_answer && !earlier_attempt_explains(yes)) return Unreadable{"duplicate_of_unknown"};
        return domain::Claim{yes.claim};
    }

    // "Seen before" is our own earlier message only where there was one, its answer was lost or the same, and the first
    // message of all was not told the same: then somebody else holds our invoice.
    bool earlier_attempt_explains(const Yes& yes) const {
        const auto contradicts = [&](const Past& past) {
            const auto* earlier = std::get_if<Yes>(&past);
            return earlier && earlier->claim.reference != yes.claim.reference;
        };
        if (std::ranges::any_of(earlier_, contradicts)) return false;
        if (earlier_.empty()) return history_.operation.attempts > 1;
        const auto* first = std::get_if<Yes>(&earlier_.front());
        const bool first_was_told_so = first && first->is_duplicate_answer;
        return !first_was_told_so && !std::ranges::all_of(earlier_, holds<NotSentAttempt>);
    }

    // A no to a repeat says nothing about the message whose answer was lost.
    Outcome refused(const No& no) const {
        if (is_undo(history_.operation.verb)) {
            const auto noes = static_cast<std::size_t>(std::ranges::count_if(earlier_, holds<No>));
            if (noes + 1 < undo_forms(history_, switches_).size()) return Unreadable{"next_undo_form"};
        }
        const bool lost_before = std::ranges::any_of(earlier_, holds<Nothing>);
        if (lost_before && switches_.confirm_no_after_lost_answer != 0) return Unreadable{"no_after_lost_answer"};
        return no.claim;
    }

    // Of an undo the look-up shows what it takes back: voided there is done here.
    Outcome undo_inquiry(const Detail& detail) const {
        if (std::holds_alternative<RowVoided>(detail)) return processors::Found{undone(history_)};
        if (const auto* nothing = std::get_if<Nothing>(&detail)) return Unreadable{nothing->code};
        return Unreadable{"not_undone_yet"};
    }

    const History& history_;
    const Switches& switches_;
    const vault::Reply& reply_;
    std::vector<Past> earlier_;
};

// The form for the next message of an undo: each definite no moves on to the next.
UndoForm form_now(const History& history, const Switches& switches, const std::vector<UndoForm>& forms) {
    std::size_t noes = 0;
    for (const Attempt& attempt : history.attempts)
        if (attempt.kind != AttemptKind::inquire && holds<No>(read_past(attempt, history, switches))) ++noes;
    return forms[std::min(noes, forms.size() - 1)];
}

processors::Capabilities capabilities_of(const Switches& switches) {
    processors::Capabilities out;
    out.name = "mercury";
    out.verbs = {Verb::authorize, Verb::sale, Verb::capture, Verb::adjust_tip, Verb::refund, Verb::reverse, Verb::void_sale};
    out.duplicate_window = std::chrono::seconds(switches.duplicate_window_s);
    out.inquiry_blind = std::chrono::seconds(switches.inquiry_blind_s);
    out.call_time_max = std::chrono::milliseconds(switches.call_time_max_ms);
    out.partial_approval = true;
    out.tip_above_authorized = true;
    out.tells_checks = true;
    out.currencies = {domain::Currency::usd};
    if (switches.canadian_dollars != 0) out.currencies.push_back(domain::Currency::cad);
    out.amount_minor_max = amount_minor_max;
    out.hold_life = std::chrono::seconds(switches.hold_other_s);
    out.hold_lives = {{"visa", std::chrono::seconds(switches.hold_visa_s)},
                      {"mastercard", std::chrono::seconds(switches.hold_mastercard_s)},
                      {"amex", std::chrono::seconds(switches.hold_amex_s)},
                      {"discover", std::chrono::seconds(switches.hold_discover_s)}};
    if (switches.batch_closes_at_min < 1440)
        out.batch_closes = {"America/New_York", static_cast<int>(switches.batch_closes_at_min)};
    return out;
}

}  // namespace

MercuryAdapter::MercuryAdapter(Switches switches)
    : switches_{switches}, capabilities_{capabilities_of(switches)} {}

std::string MercuryAdapter::identity(std::uint64_t epoch, std::uint64_t counter) const {
    return invoice_number(epoch, counter);
}

Result<vault::MessageTree> MercuryAdapter::plan(AttemptKind kind, const History& history) const {
    if (kind == AttemptKind::inquire) return inquiry_message(history, switches_);
    if (!is_undo(history.operation.verb)) {
        const Error cannot{ErrorKind::invalid_request, "verb_not_supported"};
        if (kind == AttemptKind::reverse) return cannot;  // a charge is taken back by an operation of its own
        return transaction_message(kind, history, UndoForm::reversal, switches_);
    }
    const auto forms = undo_forms(history, switches_);
    if (forms.empty()) return Error{ErrorKind::invalid_request, "reference_missing"};
    return transaction_message(kind, history, form_now(history, switches_, forms), switches_);
}

std::string_view MercuryAdapter::policy_operation(AttemptKind kind, const History& history) const {
    if (kind == AttemptKind::inquire) return "inquire";
    const bool is_hold = history.operation.verb == Verb::authorize;
    switch (card_form(kind, history)) {
        case CardForm::number: return domain::to_text(history.operation.verb);
        case CardForm::record: return operation_by_record(history.operation.verb);
        case CardForm::block: return is_hold ? "authorize_encrypted" : "sale_encrypted";
        case CardForm::track: break;
    }
    if (history.with_track2) return is_hold ? "authorize_track2" : "sale_track2";
    return is_hold ? "authorize_track1" : "sale_track1";
}

Outcome MercuryAdapter::read(AttemptKind kind, const History& history, const vault::Reply& reply) const {
    const ReplyReader reader{history, switches_, reply};
    return kind == AttemptKind::inquire ? reader.inquiry() : reader.transaction();
}

processors::Checks MercuryAdapter::checks(const vault::Reply& reply) const {
    const auto answer = parse_answer(reply.body);
    if (reply.http_status != 200 || !answer) return {};
    return {avs_result(answer->card_type.value_or(""), answer->avs_result.value_or(""), switches_),
            cvv_result(answer->cvv_result.value_or(""))};
}

processors::Step MercuryAdapter::next(const History& history) const { return next_step(history, switches_); }

}  // namespace postern::mercury
