#include "processors/mercury/gift/reading.hpp"

#include <algorithm>
#include <array>

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/answer.hpp"
#include "processors/mercury/codes.hpp"
#include "processors/mercury/gift/message.hpp"
#include "processors/wire/characters.hpp"

namespace postern::mercury {
namespace {

using domain::DeclineReason;
using domain::Verb;
using processors::History;
using processors::wire::equal_ignoring_case;

// The service's own words for stored value, as public sources list them; nothing moved by any of them, and status says
// Declined or Error. What is not listed is read by the tables of credit.
struct GiftRow {
    std::string_view text;
    DeclineReason reason;
};
constexpr std::array gift_rows{
    GiftRow{"Merchant Not Accepting Gift", DeclineReason::not_permitted},
    GiftRow{"Invalid Account Number", DeclineReason::invalid_card},
    GiftRow{"Account Not Issued", DeclineReason::invalid_card},
    GiftRow{"Amount Field Error", DeclineReason::invalid_amount},
    GiftRow{"Non Numeric Account", DeclineReason::invalid_card},
    GiftRow{"Account Already Issued", DeclineReason::not_permitted},
    GiftRow{"Issuance Not Authorized", DeclineReason::not_permitted},
    GiftRow{"Not a GIFT AccountType", DeclineReason::invalid_card},
    GiftRow{"Amount Exceeds Maximum", DeclineReason::invalid_amount},
    GiftRow{"Amount Cannot Be Zero", DeclineReason::invalid_amount},
    GiftRow{"Could not Issue", DeclineReason::not_permitted},
    GiftRow{"Account has not met the Effective Date", DeclineReason::not_permitted},
    GiftRow{"Account Deactivated", DeclineReason::not_permitted},
    GiftRow{"Return Not Allowed", DeclineReason::not_permitted},
    GiftRow{"Number of Returns on Card over Limit", DeclineReason::not_permitted},
    GiftRow{"Account on Hold", DeclineReason::not_permitted},
    GiftRow{"Insufficient Balance", DeclineReason::insufficient_funds},
    GiftRow{"Could Not Void", DeclineReason::reversal_target_missing},
};

const GiftRow* find_row(std::string_view text) {
    const auto* row = std::ranges::find_if(gift_rows, [wanted = trimmed(text)](const GiftRow& candidate) {
        return equal_ignoring_case(candidate.text, wanted);
    });
    return row == gift_rows.end() ? nullptr : row;
}

bool same(const std::optional<std::string>& given, std::string_view expected) {
    return given && equal_ignoring_case(trimmed(*given), expected);
}

// All or nothing: a sale is declined where the balance is short, a return and a void are whole.
GiftSays approved(const History& history, const Answer& answer) {
    if (!answer.has_transaction) return Nothing{"transaction_missing"};
    if (!same(answer.invoice, history.operation.processor_identity)) return Nothing{"invoice_differs"};
    if (answer.tran_code && !same(answer.tran_code, gift_code(history))) return Nothing{"verb_differs"};
    const std::int64_t wanted = sent_amount(history).amount_minor();
    const auto purchase = parse_amount(answer.purchase.value_or(""));
    const auto authorize = parse_amount(answer.authorize.value_or(""));
    if (!answer.purchase && !answer.authorize) return Nothing{"amount_differs"};
    if ((answer.purchase && purchase != wanted) || (answer.authorize && authorize != wanted))
        return Nothing{"amount_differs"};
    domain::ApprovedClaim claim{history.operation.requested, {}, false};
    if (answer.ref_no && !answer.ref_no->empty()) claim.reference["RefNo"] = *answer.ref_no;
    if (answer.auth_code && !answer.auth_code->empty()) claim.reference["AuthCode"] = *answer.auth_code;
    return Yes{std::move(claim), false};
}

GiftSays read_transaction(const History& history, const Switches& switches, const Answer& answer) {
    const bool is_approved = answer.status == CmdStatus::approved;
    if (const GiftRow* row = find_row(answer.text)) {
        if (is_approved) return Nothing{"status_contradicts_text"};
        return No{domain::DeclinedClaim{{row->reason, raw_code(answer.code, answer.text), false}}};
    }
    switch (reading_of(answer.status, answer.code, answer.text)) {
        case Reading::approved: return approved(history, answer);
        case Reading::declined:
        case Reading::declined_now:
        case Reading::no_target: return No{domain::DeclinedClaim{decline_of(answer.code, answer.text)}};
        case Reading::refused:
            if (switches.final_codes_are_trusted == 0) return Nothing{"processor_error"};
            return No{domain::RefusedClaim{"processor_refused", raw_code(answer.code, answer.text)}};
        case Reading::busy:
            if (switches.busy_codes_are_trusted == 0) return Nothing{"processor_error"};
            return Busy{"processor_busy"};
        case Reading::look_up_first: return Nothing{refused_as_duplicate};
        default: return Nothing{"processor_error"};  // an earlier result told again says AP*, which gift does not know
    }
}

bool is_row_of(const DetailRow& row, const History& history, const Switches& switches) {
    const std::string_view type = trimmed(row.tran_type);
    const bool fits = type.empty() || equal_ignoring_case(type, gift_code(history));
    return (fits || switches.row_names_verb == 0) && parse_amount(row.total) == sent_amount(history).amount_minor();
}

GiftSays read_rows(const History& history, const Switches& switches, std::vector<DetailRow> rows) {
    if (rows.empty()) return RowMissing{};
    std::erase_if(rows, [&](const DetailRow& row) { return !is_row_of(row, history, switches); });
    if (rows.empty()) return Nothing{"row_differs"};
    const auto is_approved = [](const DetailRow& row) {
        return equal_ignoring_case(row.status, "Approved") || equal_ignoring_case(row.status, "Success");
    };
    // An approval outweighs the refused tries beside it; two approvals are two charges, and people must hear of it.
    if (std::ranges::count_if(rows, is_approved) > 1) return Nothing{"several_approvals"};
    const auto row = std::ranges::find_if(rows, is_approved);
    if (row == rows.end())
        return RowFound{domain::DeclinedClaim{{DeclineReason::generic, raw_code("", rows.front().status), false}}};
    if (row->voided) return RowVoided{};
    domain::ApprovedClaim claim{history.operation.requested, {}, false};
    if (!row->ref_no.empty()) claim.reference["RefNo"] = row->ref_no;
    if (!row->auth_code.empty()) claim.reference["AuthCode"] = row->auth_code;
    return RowFound{std::move(claim)};
}

}  // namespace

GiftSays read_gift(vault::AttemptKind kind, const History& history, const Switches& switches,
                   const vault::Reply& reply) {
    if (reply.http_status != 200) return Nothing{"http_status"};
    if (kind == vault::AttemptKind::inquire) {
        auto rows = parse_detail(reply.body, "CAllGiftDetailResult");
        if (!rows) return Nothing{rows.error().code};
        return read_rows(history, switches, std::move(*rows));
    }
    const auto answer = parse_answer(reply.body, "GiftTransactionResult");
    if (!answer) return Nothing{answer.error().code};
    return read_transaction(history, switches, *answer);
}

}  // namespace postern::mercury
