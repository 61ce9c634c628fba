#include "processors/mercury/reading.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/answer.hpp"
#include "processors/mercury/codes.hpp"
#include "processors/wire/characters.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using processors::History;
using processors::wire::equal_ignoring_case;

bool same(const std::optional<std::string>& given, std::string_view expected) {
    return given && equal_ignoring_case(trimmed(*given), expected);
}

// Answers name the base action: a code with ByRecordNo comes back without.
bool names_verb(const std::optional<std::string>& given, Verb verb) { return same(given, tran_code(verb)); }

class TransactionReader {
public:
    TransactionReader(const History& history, const Switches& switches, const Answer& answer)
        : history_{history}, switches_{switches}, answer_{answer}, verb_{history.operation.verb} {}

    Says read() const {
        const Reading reading = trusted(reading_of(answer_.status, answer_.code, answer_.text));
        if (answer_.status == CmdStatus::error && is_authorized()) return Nothing{"error_with_authorization"};
        switch (reading) {
            case Reading::approved:
            case Reading::duplicate:
            case Reading::partial:
            case Reading::reversed:
            case Reading::not_captured: return approved(reading);
            case Reading::declined:
            case Reading::declined_now:
            case Reading::no_target:  // told by status Error as well as by Declined
                return told_no(domain::DeclinedClaim{decline(reading)});
            case Reading::refused:
                return told_no(domain::RefusedClaim{"processor_refused", raw_code(answer_.code, answer_.text)});
            case Reading::look_up_first: return Nothing{refused_as_duplicate};
            case Reading::busy: return Busy{"processor_busy"};
            case Reading::by_status:
            case Reading::unknown: return Nothing{"processor_error"};
        }
        __builtin_unreachable();
    }

private:
    bool invoice_is_ours() const { return same(answer_.invoice, sent_invoice(history_, switches_)); }

    // The tables' word, as far as the switches let it count.
    Reading trusted(Reading by_tables) const {
        if (!is_listed(answer_.status, answer_.code, answer_.text)) {
            if (answer_.status == CmdStatus::error && switches_.unlisted_code_is_final != 0) return Reading::refused;
            const bool is_no = answer_.status == CmdStatus::declined;
            if (is_no && switches_.unlisted_decline_is_final == 0) return Reading::unknown;
        }
        if (by_tables == Reading::refused && switches_.final_codes_are_trusted == 0) return Reading::unknown;
        if (by_tables == Reading::busy && switches_.busy_codes_are_trusted == 0) return Reading::unknown;
        return by_tables;
    }

    // Some answers of status Error carry a transaction: one that was authorized is a contradiction.
    bool is_authorized() const {
        return (answer_.auth_code && !trimmed(*answer_.auth_code).empty()) || same(answer_.capture_status, "Captured");
    }

    Says approved(Reading reading) const {
        const bool is_duplicate_answer = reading == Reading::duplicate;
        if (!answer_.has_transaction) return Nothing{"transaction_missing"};
        if (!invoice_is_ours()) return Nothing{"invoice_differs"};
        // An earlier result told again is ours only where it says what it is the result of.
        const bool verb_fits = names_verb(answer_.tran_code, verb_) || (!answer_.tran_code && (!is_duplicate_answer || switches_.duplicate_names_verb == 0));
        if (!verb_fits || (reading == Reading::reversed && !is_undo(verb_))) return Nothing{"verb_differs"};
        const bool takes_money = verb_ == Verb::sale || verb_ == Verb::capture;
        const bool not_captured = reading == Reading::not_captured || same(answer_.capture_status, "Not Captured");
        if (takes_money && not_captured) return Nothing{"not_captured"};
        const auto amount = approved_amount();
        if (!amount) return Nothing{amount.error().code};
        const bool is_whole = *amount == history_.operation.requested;
        if (reading == Reading::partial && is_whole) return Nothing{"amount_differs"};
        const bool hold_may_remain =
            is_undo(verb_) && reading != Reading::reversed && switches_.plain_ap_keeps_hold != 0;
        return Yes{{*amount, reference(), hold_may_remain}, is_duplicate_answer};
    }

    // The issuer may approve less than was asked for, never more; other verbs do all or nothing.
    Result<domain::Money> approved_amount() const {
        const Error differs{ErrorKind::outcome_unknown, "amount_differs"};
        const std::int64_t requested = sent_amount(history_).amount_minor();
        const auto purchase = parse_amount(answer_.purchase.value_or(""));
        const auto authorize = parse_amount(answer_.authorize.value_or(""));
        if (answer_.purchase && purchase != sent_purchase(history_).amount_minor()) return differs;
        if (is_undo(verb_)) return history_.operation.requested;
        if (verb_ == Verb::authorize || verb_ == Verb::sale) {
            if (!authorize || *authorize <= 0 || *authorize > requested) return differs;
            return domain::Money::of_minor(*authorize, history_.operation.requested.currency());
        }
        if (!answer_.purchase && !answer_.authorize) return differs;
        if (answer_.authorize && authorize != requested && !is_captured_hold(authorize)) return differs;
        return history_.operation.requested;
    }
    bool is_captured_hold(std::optional<std::int64_t> authorize) const {
        return verb_ == Verb::capture && authorize && history_.original && history_.original->approved &&
               *authorize == history_.original->approved->amount_minor();
    }

