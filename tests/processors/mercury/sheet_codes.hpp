#pragma once

#include <string_view>
#include <vector>

namespace postern::mercury::test {

// What the fact sheet about Mercury says of each text and code (its sections 5.1 and 5.2), typed from there and not from
// the adapter's table. One group is what the sheet treats alike: how it ends, what the books show, the event of a sale
// (of an undo where `asks` is reverse), the HTTP status of the caller's answer and the advice that goes with it.
struct SheetGroup {
    std::string_view name;
    std::string_view statuses;  // CmdStatus, each with which a member may come
    char sheet_class;           // F: final; R: the same may go again; ?: outcome unknown
    std::string_view operation, books, event;
    int answer;
    std::string_view retry;
    std::vector<std::string_view> members;
    std::string_view reason = "";   // of a decline
    std::string_view asks = "sale";  // the verb whose answer it is
};

inline std::vector<SheetGroup> sheet_texts() {
    return {
        {"approved", "Approved Success", 'F', "approved", "+1250", "payment.captured", 201, "never", {"AP", "008"}},
        {"seen_before", "Approved Success", 'F', "approved", "+1250", "payment.captured", 201, "never", {"AP*"}},
        {"part", "Approved", 'F', "approved", "+700", "payment.partially_authorized", 202, "same_key", {"PARTIAL AP"}},
        {"reversed", "Approved Success", 'F', "approved", "-1250", "payment.voided", 201, "never",
         {"REVERSED", "006"}, "", "reverse"},
        {"not_captured", "Approved", '?', "unknown", "none", "payment.outcome_unknown", 202, "same_key",
         {"AP NOT CAPTURED", "0NC", "0NE"}},
        {"admin_done", "Success", 'F', "approved", "+1250", "payment.captured", 201, "never", {"OK", "OK TEST", "0N6"}},
        {"no", "Declined", 'F', "declined", "none", "payment.declined", 201, "never",
         {"DECLINE", "005", "0N8", "0NF"}, "generic"},
        {"referral", "Declined", 'F', "declined", "none", "payment.declined", 201, "never",
         {"CALL ND", "CALL AE", "CALL DISCOVER", "001", "002"}, "call_issuer"},
        {"pick_up", "Declined", 'F', "declined", "none", "payment.declined", 201, "never", {"PIC UP", "004"},
         "pick_up_card"},
        {"code_on_the_card", "Declined", 'F', "declined", "none", "payment.declined", 201, "never",
         {"DECLINED-CV2 FAIL", "INVLD CID", "007"}, "security_code_mismatch"},
        {"expiry", "Declined", 'F', "declined", "none", "payment.declined", 201, "never", {"INVLD EXP DATE", "054"},
         "expired_card"},
        {"pin", "Declined", 'F', "declined", "none", "payment.declined", 201, "never",
         {"INVLD PIN", "MAX PIN TRIES", "055", "075"}, "pin"},
        {"issuer_wants_a_new_try", "Declined", 'F', "declined", "none", "payment.declined", 201, "new_key",
         {"PLEASE RETRY", "019"}, "retry_later"},
        {"issuer_away", "Declined", 'F', "declined", "none", "payment.declined", 201, "new_key",
         {"ISSUER UNAVAIL", "0C1"}, "issuer_unavailable"},
        {"undo_finds_nothing", "Declined Error", 'F', "declined", "none", "payment.void_declined", 201, "never",
         {"NO TRAN FOUND", "INV ITEM NUM", "0N1", "0N2", "0N3", "0N4", "0NA"}, "reversal_target_missing", "reverse"},
        {"batch_full_of_days", "Declined", 'F', "declined", "none", "payment.declined", 201, "new_key",
         {"MUST BALANCE NOW", "USE DUP THEN BAL", "0N5"}, "batch_must_close"},
        {"card_policy", "Error", 'F', "failed", "none", "payment.failed", 201, "never",
         {"No Live Cards on Test Merchant ID Allowed.", "No Test Cards on Live Merchant IDs allowed."}},
        {"first_one_stands", "Declined Error", '?', "unknown", "none", "payment.outcome_unknown", 202, "same_key",
         {"Duplicate Transaction", "094"}},
        {"not_for_this_merchant", "Declined", 'F', "declined", "none", "payment.declined", 201, "never",
         {"003", "012", "058", "0N7"}, "not_permitted"},
        {"amount", "Declined", 'F', "declined", "none", "payment.declined", 201, "never", {"013"}, "invalid_amount"},
        {"account", "Declined", 'F', "declined", "none", "payment.declined", 201, "never", {"014"}, "invalid_card"},
    };
}

// Codes of an answer of status Error.
inline std::vector<SheetGroup> sheet_codes() {
    constexpr std::string_view error = "Error", none = "none";
    return {
        {"final", error, 'F', "failed", none, "payment.failed", 201, "never",
         {"000000", "001001", "001003", "001004", "001011", "001024", "002002", "002009", "002010", "002008", "002012",
          "003002", "003009", "003012", "003014", "003017", "003327", "003050", "004010", "004011", "004014", "004017",
          "004018", "004019", "004040", "004101", "004102", "004115", "004117"}},
        {"invalid_field", error, 'F', "failed", none, "payment.failed", 201, "never",
         {"100201", "100202", "100203", "100204", "100205", "100206", "100207", "100208", "100209", "100210", "100211",
          "100212", "100213", "100214", "100215", "100216", "100217", "100218", "100219", "100220", "100221", "100222",
          "100223", "100224", "100225", "100226", "100227", "100228", "100231", "100245", "100246", "100254"}},
        {"same_again", error, 'R', "unknown", none, "payment.outcome_unknown", 202, "same_key",
         {"001006", "002001", "002003", "002004", "002006", "004003", "004116", "004118", "004119"}},
        {"nothing_was_sent", error, 'R', "unknown", none, "payment.outcome_unknown", 202, "same_key",
         {"003004", "003005", "003006", "003008", "003011", "003051", "003052", "003053"}},
        {"outcome_unknown", error, '?', "unknown", none, "payment.outcome_unknown", 202, "same_key",
         {"001007", "001500-001600", "002000", "002011", "003003", "003007", "003010", "004001", "004002", "004020",
          "004050", "004004", "004005", "009999"}},
    };
}

}  // namespace postern::mercury::test
