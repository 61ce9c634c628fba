#include "vault/keeper/cards.hpp"

#include <algorithm>
#include <array>

#include "base/ops/metrics.hpp"

namespace postern::vault {

namespace asio = boost::asio;
using sealed::KeyPurpose;

namespace {

// What was used is due no more, written down or not; what is lost still is.
TokenSummary summary_of(const StoredToken& stored, sealed::OneTimeState state) {
    TokenSummary summary{stored.bin6,         stored.last4,       stored.brand,
                         stored.expiry_month, stored.expiry_year, stored.given};
    if (stored.one_time_used || state == sealed::OneTimeState::used) {
        auto& due = summary.extras;
        due.security_code = due.track1 = due.track2 = due.encrypted_block = false;
    }
    return summary;
}

// A key without a list is for programs: a page that shows it has it from where it should not be.
bool serves_page(const CallerKey& key, const std::string& browser_origin) {
    return browser_origin.empty() || std::ranges::find(key.origins, browser_origin) != key.origins.end();
}

}  // namespace

asio::awaitable<Result<CallerKey>> Cards::authenticate(std::string key_digest, Caller caller) {
    auto key = co_await custody_.store.find_caller_key(std::move(key_digest));
    const bool unknown = key ? !key->enabled : key.error().kind == ErrorKind::not_found;
    if (!unknown && (!key || serves_page(*key, caller.browser_origin))) co_return key;
    const auto object = key ? key->key_id.text() : std::string("unknown key");
    const Error refusal{ErrorKind::forbidden, unknown ? "caller_key_unknown" : "origin_not_allowed"};
    (void)co_await audit(custody_, JournalEvent::access_refused, std::move(caller), object, std::string(refusal.code));
    co_return refusal;
}

// The row says whether there are one-time data; neither it nor the journal depends on which.
Result<NewToken> Cards::seal(const CallerKey& key, const sealed::CardFields& fields, const ReadCard& card) const {
    const auto now = custody_.clock.now();
    const auto tenant = key.tenant_id.text();
    NewToken row{CardToken::create(now, custody_.random), key.tenant_id, {}, custody_.keys.index_version(),
                 "card_" + new_id_text(now, custody_.random), {}, {}, {}, "unknown", card.expiry_month,
                 card.expiry_year, {}, card.given};
    if (auto sealed_card = card.pan ? seal_number(*card.pan, row) : seal_nothing(row); !sealed_card)
        return sealed_card.error();
    wiped::Bytes details;
    if (auto encoded = sealed::encode_details(fields, details); !encoded) return encoded.error();
    if (details.empty()) return row;
    auto sealed_details = custody_.keys.seal(details, {KeyPurpose::card, tenant, row.token.text(), "details"});
    if (!sealed_details) return sealed_details.error();
    row.sealed_details = std::move(*sealed_details);
    return row;
}

Status Cards::seal_number(const sealed::Pan& pan, NewToken& row) const {
    const auto tenant = row.tenant_id.text();
    row.bin6 = pan.bin6();
    row.last4 = pan.last4();
    row.brand = to_text(pan.brand());
    auto index = pan.lend([&](std::span<const char> digits) { return custody_.keys.card_index(tenant, digits); });
    if (!index) return index.error();
    row.card_index = std::move(*index);
    auto number = pan.lend([&](std::span<const char> digits) {
        return custody_.keys.seal(digits, {KeyPurpose::card, tenant, row.card_id, "number"});
    });
    if (!number) return number.error();
    row.sealed_number = std::move(*number);
    return {};
}

// A card of which no digit is known is a card of its own each time.
Status Cards::seal_nothing(NewToken& row) const {
    std::array<std::uint8_t, 32> own{};
    custody_.random.fill(own);
    row.card_index.assign(own.begin(), own.end());
    auto number = custody_.keys.seal({}, {KeyPurpose::card, row.tenant_id.text(), row.card_id, "number"});
    if (!number) return number.error();
    row.sealed_number = std::move(*number);
    return {};
}

asio::awaitable<Result<TokenMade>> Cards::tokenize(std::string key_digest, sealed::CardFields fields, Caller caller,
                                                   Instant deadline) {
    auto key = co_await authenticate(std::move(key_digest), caller);
    if (!key) co_return key.error();
    auto card = read_card(custody_.arena, fields, custody_.clock.now());
    if (!card) co_return card.error();
    auto row = seal(*key, fields, *card);
    if (!row) co_return row.error();
    TokenMade made{row->token, {row->bin6, row->last4, row->brand, row->expiry_month, row->expiry_year, row->given}};
    if (auto stored = co_await custody_.store.insert_token(std::move(*row), deadline); !stored)
        co_return stored.error();
    caller.actor += " " + key->key_id.text();
    if (auto noted = co_await audit(custody_, JournalEvent::tokenized, std::move(caller), made.token.text()); !noted)
        co_return noted.error();
    if (!card->one_time.is_empty()) custody_.one_time.store(made.token, std::move(card->one_time));
    ops::count("postern_vault_tokens_total");
    co_return made;
}

asio::awaitable<Result<TokenSummary>> Cards::read(std::string key_digest, CardToken token, Caller caller) {
    auto key = co_await authenticate(std::move(key_digest), caller);
    if (!key) co_return key.error();
    auto summary = co_await describe(key->tenant_id, token);
    caller.actor += " " + key->key_id.text();
    const std::string reason = summary ? "" : std::string(summary.error().code);
    if (auto noted = co_await audit(custody_, JournalEvent::token_read, std::move(caller), token.text(), reason); !noted)
        co_return noted.error();
    co_return summary;
}

asio::awaitable<Status> Cards::remove(std::string key_digest, CardToken token, Caller caller) {
    auto key = co_await authenticate(std::move(key_digest), caller);
    if (!key) co_return key.error();
    const auto removed = co_await custody_.store.delete_token(key->tenant_id, token);
    if (removed) custody_.one_time.erase(token);
    caller.actor += " " + key->key_id.text();
    const std::string reason = removed ? "" : std::string(removed.error().code);
    auto noted = co_await audit(custody_, JournalEvent::token_deleted, std::move(caller), token.text(), reason);
    co_return removed ? noted : removed;
}

asio::awaitable<Status> Cards::allow_origin(std::string browser_origin) {
    const auto known = co_await custody_.store.knows_origin(std::move(browser_origin));
    if (!known) co_return known.error();
    co_return *known ? Status{} : Status{Error{ErrorKind::forbidden, "origin_not_allowed"}};
}

asio::awaitable<Result<TokenSummary>> Cards::describe(TenantId tenant_id, CardToken token) {
    auto stored = co_await custody_.store.find_token(token);
    if (!stored) co_return stored.error();
    if (stored->tenant_id != tenant_id || stored->state == TokenState::deleted)
        co_return Error{ErrorKind::not_found, "token_not_found"};
    co_return summary_of(*stored, custody_.one_time.state(token));
}

asio::awaitable<Status> Cards::record_used() {
    constexpr std::size_t marked_at_once_max = 512;
    for (auto tokens = custody_.one_time.used(marked_at_once_max); !tokens.empty();
         tokens = custody_.one_time.used(marked_at_once_max)) {
        if (auto marked = co_await custody_.store.mark_one_time_used(tokens); !marked) co_return marked;
        custody_.one_time.forget_used(tokens);
    }
    co_return Status{};
}

}  // namespace postern::vault
