#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern::mercury::sandbox {

// What the service's WSDL offers. Those without an answer of ours are offered and answered with a fault that says so.
enum class Operation : std::uint8_t {
    credit_transaction, gift_transaction, loyalty_transaction, lookup,
    tran_detail, all_detail, all_detail_ex, all_gift_detail, batch,
    allow_run_as_debit, associate_account, remove_account_association,
};

struct OperationShape {
    enum class Result : std::uint8_t { text, boolean, data_set };
    Operation operation;
    std::string_view name;
    std::span<const std::string_view> parameters;  // all strings, none required
    Result result;
};
std::span<const OperationShape> operations();
const OperationShape* find_operation(std::string_view name);  // in any case
std::string_view name_of(Operation operation);

}  // namespace postern::mercury::sandbox
