#include "gateway/storage/row_codec.hpp"

#include <cstdio>
#include <stdexcept>

#include "base/base32.hpp"
#include "idempotency/keys/keyed_command.hpp"

namespace postern::gateway::rows {
namespace {

std::string raw(const pqxx::row& row, const char* column) { return row[column].as<std::string>(); }
std::int64_t number(const pqxx::row& row, const char* column) { return row[column].as<std::int64_t>(); }
std::string text(const pqxx::row& row, const char* column) { return plain_text(row[column]); }

template <class T>
T known(const std::optional<T>& value, const char* column) {
    if (!value) throw std::logic_error(std::string("a row holds an unknown word in ") + column);
    return *value;
}
template <class T>
T sound(const Result<T>& value, const char* column) {
    if (!value) throw std::logic_error(std::string("a row does not decode: ") + column);
    return *value;
}

template <class IdType>
IdType id(const pqxx::row& row, const char* column) {
    return sound(IdType::parse(row[column].c_str()), column);
}
domain::Money money(const pqxx::row& row, const char* column, domain::Currency currency) {
    return sound(domain::Money::of_minor(number(row, column), currency), column);
}
std::optional<domain::Money> maybe_money(const pqxx::row& row, const char* column, domain::Currency currency) {
    return row[column].is_null() ? std::nullopt : std::optional{money(row, column, currency)};
}
std::optional<Timestamp> maybe_time(const pqxx::row& row, const char* column) {
    const auto field = row[column];
    return field.is_null() ? std::nullopt : std::optional{time_of(field)};
}

// Null is the ordinary case, kept as nothing.
std::string word(const pqxx::row& row, const char* column) {
    return row[column].is_null() ? std::string{} : raw(row, column);
}
std::optional<domain::PartialApproval> decode_partial_approval(const std::string& text) {
    return text.empty() ? std::optional{domain::PartialApproval::refused} : domain::parse_partial_approval(text);
}

std::optional<domain::Decline> decline_of(const pqxx::row& row) {
    if (row["decline_reason"].is_null()) return std::nullopt;
    return domain::Decline{known(domain::parse_decline_reason(raw(row, "decline_reason")), "decline_reason"),
                           text(row, "decline_raw_code"), row["decline_retry_may_help"].as<bool>()};
}

}  // namespace

std::string plain_text(const pqxx::field& field) { return field.is_null() ? "" : shown_text(field.c_str()); }

// `2026-11-25 03:56:29.123456+00`; trailing zeros of the fraction are left out.
Timestamp time_of(const pqxx::field& field) {
    int year = 0, hour = 0, minute = 0;
    unsigned month = 0, day = 0;
    double seconds = 0;
    if (std::sscanf(field.c_str(), "%d-%u-%u %d:%d:%lf", &year, &month, &day, &hour, &minute, &seconds) != 6)
        throw std::logic_error("a row holds an unreadable time");
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    const auto micros = std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>{seconds});
    return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} + micros;
}

