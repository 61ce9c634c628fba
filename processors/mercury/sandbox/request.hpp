#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "processors/mercury/sandbox/operations.hpp"

namespace postern::mercury::sandbox {

// A Transaction as it came: every field optional, elements in any order and nesting, any case, TransInfo for TranInfo.
struct Transaction {
    std::string tran_type, tran_code, merchant, password, invoice, ref_no, partial_auth, memo;
    std::string purchase, authorize, gratuity;
    std::string account_number, expiry, name, security_code, address, postal_code;
    std::string track1, track2, encrypted_format, encrypted_block, encrypted_key;  // instead of number and expiry
    std::string auth_code, acq_ref_data, process_data;
    std::string record_no, frequency, duplicate;
    bool readable = true;  // false: `tran` is no TStream
};
// An Admin of a TStream, with the figures as they were written.
struct AdminRequest {
    std::string tran_code, merchant, password, operator_id;
    std::string batch_no, item_count, net_total;
    std::string purchase_count, purchase_amount, return_count, return_amount;
    std::string debit_purchase_count, debit_purchase_amount, debit_return_count, debit_return_amount;
};
struct DetailRequest {
    std::string merchant, password, invoice;
    std::string start_date, end_date, tran_code;  // empty: any
};
struct Request {
    Operation operation = Operation::credit_transaction;
    Transaction transaction;  // of the operations with `tran`
    std::optional<AdminRequest> admin;  // or this
    DetailRequest detail;     // of those that ask about a merchant
};
// From a SOAP envelope; `tran` as CDATA or escaped. "malformed_soap", or "unknown_operation".
Result<Request> read_request(std::string_view soap_body);

}  // namespace postern::mercury::sandbox
