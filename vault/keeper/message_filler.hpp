#pragma once

#include <optional>

#include "vault/contract/vault_client.hpp"
#include "vault/keeper/custody.hpp"
#include "vault/keeper/destinations.hpp"
#include "vault/sealed/secret_chars.hpp"

namespace postern::vault {

// That what the slot wants is not there any more, in the word that callers are told.
Error one_time_expired(Slot slot);

// The secrets of one exchange, in the arena, opened only after both policies agreed. Fills the slots of its message;
// afterwards it knows what the reply must not show.
class MessageFiller {
public:
    // `token`: none where the message needs no card; `processor_token`: where the message names one. Errors: "sealed_row_unreadable", "arena_full".
    static Result<MessageFiller> open(Custody& custody, const StoredAccount& account,
                                      const std::optional<StoredToken>& token,
                                      const std::optional<ProcessorToken>& processor_token);

    // The request's bytes. Takes the one-time data out of their store where the message asks for them; what
    // `one_time_expired` says where they are not held, "card_number_unknown" of an encrypted card.
    Result<wiped::Bytes> fill(const MessageTree& tree, const EgressHost& host, const std::string& content_type);
    // Of what became of the message: no byte left, which is proven, or one may have. Without either the data are lost.
    void give_back();
    void mark_used();

    // What the reply brought as the card's token at this account, sealed for the store; it is hidden in the reply from
    // then on.
    Result<ProcessorToken> take_processor_token(std::span<const char> text);

    // The reply without what must not be shown, or "reply_withheld".
    Result<Reply> scrub_reply(const EgressAnswer& answer, const std::vector<std::string>& masked_fields) const;

private:
    MessageFiller(Custody& custody, sealed::SecretChars credentials)
        : custody_{&custody}, credentials_{std::move(credentials)} {}
    Status fill_slot(Slot slot, wiped::Bytes& out);
    Status fill_number_or_expiry(Slot slot, wiped::Bytes& out) const;
    Status fill_one_time(Slot slot, wiped::Bytes& out);
    Status fill_account(Slot slot, wiped::Bytes& out) const;
    Status fill_detail(Slot slot, wiped::Bytes& out) const;
    Result<std::string> scrub_text(std::string_view text, const std::vector<std::string>& masked_fields) const;

    Custody* custody_;
    sealed::SecretChars credentials_;
    std::optional<sealed::SecretChars> number_, details_, processor_token_, new_processor_token_;
    std::optional<AccountId> account_id_;
    std::optional<TenantId> tenant_id_;
    std::string card_id_;
    std::optional<CardToken> token_;
    int expiry_month_ = 0, expiry_year_ = 0;
    std::optional<sealed::OneTimeStore::Taken> taken_;
};

}  // namespace postern::vault
