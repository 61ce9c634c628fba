#include "processors/mercury/codes.hpp"

#include <algorithm>
#include <array>

#include "processors/mercury/amounts.hpp"
#include "processors/wire/characters.hpp"

namespace postern::mercury {
namespace {

using enum Reading;
using domain::DeclineReason;
using domain::OperationStatus;

constexpr std::array consequence_table{
    Consequence{approved, OperationStatus::approved, Books::the_amount, "payment.captured", 201, "never"},
    Consequence{duplicate, OperationStatus::approved, Books::the_amount, "payment.captured", 201, "never"},
    Consequence{partial, OperationStatus::approved, Books::the_part_until_undone, "payment.partially_authorized", 202,
                "same_key"},
    Consequence{reversed, OperationStatus::approved, Books::the_release, "payment.voided", 201, "never"},
    Consequence{not_captured, OperationStatus::unknown, Books::nothing, "payment.outcome_unknown", 202, "same_key"},
    Consequence{declined, OperationStatus::declined, Books::nothing, "payment.declined", 201, "never"},
    Consequence{declined_now, OperationStatus::declined, Books::nothing, "payment.declined", 201, "new_key"},
    Consequence{no_target, OperationStatus::declined, Books::nothing, "payment.void_declined", 201, "never"},
    Consequence{look_up_first, OperationStatus::unknown, Books::nothing, "payment.outcome_unknown", 202, "same_key"},
    Consequence{refused, OperationStatus::failed, Books::nothing, "payment.failed", 201, "never"},
    Consequence{busy, OperationStatus::unknown, Books::nothing, "payment.outcome_unknown", 202, "same_key"},
    Consequence{unknown, OperationStatus::unknown, Books::nothing, "payment.outcome_unknown", 202, "same_key"},
};

constexpr std::array texts{
    TextRow{"AP", approved},
    TextRow{"AP*", duplicate},
    TextRow{"PARTIAL AP", partial},
    TextRow{"REVERSED", reversed},
    TextRow{"AP NOT CAPTURED", not_captured},
    TextRow{"OK", by_status},
    TextRow{"OK TEST", by_status},
    TextRow{"DECLINE", declined},
    TextRow{"CALL ND", declined, DeclineReason::call_issuer},
    TextRow{"CALL AE", declined, DeclineReason::call_issuer},
    TextRow{"CALL DISCOVER", declined, DeclineReason::call_issuer},
    TextRow{"PIC UP", declined, DeclineReason::pick_up_card},
    TextRow{"DECLINED-CV2 FAIL", declined, DeclineReason::security_code_mismatch},
    TextRow{"INVLD CID", declined, DeclineReason::security_code_mismatch},
    TextRow{"INVLD EXP DATE", declined, DeclineReason::expired_card},
    TextRow{"INVLD PIN", declined, DeclineReason::pin},
    TextRow{"MAX PIN TRIES", declined, DeclineReason::pin},
    TextRow{"PLEASE RETRY", declined_now, DeclineReason::retry_later},
    TextRow{"ISSUER UNAVAIL", declined_now, DeclineReason::issuer_unavailable},
    TextRow{"NO TRAN FOUND", no_target, DeclineReason::reversal_target_missing},
    TextRow{"INV ITEM NUM", no_target, DeclineReason::reversal_target_missing},
    TextRow{"MUST BALANCE NOW", declined_now, DeclineReason::batch_must_close},
    TextRow{"USE DUP THEN BAL", declined_now, DeclineReason::batch_must_close},
    TextRow{"No Live Cards on Test Merchant ID Allowed.", declined, DeclineReason::not_permitted},
    TextRow{"No Test Cards on Live Merchant IDs allowed.", declined, DeclineReason::not_permitted},
    TextRow{"Duplicate Transaction", look_up_first},
};

constexpr std::array host_codes{
    TextRow{"001", declined, DeclineReason::call_issuer},
    TextRow{"002", declined, DeclineReason::call_issuer},
    TextRow{"003", declined, DeclineReason::not_permitted},       // invalid merchant
    TextRow{"004", declined, DeclineReason::pick_up_card},
    TextRow{"005", declined},
    TextRow{"006", reversed},
    TextRow{"007", declined, DeclineReason::security_code_mismatch},
    TextRow{"008", approved},                                     // with identification
    TextRow{"012", declined, DeclineReason::not_permitted},       // invalid transaction
    TextRow{"013", declined, DeclineReason::invalid_amount},
    TextRow{"014", declined, DeclineReason::invalid_card},        // of Amex: the code on the card
    TextRow{"019", declined_now, DeclineReason::retry_later},
    TextRow{"054", declined, DeclineReason::expired_card},
    TextRow{"055", declined, DeclineReason::pin},
    TextRow{"058", declined, DeclineReason::not_permitted},       // not set up
    TextRow{"075", declined, DeclineReason::pin},
    TextRow{"094", look_up_first},
    TextRow{"0C1", declined_now, DeclineReason::issuer_unavailable},
    TextRow{"0N1", no_target, DeclineReason::reversal_target_missing},  // another account
    TextRow{"0N2", no_target, DeclineReason::reversal_target_missing},  // another amount
    TextRow{"0N3", no_target, DeclineReason::reversal_target_missing},
    TextRow{"0N4", no_target, DeclineReason::reversal_target_missing},  // already voided or reversed
    TextRow{"0N5", declined_now, DeclineReason::batch_must_close},
    TextRow{"0N6", by_status},                                    // the batch should be closed soon
    TextRow{"0N7", declined, DeclineReason::not_permitted},       // Override of what was no duplicate
    TextRow{"0N8", declined},                                     // format
    TextRow{"0NA", no_target, DeclineReason::reversal_target_missing},
    TextRow{"0NC", not_captured},
    TextRow{"0NE", not_captured},                                 // card type not set up for capture
    TextRow{"0NF", declined},                                     // bank id
};

constexpr std::array codes{
    CodeRow{"000000", "000000", refused, "completed, and not as asked: a policy of the merchant id"},
    CodeRow{"001001", "001001", refused, "general failure"},
    CodeRow{"001003", "001003", refused, "command format"},
    CodeRow{"001004", "001004", refused, "fields missing"},
    CodeRow{"001006", "001006", busy, "client not initialised"},
    CodeRow{"001007", "001007", unknown, "no response in time"},
    CodeRow{"001011", "001011", refused, "empty command"},
    CodeRow{"001024", "001024", refused, "batch full"},
    CodeRow{"001500", "001600", unknown, "server database"},
    CodeRow{"002000", "002000", unknown, "password accepted"},
    CodeRow{"002001", "002001", busy, "queue full"},
    CodeRow{"002002", "002002", refused, "password failed"},
    CodeRow{"002003", "002003", busy, "going offline"},
    CodeRow{"002004", "002004", busy, "disconnecting"},
    CodeRow{"002006", "002006", busy, "too many connections"},
    CodeRow{"002008", "002008", refused, "serial used twice"},
    CodeRow{"002009", "002009", refused, "password failed"},
    CodeRow{"002010", "002010", refused, "password failed"},
    CodeRow{"002011", "002011", unknown, "server, internal"},
    CodeRow{"002012", "002012", refused, "merchant id not found"},
    CodeRow{"003002", "003002", refused, "still processing another command"},
    CodeRow{"003003", "003003", unknown, "socket failed while sending"},
    CodeRow{"003004", "003004", busy, "socket in use"},
    CodeRow{"003005", "003005", busy, "no socket"},
    CodeRow{"003006", "003006", busy, "no connection was made"},
    CodeRow{"003007", "003007", unknown, "connection lost"},
    CodeRow{"003008", "003008", busy, "no network"},
    CodeRow{"003009", "003009", refused, "client condition"},
    CodeRow{"003010", "003010", unknown, "server silent"},
    CodeRow{"003011", "003011", busy, "connect cancelled"},
    CodeRow{"003012", "003012", refused, "client condition"},
    CodeRow{"003014", "003014", refused, "client condition"},
    CodeRow{"003017", "003017", refused, "client condition"},
    CodeRow{"003050", "003050", refused, "request is no XML"},
    CodeRow{"003051", "003051", busy, "no connection was made"},
    CodeRow{"003052", "003052", busy, "no login at the server"},
    CodeRow{"003053", "003053", busy, "not initialised"},
    CodeRow{"003327", "003327", refused, "client condition"},
    CodeRow{"004001", "004001", unknown, "host's answer too short"},
    CodeRow{"004002", "004002", unknown, "host's answer unreadable"},
    CodeRow{"004003", "004003", busy, "transient; the next host may take it"},
    CodeRow{"004004", "004004", unknown, "internal"},
    CodeRow{"004005", "004005", unknown, "internal"},
    CodeRow{"004010", "004010", refused, "format"},
    CodeRow{"004011", "004011", refused, "decryption"},
    CodeRow{"004014", "004014", refused, "record not found"},
    CodeRow{"004017", "004017", refused, "check digit"},
    CodeRow{"004018", "004018", refused, "merchant id missing"},
    CodeRow{"004019", "004019", refused, "TStream type missing"},
    CodeRow{"004020", "004020", unknown, "answer could not be encrypted"},
    CodeRow{"004040", "004040", refused, "card type not taken"},
    CodeRow{"004050", "004050", unknown, "server, unknown"},
    CodeRow{"004101", "004101", refused, "test card on a live merchant id"},
    CodeRow{"004102", "004102", refused, "test card on a live merchant id"},
    CodeRow{"004115", "004115", refused, "merchant must encrypt"},
    CodeRow{"004116", "004116", busy, "decryption service away"},
    CodeRow{"004117", "004117", refused, "merchant has no tokens"},
    CodeRow{"004118", "004118", busy, "decryption service away"},
    CodeRow{"004119", "004119", busy, "token service away"},
    CodeRow{"009999", "009999", unknown, "unknown; refused where the text blames credentials"},
    CodeRow{"100201", "100201", refused, "TranType"},
    CodeRow{"100202", "100202", refused, "operator"},
    CodeRow{"100203", "100203", refused, "memo"},
    CodeRow{"100204", "100204", refused, "account number"},
    CodeRow{"100205", "100205", refused, "expiry"},
    CodeRow{"100206", "100206", refused, "authorization code"},
    CodeRow{"100207", "100207", refused, "reference number"},
    CodeRow{"100208", "100208", refused, "authorize amount"},
    CodeRow{"100209", "100209", refused, "cash-back"},
    CodeRow{"100210", "100210", refused, "gratuity"},
    CodeRow{"100211", "100211", refused, "purchase"},
    CodeRow{"100212", "100212", refused, "magnetic stripe"},
    CodeRow{"100213", "100213", refused, "PIN block"},
    CodeRow{"100214", "100214", refused, "derived key"},
    CodeRow{"100215", "100215", refused, "state"},
    CodeRow{"100216", "100216", refused, "date of birth"},
    CodeRow{"100217", "100217", refused, "check type"},
    CodeRow{"100218", "100218", refused, "routing number"},
    CodeRow{"100219", "100219", refused, "TranCode"},
    CodeRow{"100220", "100220", refused, "merchant id"},
    CodeRow{"100221", "100221", refused, "TStream type"},
    CodeRow{"100222", "100222", refused, "batch number"},
    CodeRow{"100223", "100223", refused, "batch item count"},
    CodeRow{"100224", "100224", refused, "MICR"},
    CodeRow{"100225", "100225", refused, "licence"},
    CodeRow{"100226", "100226", refused, "sequence number"},
    CodeRow{"100227", "100227", refused, "pass data"},
    CodeRow{"100228", "100228", refused, "card type"},
    CodeRow{"100231", "100231", refused, "record number"},
    CodeRow{"100245", "100245", refused, "look-up data"},
    CodeRow{"100246", "100246", refused, "look-up data"},
    CodeRow{"100254", "100254", refused, "encrypted block"},
};

const TextRow* find_text(std::string_view text) {
    const auto is_it = [wanted = trimmed(text)](const TextRow& row) {
        return processors::wire::equal_ignoring_case(row.text, wanted);
    };
    if (const auto* row = std::ranges::find_if(texts, is_it); row != texts.end()) return row;
    const auto* row = std::ranges::find_if(host_codes, is_it);
    return row == host_codes.end() ? nullptr : row;
}

const CodeRow* find_code(std::string_view code) {
    const auto* row = std::ranges::find_if(codes, [wanted = trimmed(code)](const CodeRow& candidate) {
        return wanted.size() == candidate.first.size() && candidate.first <= wanted && wanted <= candidate.last;
    });
    return row == codes.end() ? nullptr : row;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
    return !std::ranges::search(text, word, [](char a, char b) {
        return processors::wire::ascii_lower(a) == processors::wire::ascii_lower(b);
    }).empty();
}

bool blames_credentials(std::string_view text) {
    return contains_ignoring_case(text, "credential") || contains_ignoring_case(text, "password");
}

enum class Side { yes, no, open };
Side side_of(Reading reading) {
    switch (reading) {
        case approved: case duplicate: case partial: case reversed: case not_captured: return Side::yes;
        case declined: case declined_now: case no_target: case look_up_first: case refused: return Side::no;
        case by_status: case busy: case unknown: return Side::open;
    }
    __builtin_unreachable();
}

// An Error is read by its code; only where that says that nothing was processed may the text say more.
Reading reading_of_error(std::string_view code, const TextRow* row, std::string_view text) {
    if (trimmed(code) == "009999" && blames_credentials(text)) return refused;
    const CodeRow* listed = find_code(code);
    const Reading by_code = listed ? listed->reading : unknown;
    const bool text_says_more = row && (row->reading == no_target || row->reading == look_up_first);
    return by_code == refused && text_says_more ? row->reading : by_code;
}

}  // namespace

std::span<const Consequence> consequences() { return consequence_table; }
std::span<const TextRow> text_rows() { return texts; }
std::span<const TextRow> host_rows() { return host_codes; }
std::span<const CodeRow> code_rows() { return codes; }

const Consequence& consequence_of(Reading reading) {
    return *std::ranges::find(consequence_table, reading, &Consequence::reading);
}

Reading reading_of(CmdStatus status, std::string_view code, std::string_view text) {
    const TextRow* row = find_text(text);
    const Side says = row ? side_of(row->reading) : Side::open;
    if (says == (status == CmdStatus::approved ? Side::no : Side::yes)) return unknown;
    if (status == CmdStatus::error) return reading_of_error(code, row, text);
    const Reading plain = status == CmdStatus::approved ? approved : declined;
    return says == Side::open ? plain : row->reading;
}

bool is_listed(CmdStatus status, std::string_view code, std::string_view text) {
    return find_text(text) || (status == CmdStatus::error && find_code(code));
}

domain::Decline decline_of(std::string_view code, std::string_view text) {
    const TextRow* row = find_text(text);
    const bool retry_may_help = consequence_of(reading_of(CmdStatus::declined, code, text)).retry == "new_key";
    return {row ? row->reason : DeclineReason::generic, raw_code(code, text), retry_may_help};
}

std::string raw_code(std::string_view code, std::string_view text) {
    constexpr std::size_t characters_max = 80;
    std::string raw = std::string(trimmed(code)) + " " + std::string(trimmed(text));
    if (raw.size() > characters_max) raw.resize(characters_max);
    for (char& c : raw)
        if (c < 0x20 || c > 0x7E) c = '?';
    return raw;
}

}  // namespace postern::mercury
