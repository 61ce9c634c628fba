#pragma once

#include <string>

#include "gateway/domain/operation.hpp"
#include "gateway/domain/payment.hpp"

namespace postern::test {

// The part of an id behind its prefix.
inline const std::string body26 = "00000000000samp1eanyxyzabc";

inline domain::Money usd(std::int64_t minor) { return *domain::Money::of_minor(minor, domain::Currency::usd); }
inline Timestamp at_second(int seconds) { return Timestamp{std::chrono::seconds{1'795'000'000 + seconds}}; }

// An approved, uncaptured payment of 12.50 dollars.
inline domain::Payment sample_payment() {
    return domain::Payment{
        .id = *PaymentId::parse("pay_" + body26),
        .tenant_id = *TenantId::parse("ten_" + body26),
        .tender = {*StoreId::parse("sto_" + body26), *DeviceId::parse("dev_" + body26), "check 7"},
        .token = *CardToken::parse("tok_" + body26),
        .processor = "mercury",
        .account_id = *AccountId::parse("acct_" + body26),
        .order_reference = "order 9",
        .requested = usd(1250), .approved = usd(1250), .captured = usd(0), .tip = usd(0), .refunded = usd(0),
        .released = usd(0), .capture_reserved = usd(0), .refund_reserved = usd(0),
        .standing = domain::Standing::live,
        .version = 2,
        .last_event_hash = {},
        .created_at = at_second(0),
        .expires_at = at_second(3600),
        .accepted_offline_at = std::nullopt,
        .business_date = "2026-11-18"};
}

inline domain::CardSummary sample_card() { return {"411111", "1111", "visa", 12, 2030, "credit", "US"}; }

inline domain::Operation sample_operation() {
    return domain::Operation{
        .id = *OperationId::parse("op_" + body26),
        .payment_id = *PaymentId::parse("pay_" + body26),
        .tenant_id = *TenantId::parse("ten_" + body26),
        .verb = domain::Verb::authorize,
        .status = domain::OperationStatus::approved,
        .requested = usd(1250),
        .approved = usd(1250),
        .undoes = std::nullopt,
        .processor = "mercury",
        .account_id = *AccountId::parse("acct_" + body26),
        .processor_identity = "abcdefghp0000001",
        .reference = {{"AuthCode", "000019"}, {"RefNo", "0042"}},
        .decline = std::nullopt,
        .failure_code = {},
        .goal = std::nullopt,
        .vault_epoch = {},
        .created_at = at_second(0),
        .deadline = at_second(30),
        .unknown_since = std::nullopt};
}

}  // namespace postern::test
