#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

// Every code with which one process of the vault may answer another or the gateway.
constexpr std::string_view known_codes[] = {
    "account_conflict", "account_disabled", "account_not_found", "arena_full", "arena_unprotected", "attempt_closed",
    "attempt_intended", "attempt_repeated", "caller_key_conflict", "caller_key_not_found", "caller_key_unknown",
    "card_brand_unknown", "card_expired", "card_expiry_invalid", "card_number_invalid", "chain_broken", "commit_in_doubt", "deadline",
    "destination_unknown", "draining", "egress_unavailable", "encrypted_block_malformed",
    "encrypted_format_unknown", "encrypted_key_malformed", "encrypted_source_unknown", "field_out_of_range", "field_too_long", "forbidden",
    "internal", "invalid_request", "journal_busy", "journal_unavailable", "keys_incomplete", "malformed_card_frame",
    "malformed_credentials", "malformed_id", "malformed_request", "malformed_tree", "not_found", "operation_unknown",
    "origin_not_allowed", "overloaded", "peer_refused", "policy_refused", "queue_full", "reply_not_found", "request_unknown",
    "sealed_row_unreadable", "secret_too_large", "security_code_expired", "security_code_invalid",
    "statement_failed", "storage_unavailable", "tenant_mismatch", "time_left_invalid", "token_deleted",
    "token_not_found", "track_malformed", "tracks_differ", "tree_too_deep", "tree_too_large",
};

struct KindName {
    ErrorKind kind;
    std::string_view name;
};
constexpr KindName kind_names[] = {
    {ErrorKind::invalid_request, "invalid_request"}, {ErrorKind::not_found, "not_found"},
    {ErrorKind::conflict, "conflict"},               {ErrorKind::forbidden, "forbidden"},
    {ErrorKind::unavailable, "unavailable"},         {ErrorKind::outcome_unknown, "outcome_unknown"},
    {ErrorKind::internal, "internal"},
};

}  // namespace

Error decode_failure(const v1::Failure& wire) {
    Error error{ErrorKind::outcome_unknown, "vault_failure", wire.code(), wire.field()};
    for (const auto& [kind, name] : kind_names)
        if (name == wire.kind()) error.kind = kind;
    for (const auto code : known_codes)
        if (code == wire.code()) error.code = code;
    return error;
}

void encode_failure(const Error& error, v1::Failure& wire) {
    wire.Clear();
    wire.set_code(std::string(error.code));
    wire.set_field(error.field);
    for (const auto& [kind, name] : kind_names)
        if (kind == error.kind) wire.set_kind(std::string(name));
}

}  // namespace postern::vault