domain::Payment payment_of(const pqxx::row& row) {
    const auto currency = sound(domain::parse_currency(raw(row, "currency")), "currency");
    return {.id = id<PaymentId>(row, "payment_id"),
            .tenant_id = id<TenantId>(row, "tenant_id"),
            .tender = {id<StoreId>(row, "store_id"), id<DeviceId>(row, "device_id"), text(row, "tender_id")},
            .token = id<CardToken>(row, "token"),
            .processor = raw(row, "processor"),
            .account_id = id<AccountId>(row, "account_id"),
            .order_reference = text(row, "order_reference"),
            .requested = money(row, "requested_minor", currency),
            .approved = money(row, "approved_minor", currency),
            .captured = money(row, "captured_minor", currency),
            .tip = money(row, "tip_minor", currency),
            .refunded = money(row, "refunded_minor", currency),
            .released = money(row, "released_minor", currency),
            .capture_reserved = money(row, "capture_reserved_minor", currency),
            .refund_reserved = money(row, "refund_reserved_minor", currency),
            .edit_above = maybe_money(row, "edit_above_minor", currency),
            .void_requested = row["void_requested"].as<bool>(),
            .standing = known(domain::parse_standing(raw(row, "standing")), "standing"),
            .version = number(row, "version"),
            .event_version = number(row, "event_version"),
            .last_event_hash = raw(row, "last_event_hash"),
            .created_at = time_of(row["created_at"]),
            .expires_at = maybe_time(row, "expires_at"),
            .accepted_offline_at = maybe_time(row, "accepted_offline_at"),
            .device_sequence = number(row, "device_sequence"),
            .late = row["late"].as<bool>(),
            .business_date = raw(row, "business_date"),
            .partial_approval = known(decode_partial_approval(word(row, "partial_approval")), "partial_approval"),
            .due_at = maybe_time(row, "due_at"),
            .checks_policy = known(domain::parse_checks_policy(word(row, "checks_policy")), "checks_policy"),
            .flags = known(domain::parse_failed_checks(word(row, "flags")), "flags")};
}

domain::CardSummary card_of(const pqxx::row& row) {
    return {raw(row, "card_bin6"), raw(row, "card_last4"), raw(row, "card_brand"), row["card_expiry_month"].as<int>(),
            row["card_expiry_year"].as<int>(), plain_text(row["card_funding"]), plain_text(row["card_country"])};
}

domain::Operation operation_of(const pqxx::row& row, domain::Currency currency) {
    domain::Operation operation{.id = id<OperationId>(row, "operation_id"),
                                .payment_id = id<PaymentId>(row, "payment_id"),
                                .tenant_id = id<TenantId>(row, "tenant_id"),
                                .verb = known(domain::parse_verb(raw(row, "verb")), "verb"),
                                .status = known(domain::parse_operation_status(raw(row, "status")), "status"),
                                .requested = money(row, "requested_minor", currency),
                                .approved = maybe_money(row, "approved_minor", currency),
                                .tip = maybe_money(row, "tip_minor", currency),
                                .undoes = std::nullopt,
                                .cause = domain::parse_cause(word(row, "cause")),
                                .checks = known(domain::parse_checks(word(row, "checks")), "checks"),
                                .processor = raw(row, "processor"),
                                .account_id = id<AccountId>(row, "account_id"),
                                .processor_identity = text(row, "processor_identity"),
                                .reference = decode_reference(raw(row, "reference")),
                                .decline = decline_of(row),
                                .failure_code = text(row, "failure_code"),
                                .goal = std::nullopt,
                                .attempts = row["attempts"].as<std::int32_t>(),
                                .lease_epoch = number(row, "lease_epoch"),
                                .vault_epoch = text(row, "vault_epoch"),
                                .created_at = time_of(row["created_at"]),
                                .deadline = time_of(row["deadline"]),
                                .unknown_since = maybe_time(row, "unknown_since")};
    if (!row["undoes"].is_null()) operation.undoes = id<OperationId>(row, "undoes");
    if (!row["goal"].is_null()) operation.goal = known(domain::parse_goal(raw(row, "goal")), "goal");
    return operation;
}

std::string_view encode_partial_approval(domain::PartialApproval partial) {
    return partial == domain::PartialApproval::refused ? std::string_view{} : domain::to_text(partial);
}

std::string encode_reference(const domain::ProcessorReference& reference) {
    const std::string counted = idempotency::encode_meaning({reference.begin(), reference.end()});
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(counted.data());
    return base32_grouped({bytes, counted.size()});
}

domain::ProcessorReference decode_reference(std::string_view text) {
    const auto bytes = base32_ungrouped(text);
    if (!bytes) throw std::logic_error("a row holds an unreadable processor reference");
    const auto pairs = idempotency::decode_meaning(std::string(bytes->begin(), bytes->end()));
    return {pairs.begin(), pairs.end()};
}

}  // namespace postern::gateway::rows
