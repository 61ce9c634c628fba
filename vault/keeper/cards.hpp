#pragma once

#include "vault/keeper/custody.hpp"
#include "vault/keeper/read_card.hpp"

namespace postern::vault {

struct TokenMade {
    CardToken token;
    TokenSummary summary;
};

// Cards in, tokens out, for callers that show a key. Errors name the field to blame and never hold its value.
class Cards {
public:
    explicit Cards(Custody& custody) : custody_{custody} {}

    // Durable and in the journal when it answers. "caller_key_unknown", "origin_not_allowed" (a browser's page that the
    // key does not list), what Pan and SecurityCode refuse,
    // "card_expiry_invalid", "card_expired", "malformed_card_frame", "arena_full".
    boost::asio::awaitable<Result<TokenMade>> tokenize(std::string key_digest, sealed::CardFields fields,
                                                       Caller caller, Instant deadline);
    boost::asio::awaitable<Result<TokenSummary>> read(std::string key_digest, CardToken token, Caller caller);
    boost::asio::awaitable<Status> remove(std::string key_digest, CardToken token, Caller caller);
    // Whether a browser may go on to show its key, which it does not show yet. "origin_not_allowed".
    boost::asio::awaitable<Status> allow_origin(std::string browser_origin);
    // For the gateway, which says which tenant it acts for. "token_not_found" for another tenant's and for deleted ones.
    boost::asio::awaitable<Result<TokenSummary>> describe(TenantId tenant_id, CardToken token);
    // Writes down which codes were used since; what could not be written is tried again the next time.
    boost::asio::awaitable<Status> record_used();

private:
    boost::asio::awaitable<Result<CallerKey>> authenticate(std::string key_digest, Caller caller);
    Result<NewToken> seal(const CallerKey& key, const sealed::CardFields& fields, const ReadCard& card) const;
    Status seal_number(const sealed::Pan& pan, NewToken& row) const;
    Status seal_nothing(NewToken& row) const;
    Custody& custody_;
};

}  // namespace postern::vault
