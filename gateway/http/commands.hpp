#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "gateway/domain/payment.hpp"
#include "gateway/domain/transition.hpp"
#include "gateway/http/problem.hpp"

namespace postern::gateway {

// POST /v1/payments, understood.
struct CreateCommand {
    domain::Verb verb;  // authorize or sale
    domain::Money amount;
    CardToken token;
    domain::Tender tender;
    std::string order_reference;
    std::optional<AccountId> account_id;
    std::optional<Timestamp> accepted_offline_at;
    std::int64_t device_sequence = 0;
};
// POST /v1/payments/{id}/capture, …/refund, …/void, understood; no amount means all that is left.
struct ChangeCommand {
    domain::Request request;
    std::optional<domain::Money> amount;
};

template <class T>
using Parsed = std::variant<T, Refusal>;

// From the body's bytes. Refused with every faulty field, or with "card_number_refused" before anything else is said.
Parsed<CreateCommand> parse_create(std::string_view body);
Parsed<ChangeCommand> parse_change(domain::Request request, std::string_view body);

}  // namespace postern::gateway
