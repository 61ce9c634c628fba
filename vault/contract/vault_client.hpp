#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "vault/contract/message_tree.hpp"

namespace postern::vault {

// The kind of message that an attempt sends; journaled.
enum class AttemptKind { send, resend, inquire, reverse };
std::string_view to_text(AttemptKind kind);

// What tells one message to a processor from every other; the vault refuses to send the same one twice.
struct AttemptKey {
    OperationId operation_id;
    std::int32_t attempt = 1;
    friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

struct ForwardRequest {
    AttemptKey key;
    AttemptKind kind = AttemptKind::send;
    TenantId tenant_id;
    AccountId account_id;
    std::optional<CardToken> token;  // of the same tenant
    std::string destination;         // names a policy that the vault loaded: "mercury"
    std::string operation;           // the policy's operation name: "authorize"
    MessageTree message;
    std::chrono::milliseconds time_left;  // counted from arrival at the keeper; total, connect included
};

// The scrubbed reply: sensitive fields and every form of this exchange's numbers are masked.
struct Reply {
    int http_status = 0;
    std::string content_type;
    std::string body;
    friend bool operator==(const Reply&, const Reply&) = default;
};

// What the vault knows of an attempt.
struct NotSent { std::string code; };    // a fence: it was not sent and never will be. "policy_refused", …
struct Sent { Reply reply; };            // a whole reply came back
struct MaybeSent { std::string code; };  // a byte may have left; no (whole, showable) reply
using Verdict = std::variant<NotSent, Sent, MaybeSent>;

// How a card came: typed in, read from its stripe, or read by a device that gave only what it encrypted. Of the last
// nothing is known, and only its first charge can name it to a processor.
enum class CardEntry { keyed, swiped, encrypted };
std::string_view to_text(CardEntry entry);  // "keyed", …

// What a card was given with beside number and expiry; never the values.
struct CardExtras {
    bool security_code = false, holder_name = false, address = false, postal_code = false;
    bool track1 = false, track2 = false, encrypted_block = false;
    CardEntry entry = CardEntry::keyed;
    friend bool operator==(const CardExtras&, const CardExtras&) = default;
};

// What others may know of a card behind a token.
struct TokenSummary {
    std::string bin6, last4, brand;  // of an encrypted card empty, empty and "unknown"
    int expiry_month = 0, expiry_year = 0;  // then 0
    // What a charge is to ask for now. Security code, tracks, encrypted block: given, and no charge has used them. A
    // charge that asks for what is lost (expired, keeper restarted) is not sent: "security_code_expired",
    // "track_expired", "encrypted_card_expired".
    CardExtras extras = {};
};

// The gateway's view of the vault. An error of kind `unavailable` means that the request did not reach the keeper
// (nothing was sent and nothing was fenced); `outcome_unknown` that it may have: ask with `ask`.
class VaultClient {
public:
    virtual ~VaultClient() = default;
    virtual boost::asio::awaitable<Result<Verdict>> forward(ForwardRequest request) = 0;
    // Fences: an attempt that the journal does not know is closed before `NotSent` is said. An attempt prepared under
    // another journal epoch is `MaybeSent`. `known_epoch` is the one read before the operation was prepared.
    virtual boost::asio::awaitable<Result<Verdict>> ask(TenantId tenant_id, AttemptKey key,
                                                        std::string known_epoch) = 0;
    virtual boost::asio::awaitable<Result<TokenSummary>> describe(TenantId tenant_id, CardToken token) = 0;
    // The journal's epoch, learned when the connection was made; empty while there is none.
    virtual std::string epoch() const = 0;
};

}  // namespace postern::vault
