#pragma once

#include <optional>

#include "base/clock.hpp"
#include "vault/contract/vault_client.hpp"
#include "vault/sealed/card_frame.hpp"
#include "vault/sealed/one_time_store.hpp"
#include "vault/sealed/pan.hpp"

namespace postern::vault {

// A card as it was given, judged: what may be kept, and what may only be held for its first charge.
struct ReadCard {
    std::optional<sealed::Pan> pan;  // none: only a reader's encrypted block is known
    int expiry_month = 0, expiry_year = 0;
    sealed::OneTimeData one_time;
    CardExtras given;
};

// `invalid_request` with the field to blame and never its value: what Pan and SecurityCode refuse, "card_expiry_invalid",
// "card_expired", "track_malformed", "tracks_differ", "encrypted_format_unknown", "encrypted_source_unknown",
// "encrypted_block_malformed", "encrypted_key_malformed", "malformed_card_frame" (a card given in two ways); or
// `unavailable` "arena_full".
Result<ReadCard> read_card(sealed::Arena& arena, const sealed::CardFields& fields, Timestamp now);

}  // namespace postern::vault
