#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "gateway/domain/operation.hpp"
#include "gateway/domain/payment.hpp"

// Between rows and domain types. A row that does not decode is a bug or a broken database: std::logic_error, which
// fails the one command that asked.
namespace postern::gateway::rows {

domain::Payment payment_of(const pqxx::row& row);
domain::CardSummary card_of(const pqxx::row& row);
domain::Operation operation_of(const pqxx::row& row, domain::Currency currency);

std::string plain_text(const pqxx::field& field);  // shown_text(); "" for null
Timestamp time_of(const pqxx::field& field);       // of a session in UTC

std::string_view encode_partial_approval(domain::PartialApproval partial);  // "" where refused: kept as null

// A processor's fields as they came, spaces and all: counted pairs in grouped base32; "" for none.
std::string encode_reference(const domain::ProcessorReference& reference);
domain::ProcessorReference decode_reference(std::string_view text);

}  // namespace postern::gateway::rows
