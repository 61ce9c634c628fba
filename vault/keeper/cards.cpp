#include "vault/keeper/cards.hpp"

#include <algorithm>
#include <chrono>

#include "base/ops/metrics.hpp"

namespace postern::vault {

namespace asio = boost::asio;
using sealed::KeyPurpose;

struct Cards::Parsed {
    sealed::Pan pan;
    std::optional<sealed::SecurityCode> code;
};

namespace {

Error about(Error error, std::string_view field) {
    if (error.field.empty() && error.kind == ErrorKind::invalid_request) error.field = std::string(field);
    return error;
}

// Cards are good to the end of their month, anywhere on earth.
Status check_expiry(int month, int year, Timestamp now) {
    const auto today = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(now - std::chrono::hours{12})};
    constexpr int years_ahead_max = 20;
    if (month < 1 || month > 12) return Error{ErrorKind::invalid_request, "card_expiry_invalid", {}, "/expiry_month"};
    if (year > static_cast<int>(today.year()) + years_ahead_max)
        return Error{ErrorKind::invalid_request, "card_expiry_invalid", {}, "/expiry_year"};
    const auto expiry = std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)};
    if (expiry < today.year() / today.month())
        return Error{ErrorKind::invalid_request, "card_expired", {}, "/expiry_year"};
    return {};
}

// A code that was used is due no more, written down or not; one that is lost still is.
TokenSummary summary_of(const StoredToken& stored, sealed::CodeState state) {
    TokenSummary summary{stored.bin6,         stored.last4,       stored.brand,
                         stored.expiry_month, stored.expiry_year, stored.given};
    if (stored.code_used || state == sealed::CodeState::used) summary.extras.security_code = false;
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

Result<Cards::Parsed> Cards::parse(const sealed::CardFields& fields) const {
    auto pan = sealed::Pan::parse(custody_.arena, fields.number);
    if (!pan) return about(pan.error(), "/number");
    if (auto good = check_expiry(fields.expiry_month, fields.expiry_year, custody_.clock.now()); !good)
        return good.error();
    Parsed parsed{std::move(*pan), std::nullopt};
    if (fields.security_code.empty()) return parsed;
    auto code = sealed::SecurityCode::parse(custody_.arena, fields.security_code, parsed.pan.brand());
    if (!code) return about(code.error(), "/security_code");
    parsed.code = std::move(*code);
    return parsed;
}

// The row says whether there is a security code; neither it nor the journal depends on which.
Result<NewToken> Cards::seal(const CallerKey& key, const sealed::CardFields& fields, const Parsed& parsed) const {
    const auto now = custody_.clock.now();
    const auto tenant = key.tenant_id.text();
    NewToken row{CardToken::create(now, custody_.random), key.tenant_id, {}, custody_.keys.index_version(),
                 "card_" + new_id_text(now, custody_.random), {}, parsed.pan.bin6(), parsed.pan.last4(),
                 std::string(to_text(parsed.pan.brand())), fields.expiry_month, fields.expiry_year, {},
                 {parsed.code.has_value(), !fields.name.empty(), !fields.address.empty(), !fields.postal_code.empty()}};
    auto index = parsed.pan.lend([&](std::span<const char> digits) { return custody_.keys.card_index(tenant, digits); });
    if (!index) return index.error();
    row.card_index = std::move(*index);
    auto number = parsed.pan.lend([&](std::span<const char> digits) {
        return custody_.keys.seal(digits, {KeyPurpose::card, tenant, row.card_id, "number"});
    });
    if (!number) return number.error();
    row.sealed_number = std::move(*number);
    wiped::Bytes details;
    if (auto encoded = sealed::encode_details(fields, details); !encoded) return encoded.error();
    if (details.empty()) return row;
    auto sealed_details = custody_.keys.seal(details, {KeyPurpose::card, tenant, row.token.text(), "details"});
    if (!sealed_details) return sealed_details.error();
    row.sealed_details = std::move(*sealed_details);
    return row;
}

asio::awaitable<Result<TokenMade>> Cards::tokenize(std::string key_digest, sealed::CardFields fields, Caller caller,
                                                   Instant deadline) {
    auto key = co_await authenticate(std::move(key_digest), caller);
    if (!key) co_return key.error();
    auto parsed = parse(fields);
    if (!parsed) co_return parsed.error();
    auto row = seal(*key, fields, *parsed);
    if (!row) co_return row.error();
    TokenMade made{row->token, {row->bin6, row->last4, row->brand, row->expiry_month, row->expiry_year, row->given}};
    if (auto stored = co_await custody_.store.insert_token(std::move(*row), deadline); !stored)
        co_return stored.error();
    caller.actor += " " + key->key_id.text();
    if (auto noted = co_await audit(custody_, JournalEvent::tokenized, std::move(caller), made.token.text()); !noted)
        co_return noted.error();
    if (parsed->code) custody_.codes.store(made.token, std::move(*parsed->code));
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
    if (removed) custody_.codes.erase(token);
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
    co_return summary_of(*stored, custody_.codes.state(token));
}

asio::awaitable<Status> Cards::record_used_codes() {
    constexpr std::size_t marked_at_once_max = 512;
    for (auto tokens = custody_.codes.used(marked_at_once_max); !tokens.empty();
         tokens = custody_.codes.used(marked_at_once_max)) {
        if (auto marked = co_await custody_.store.mark_codes_used(tokens); !marked) co_return marked;
        custody_.codes.forget_used(tokens);
    }
    co_return Status{};
}

}  // namespace postern::vault
