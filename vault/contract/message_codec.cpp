#include "vault/contract/message_codec.hpp"

#include <algorithm>
#include <optional>

#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::int64_t time_left_ms_max = 10 * 60 * 1000;

const Error malformed_request{ErrorKind::invalid_request, "malformed_request"};

std::optional<AttemptKind> decode_kind(v1::AttemptKind wire) {
    switch (wire) {
        case v1::ATTEMPT_KIND_SEND: return AttemptKind::send;
        case v1::ATTEMPT_KIND_RESEND: return AttemptKind::resend;
        case v1::ATTEMPT_KIND_INQUIRE: return AttemptKind::inquire;
        case v1::ATTEMPT_KIND_REVERSE: return AttemptKind::reverse;
        default: return std::nullopt;
    }
}

v1::AttemptKind encode_kind(AttemptKind kind) {
    switch (kind) {
        case AttemptKind::send: return v1::ATTEMPT_KIND_SEND;
        case AttemptKind::resend: return v1::ATTEMPT_KIND_RESEND;
        case AttemptKind::inquire: return v1::ATTEMPT_KIND_INQUIRE;
        case AttemptKind::reverse: return v1::ATTEMPT_KIND_REVERSE;
    }
    __builtin_unreachable();
}

// Names of destinations and operations go into the journal: "mercury", "adjust_tip".
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Result<AttemptKey> decode_key(const std::string& operation_id, std::int32_t attempt) {
    auto operation = OperationId::parse(operation_id);
    if (!operation || attempt < 1) return malformed_request;
    return AttemptKey{std::move(*operation), attempt};
}

CardEntry decode_entry(std::string_view wire) {
    for (const auto entry : {CardEntry::swiped, CardEntry::encrypted})
        if (to_text(entry) == wire) return entry;
    return CardEntry::keyed;
}

}  // namespace

std::string_view to_text(CardEntry entry) {
    switch (entry) {
        case CardEntry::keyed: return "keyed";
        case CardEntry::swiped: return "swiped";
        case CardEntry::encrypted: return "encrypted";
    }
    __builtin_unreachable();
}

Result<ForwardRequest> decode_forward(const v1::Forward& wire, const TreeLimits& limits) {
    auto key = decode_key(wire.operation_id(), wire.attempt());
    const auto kind = decode_kind(wire.kind());
    auto tenant = TenantId::parse(wire.tenant_id());
    auto account = AccountId::parse(wire.account_id());
    const bool shaped = key && kind && tenant && account && is_name(wire.destination()) && is_name(wire.operation()) &&
                        wire.time_left_ms() >= 1 && wire.time_left_ms() <= time_left_ms_max;
    if (!shaped) return malformed_request;
    std::optional<CardToken> token;
    if (!wire.token().empty()) {
        auto parsed = CardToken::parse(wire.token());
        if (!parsed) return malformed_request;
        token = std::move(*parsed);
    }
    auto tree = decode_tree(wire.message(), limits);
    if (!tree) return tree.error();
    return ForwardRequest{std::move(*key),    *kind,           std::move(*tenant), std::move(*account),
                          std::move(token),   wire.destination(), wire.operation(),   std::move(*tree),
                          std::chrono::milliseconds{wire.time_left_ms()}};
}

void encode_forward(const ForwardRequest& request, v1::Forward& wire) {
    wire.Clear();
    wire.set_operation_id(request.key.operation_id.text());
    wire.set_attempt(request.key.attempt);
    wire.set_kind(encode_kind(request.kind));
    wire.set_tenant_id(request.tenant_id.text());
    wire.set_account_id(request.account_id.text());
    if (request.token) wire.set_token(request.token->text());
    wire.set_destination(request.destination);
    wire.set_operation(request.operation);
    encode_tree(request.message, *wire.mutable_message());
    wire.set_time_left_ms(request.time_left.count());
}

Result<AskRequest> decode_ask(const v1::Ask& wire) {
    auto tenant = TenantId::parse(wire.tenant_id());
    auto key = decode_key(wire.operation_id(), wire.attempt());
    if (!tenant || !key || wire.known_epoch().size() > name_bytes_max) return malformed_request;
    return AskRequest{std::move(*tenant), std::move(*key), wire.known_epoch()};
}

void encode_ask(const AskRequest& request, v1::Ask& wire) {
    wire.Clear();
    wire.set_tenant_id(request.tenant_id.text());
    wire.set_operation_id(request.key.operation_id.text());
    wire.set_attempt(request.key.attempt);
    wire.set_known_epoch(request.known_epoch);
}

Result<Verdict> decode_verdict(const v1::Verdict& wire) {
    switch (wire.kind_case()) {
        case v1::Verdict::kNotSent: return Verdict{NotSent{wire.not_sent().code()}};
        case v1::Verdict::kSent:
            return Verdict{Sent{{wire.sent().http_status(), wire.sent().content_type(), wire.sent().body()}}};
        case v1::Verdict::kMaybeSent: return Verdict{MaybeSent{wire.maybe_sent().code()}};
        case v1::Verdict::KIND_NOT_SET: break;
    }
    return Error{ErrorKind::outcome_unknown, "malformed_verdict"};
}

void encode_verdict(const Verdict& verdict, v1::Verdict& wire) {
    wire.Clear();
    if (const auto* not_sent = std::get_if<NotSent>(&verdict)) wire.mutable_not_sent()->set_code(not_sent->code);
    if (const auto* maybe = std::get_if<MaybeSent>(&verdict)) wire.mutable_maybe_sent()->set_code(maybe->code);
    if (const auto* sent = std::get_if<Sent>(&verdict)) {
        wire.mutable_sent()->set_http_status(sent->reply.http_status);
        wire.mutable_sent()->set_content_type(sent->reply.content_type);
        wire.mutable_sent()->set_body(sent->reply.body);
    }
}

TokenSummary decode_summary(const v1::TokenSummary& wire) {
    return {wire.bin6(),         wire.last4(),       wire.brand(),
            wire.expiry_month(), wire.expiry_year(),
            {wire.security_code_due(), wire.has_holder_name(), wire.has_address(), wire.has_postal_code(),
             wire.track1_due(), wire.track2_due(), wire.encrypted_block_due(), decode_entry(wire.entry())}};
}

void encode_summary(const TokenSummary& summary, v1::TokenSummary& wire) {
    wire.Clear();
    wire.set_bin6(summary.bin6);
    wire.set_last4(summary.last4);
    wire.set_brand(summary.brand);
    wire.set_expiry_month(summary.expiry_month);
    wire.set_expiry_year(summary.expiry_year);
    wire.set_security_code_due(summary.extras.security_code);
    wire.set_has_holder_name(summary.extras.holder_name);
    wire.set_has_address(summary.extras.address);
    wire.set_has_postal_code(summary.extras.postal_code);
    wire.set_track1_due(summary.extras.track1);
    wire.set_track2_due(summary.extras.track2);
    wire.set_encrypted_block_due(summary.extras.encrypted_block);
    wire.set_entry(std::string(to_text(summary.extras.entry)));
}

}  // namespace postern::vault
