#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/base32.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace postern {

// The 26 characters behind an id's prefix: one random character (32 places in the index take the load, which suits
// engines that split tables by key range), nine of milliseconds since 1970 (neighbours in time are neighbours on
// disk), sixteen random. Draws again while it holds 12 digits in a row.
std::string new_id_text(Timestamp now, Random& random);

constexpr std::size_t id_characters = 26;

// An identifier of one kind. `parse` and `create` are the only ways in; kinds do not convert into each other.
template <class Tag>
class Id {
public:
    // Tag::prefix and 26 characters of Crockford base32, or "malformed_id".
    static Result<Id> parse(std::string_view text) {
        const bool shaped = text.size() == Tag::prefix.size() + id_characters && text.starts_with(Tag::prefix) &&
                            base32_digits_only(text.substr(Tag::prefix.size()));
        if (!shaped) return Error{ErrorKind::invalid_request, "malformed_id"};
        return Id{std::string(text)};
    }
    static Id create(Timestamp now, Random& random) { return Id{std::string(Tag::prefix) + new_id_text(now, random)}; }

    const std::string& text() const { return text_; }
    friend auto operator<=>(const Id&, const Id&) = default;

private:
    explicit Id(std::string text) : text_{std::move(text)} {}
    static bool base32_digits_only(std::string_view text) {
        constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        return std::ranges::all_of(text, [&](char c) { return alphabet.find(c) != alphabet.npos; });
    }
    std::string text_;
};

struct TenantTag { static constexpr std::string_view prefix = "ten_"; };
struct StoreTag { static constexpr std::string_view prefix = "sto_"; };
struct DeviceTag { static constexpr std::string_view prefix = "dev_"; };
struct AccountTag { static constexpr std::string_view prefix = "acct_"; };
struct ApiKeyTag { static constexpr std::string_view prefix = "key_"; };
struct OperatorTag { static constexpr std::string_view prefix = "opr_"; };
struct PaymentTag { static constexpr std::string_view prefix = "pay_"; };
struct OperationTag { static constexpr std::string_view prefix = "op_"; };
struct EvidenceTag { static constexpr std::string_view prefix = "evi_"; };
struct EntryTag { static constexpr std::string_view prefix = "ent_"; };
struct EventTag { static constexpr std::string_view prefix = "evt_"; };
struct TokenTag { static constexpr std::string_view prefix = "tok_"; };
struct RequestTag { static constexpr std::string_view prefix = "req_"; };

using TenantId = Id<TenantTag>;      // a merchant: the unit that never sees another's data
using StoreId = Id<StoreTag>;
using DeviceId = Id<DeviceTag>;
using AccountId = Id<AccountTag>;    // a processor account (its merchant id and password live in the vault)
using ApiKeyId = Id<ApiKeyTag>;
using OperatorId = Id<OperatorTag>;
using PaymentId = Id<PaymentTag>;
using OperationId = Id<OperationTag>;
using EvidenceId = Id<EvidenceTag>;
using EntryId = Id<EntryTag>;
using EventId = Id<EventTag>;
using CardToken = Id<TokenTag>;
using RequestId = Id<RequestTag>;

}  // namespace postern

template <class Tag>
struct std::hash<postern::Id<Tag>> {
    std::size_t operator()(const postern::Id<Tag>& id) const { return std::hash<std::string>{}(id.text()); }
};
