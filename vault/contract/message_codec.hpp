#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "vault/contract/message_tree.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::vault::v1 {
class MessageTree;
class Forward;
class Ask;
class Verdict;
class TokenSummary;
class Failure;
}  // namespace postern::vault::v1

// The C++ words of the contract and their Protobuf forms (vault.proto), for both ends of the socket. What comes from
// the other side is untrusted: every decode checks limits and answers `invalid_request` instead of trusting.
namespace postern::vault {

struct TreeLimits {
    std::size_t depth_max = 24;            // elements inside elements, embedded documents included
    std::size_t nodes_max = 2048;          // elements, attributes, fields, headers and parameters together
    std::size_t text_bytes_max = 256 * 1024;  // of all names and texts together
};

// "tree_too_deep", "tree_too_large", "malformed_tree" (a leaf of no kind, a slot that is none, an embedded nothing).
Result<MessageTree> decode_tree(const v1::MessageTree& wire, const TreeLimits& limits = {});
void encode_tree(const MessageTree& tree, v1::MessageTree& wire);

// "malformed_request" where an id, the attempt number (1 and up), its kind, a name or the time left is none.
Result<ForwardRequest> decode_forward(const v1::Forward& wire, const TreeLimits& limits = {});
void encode_forward(const ForwardRequest& request, v1::Forward& wire);

struct AskRequest {
    TenantId tenant_id;
    AttemptKey key;
    std::string known_epoch;
};
Result<AskRequest> decode_ask(const v1::Ask& wire);
void encode_ask(const AskRequest& request, v1::Ask& wire);

// `outcome_unknown` "malformed_verdict": of no kind. Whoever reads it must take the attempt as maybe sent.
Result<Verdict> decode_verdict(const v1::Verdict& wire);
void encode_verdict(const Verdict& verdict, v1::Verdict& wire);

TokenSummary decode_summary(const v1::TokenSummary& wire);
void encode_summary(const TokenSummary& summary, v1::TokenSummary& wire);

// An error crosses with its kind, code and field; `detail` stays at home. `Error::code` must be a literal, so codes
// come back from the table in failure_codec.cpp; one that is not listed comes back as "vault_failure" with the code in
// `detail`, a kind that is not known as `outcome_unknown`.
Error decode_failure(const v1::Failure& wire);
void encode_failure(const Error& error, v1::Failure& wire);

}  // namespace postern::vault
