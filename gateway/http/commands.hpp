#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/app/create_payment.hpp"
#include "gateway/domain/transition.hpp"
#include "gateway/http/problem.hpp"

namespace postern::gateway {

// POST /v1/payments/{id}/capture, …/tip, …/increment, …/refund, …/void, …/accept, understood; no amount means all that
// is left.
struct ChangeCommand {
    domain::Request request;
    std::optional<domain::Money> amount;
    std::optional<domain::Money> tip = {};
};

template <class T>
using Parsed = std::variant<T, Refusal>;

// From the body's bytes. Refused with every faulty field, or with "card_number_refused" before anything else is said.
Parsed<NewPaymentInput> parse_create(std::string_view body);
Parsed<ChangeCommand> parse_change(domain::Request request, std::string_view body);

}  // namespace postern::gateway
