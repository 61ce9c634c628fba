#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::mercury {

enum class CmdStatus { approved, declined, error };  // Success counts as approved

// An RStream, read: what stood in it, byte for byte, and nothing concluded yet.
struct Answer {
    CmdStatus status = CmdStatus::error;
    std::string code, text;            // DSIXReturnCode, TextResponse
    bool has_transaction = false;      // a TranResponse came along
    std::optional<std::string> tran_code, invoice, capture_status, purchase, authorize;
    std::optional<std::string> card_type, avs_result, cvv_result;
    std::optional<std::string> auth_code, ref_no, acq_ref_data, process_data;  // spaces count
    bool has_record = false;  // a RecordNo, which the vault kept and hid
};

// From the SOAP reply's body. Errors, none of which proves anything: "malformed_xml", "xml_too_large", "soap_fault",
// "answer_missing", "status_missing", "element_repeated".
Result<Answer> parse_answer(std::string_view soap_body, std::string_view result = "CreditTransactionResult");

// One transaction as the look-ups show it; the layout around the known names is open, so they are found by name.
struct DetailRow {
    std::string status, tran_type, total, auth_code, ref_no;
    bool voided = false;
};
// Rows with an empty status are left out: they say "not found". Errors as above.
Result<std::vector<DetailRow>> parse_detail(std::string_view soap_body, std::string_view result = "CTranDetailResult");

}  // namespace postern::mercury