    // A capture's answer may leave out the issuer's data: what undoes it later is then the hold's.
    domain::ProcessorReference reference() const {
        domain::ProcessorReference reference;
        if (verb_ == Verb::capture && history_.original) reference = history_.original->reference;
        const auto take = [&](const char* name, const std::optional<std::string>& value) {
            if (value && !value->empty()) reference[name] = *value;
        };
        take("AuthCode", answer_.auth_code);
        take("RefNo", answer_.ref_no);
        take("AcqRefData", answer_.acq_ref_data);
        take("ProcessData", answer_.process_data);
        if (answer_.has_record) reference["RecordNo"] = record_kept;
        return reference;
    }

    // A tip has no target once its item has left the open batch.
    domain::Decline decline(Reading reading) const {
        domain::Decline decline = decline_of(answer_.code, answer_.text);
        const bool is_late = verb_ == Verb::adjust_tip && reading == Reading::no_target;
        if (is_late) decline.reason = domain::DeclineReason::not_in_open_batch;
        return decline;
    }

    Says told_no(domain::Claim claim) const {
        if (answer_.invoice && !invoice_is_ours()) return Nothing{"invoice_differs"};
        return No{std::move(claim)};
    }

    const History& history_;
    const Switches& switches_;
    const Answer& answer_;
    Verb verb_;
};

bool row_names(const DetailRow& row, Verb verb) {
    const std::string_view type = trimmed(row.tran_type);
    const std::string by_record = std::string(tran_code(verb)) + "ByRecordNo";
    return type.empty() || equal_ignoring_case(type, tran_code(verb)) || equal_ignoring_case(type, by_record);
}

bool row_is_ours(const DetailRow& row, const History& history, Verb verb, const Switches& switches) {
    if (switches.row_names_verb != 0 && !row_names(row, verb)) return false;
    const auto total = parse_amount(row.total);
    if (looks_at_item(history, switches)) return total && *total > 0;
    const std::int64_t asked = sent_amount(history).amount_minor();
    if (verb == Verb::adjust_tip) return total == asked;
    return total && *total > 0 && *total <= asked;
}

domain::Claim claim_of(const DetailRow& row, const History& history) {
    if (equal_ignoring_case(row.status, "Declined")) {
        return domain::DeclinedClaim{{domain::DeclineReason::generic, "Declined", false}};
    }
    if (equal_ignoring_case(row.status, "Error")) return domain::RefusedClaim{"processor_refused", "Error"};
    domain::ApprovedClaim claim{history.operation.requested, {}, false};
    const auto total = domain::Money::of_minor(*parse_amount(row.total), claim.approved.currency());
    const bool may_be_less = history.operation.verb == Verb::authorize || history.operation.verb == Verb::sale;
    if (may_be_less && total) claim.approved = *total;
    if (!row.auth_code.empty()) claim.reference["AuthCode"] = row.auth_code;
    if (!row.ref_no.empty()) claim.reference["RefNo"] = row.ref_no;
    if (history.operation.verb == Verb::capture && history.original)
        claim.reference.insert(history.original->reference.begin(), history.original->reference.end());
    return claim;
}

bool is_approved(const DetailRow& row) {
    return equal_ignoring_case(row.status, "Approved") || equal_ignoring_case(row.status, "Success");
}
bool is_known_status(const DetailRow& row) {
    return is_approved(row) || equal_ignoring_case(row.status, "Declined") || equal_ignoring_case(row.status, "Error");
}

// A layout may show one transaction in several rows; the last of them is the newest.
void drop_repeated_references(std::vector<DetailRow>& rows) {
    std::set<std::string> seen;
    std::ranges::reverse(rows);
    std::erase_if(rows, [&](const DetailRow& row) { return !row.ref_no.empty() && !seen.insert(row.ref_no).second; });
    std::ranges::reverse(rows);
}

// An invoice may hold more than what is taken back, where the host booked a message twice: the item's number tells
// which row is meant, if any row has it.
void keep_item(std::vector<DetailRow>& rows, const domain::ProcessorReference& reference) {
    const auto number = reference.find("RefNo");
    const auto is_item = [&](const DetailRow& row) { return row.ref_no == number->second; };
    if (number != reference.end() && std::ranges::any_of(rows, is_item)) std::erase_if(rows, std::not_fn(is_item));
}

// Too late for the issuer's data to release anything, where the host sets such a limit.
bool is_past_reversal(const History& history, const Switches& switches) {
    const auto age = history.operation.created_at - history.original->created_at;
    return switches.reversal_window_s != 0 && age >= std::chrono::seconds(switches.reversal_window_s);
}

}  // namespace

Says read_transaction(const History& history, const Switches& switches, const vault::Reply& reply) {
    if (reply.http_status != 200) return Nothing{"http_status"};
    const auto answer = parse_answer(reply.body);
    if (!answer) return Nothing{answer.error().code};
    return TransactionReader{history, switches, *answer}.read();
}

Detail read_detail(const History& history, const Switches& switches, const vault::Reply& reply) {
    if (reply.http_status != 200) return Nothing{"http_status"};
    const auto rows = parse_detail(reply.body);
    if (!rows) return Nothing{rows.error().code};
    if (rows->empty()) return RowMissing{};
    const bool at_item = looks_at_item(history, switches);
    const bool of_original = (is_undo(history.operation.verb) || at_item) && history.original;
    const Verb verb = of_original ? history.original->verb : history.operation.verb;
    std::vector<DetailRow> ours;
    std::ranges::copy_if(*rows, std::back_inserter(ours), [&](const DetailRow& row) {
        return is_known_status(row) && row_is_ours(row, history, verb, switches);
    });
    if (switches.rows_of_one_reference_are_one != 0) drop_repeated_references(ours);
    if (of_original) keep_item(ours, history.original->reference);
    if (ours.empty()) return Nothing{"row_differs"};
    // An approval outweighs the refused tries beside it; two approvals are two charges, and people must hear of it. A tip
    // replaces the one before: said twice it is one tip.
    const auto approvals = std::ranges::count_if(ours, is_approved);
    const bool may_be_said_again = history.operation.verb == Verb::adjust_tip && !at_item;
    if (approvals > 1 && !may_be_said_again) return Nothing{"several_approvals"};
    const auto row = approvals > 0 ? std::ranges::find_if(ours, is_approved) : ours.begin();
    if (row->voided) return RowVoided{};
    const bool has_new_tip = parse_amount(row->total) == sent_amount(history).amount_minor();
    if (at_item && !has_new_tip) return RowMissing{};
    return RowFound{claim_of(*row, history)};
}

Past read_past(const processors::Attempt& attempt, const History& history, const Switches& switches) {
    if (const auto* not_sent = std::get_if<vault::NotSent>(&attempt.verdict)) return NotSentAttempt{not_sent->code};
    const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
    if (!sent) return Nothing{"answer_lost"};
    const auto widen = [](auto&& said) { return Past{said}; };
    if (attempt.kind == vault::AttemptKind::inquire) {
        return std::visit(widen, read_detail(history, switches, sent->reply));
    }
    return std::visit(widen, read_transaction(history, switches, sent->reply));
}

std::vector<UndoForm> undo_forms(const History& history, const Switches& switches) {
    std::vector<UndoForm> forms;
    if (!history.original) return forms;
    const auto given = [&](const char* name) {
        const auto found = history.original->reference.find(name);
        return found != history.original->reference.end() && !found->second.empty();
    };
    const bool open_hold = history.original->verb == Verb::authorize && history.payment.captured.is_zero();
    // A void works on the open batch, and a hold that was not captured is not in it.
    const bool may_void = !open_hold && given("RefNo") && given("AuthCode");
    const bool asked_for_reversal =
        history.operation.verb == Verb::reverse && !(may_void && is_past_reversal(history, switches));
    if (asked_for_reversal && given("AuthCode") && given("AcqRefData") && given("ProcessData"))
        forms.push_back(UndoForm::reversal);
    if (may_void && (forms.empty() || switches.legacy_void_after_refusal != 0)) forms.push_back(UndoForm::legacy_void);
    return forms;
}

std::span<const processors::Attempt> before(const History& history, const vault::Reply& reply) {
    if (history.attempts.empty()) return {};
    const auto* last = std::get_if<vault::Sent>(&history.attempts.back().verdict);
    return last && last->reply == reply ? history.attempts.first(history.attempts.size() - 1) : history.attempts;
}

bool in_duplicate_window(const History& history, const Switches& switches) {
    return history.now - history.operation.created_at < std::chrono::seconds(switches.duplicate_window_s);
}

bool must_learn_reference(const History& history, const domain::Claim& claim, const Switches& switches) {
    const auto* approved = std::get_if<domain::ApprovedClaim>(&claim);
    const Verb verb = history.operation.verb;
    const bool needs_it = verb == Verb::authorize ||
                          (verb == Verb::sale && history.operation.goal == domain::Goal::undo);
    const bool may_go_again = history.entry != vault::CardEntry::encrypted;
    return approved && needs_it && may_go_again && !approved->reference.contains("AcqRefData") &&
           switches.learn_reference_by_resend != 0 && in_duplicate_window(history, switches);
}

}  // namespace postern::mercury
