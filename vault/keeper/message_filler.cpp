#include "vault/keeper/message_filler.hpp"

#include "processors/wire/serialize.hpp"
#include "vault/keeper/scrub.hpp"
#include "vault/sealed/card_frame.hpp"

namespace postern::vault {
namespace {

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

std::string two_digits(int value) {
    return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

// What a processor token is sealed to.
std::string row_of(const std::string& card_id, const AccountId& account_id) { return card_id + "/" + account_id.text(); }

// Where the slot's characters are; of the two words of a block, the block: they go with it or not at all.
const sealed::SecretChars* part_of(const sealed::OneTimeData& data, Slot slot) {
    const auto* part = &data.encrypted_block;
    if (slot == Slot::card_security_code) part = &data.security_code;
    if (slot == Slot::card_track1) part = &data.track1;
    if (slot == Slot::card_track2) part = &data.track2;
    if (slot == Slot::card_encrypted_key) part = &data.encrypted_key;
    return *part ? &**part : nullptr;
}

// Lends all of them at once, in their order; empty where there is none.
using Lendable = std::vector<const std::optional<sealed::SecretChars>*>;
template <class Use>
Result<std::string> lend_all(const Lendable& secrets, const Use& use, std::vector<std::span<const char>> lent = {}) {
    if (lent.size() == secrets.size()) return use(lent);
    const auto& next = *secrets[lent.size()];
    const auto with = [&](std::span<const char> text) {
        auto more = lent;
        more.push_back(text);
        return lend_all(secrets, use, std::move(more));
    };
    return next ? next->lend(with) : with({});
}

}  // namespace

Error one_time_expired(Slot slot) {
    if (slot == Slot::card_security_code) return {ErrorKind::conflict, "security_code_expired"};
    const bool is_track = slot == Slot::card_track1 || slot == Slot::card_track2;
    return {ErrorKind::conflict, is_track ? "track_expired" : "encrypted_card_expired"};
}

Result<MessageFiller> MessageFiller::open(Custody& custody, const StoredAccount& account,
                                          const std::optional<StoredToken>& token,
                                          const std::optional<ProcessorToken>& processor_token) {
    using sealed::KeyPurpose;
    auto credentials = custody.keys.open_secret(
        account.sealed_credentials,
        {KeyPurpose::account, account.tenant_id.text(), account.account_id.text(), "credentials"});
    if (!credentials) return credentials.error();
    MessageFiller filler{custody, std::move(*credentials)};
    if (!token) return filler;
    if (token->given.entry != CardEntry::encrypted) {
        auto number = custody.keys.open_secret(token->sealed_number,
                                               {KeyPurpose::card, token->tenant_id.text(), token->card_id, "number"});
        if (!number) return number.error();
        filler.number_ = std::move(*number);
    }
    if (!token->sealed_details.empty()) {
        auto details = custody.keys.open_secret(
            token->sealed_details, {KeyPurpose::card, token->tenant_id.text(), token->token.text(), "details"});
        if (!details) return details.error();
        filler.details_ = std::move(*details);
    }
    if (processor_token) {
        const auto row = row_of(token->card_id, account.account_id);
        auto opened = custody.keys.open_secret(processor_token->sealed_token,
                                               {KeyPurpose::card, token->tenant_id.text(), row, "processor_token"});
        if (!opened) return opened.error();
        filler.processor_token_ = std::move(*opened);
    }
    filler.account_id_ = account.account_id;
    filler.tenant_id_ = token->tenant_id;
    filler.card_id_ = token->card_id;
    filler.token_ = token->token;
    filler.expiry_month_ = token->expiry_month;
    filler.expiry_year_ = token->expiry_year;
    return filler;
}

Result<wiped::Bytes> MessageFiller::fill(const MessageTree& tree, const EgressHost& host,
                                         const std::string& content_type) {
    const auto name = host.port == 443 ? host.host : host.host + ":" + std::to_string(host.port);
    return processors::wire::serialize_http(tree, name, content_type,
                                            [this](Slot slot, wiped::Bytes& out) { return fill_slot(slot, out); });
}

Status MessageFiller::fill_slot(Slot slot, wiped::Bytes& out) {
    switch (slot) {
        case Slot::account_merchant_id:
        case Slot::account_password:
        case Slot::account_bearer: return fill_account(slot, out);
        case Slot::card_security_code:
        case Slot::card_track1:
        case Slot::card_track2:
        case Slot::card_encrypted_format:
        case Slot::card_encrypted_source:
        case Slot::card_encrypted_block:
        case Slot::card_encrypted_key: return fill_one_time(slot, out);
        case Slot::card_number:
        case Slot::card_expiry_mmyy:
        case Slot::card_expiry_month:
        case Slot::card_expiry_year: return fill_number_or_expiry(slot, out);
        case Slot::card_holder_name:
        case Slot::card_address:
        case Slot::card_postal_code: return fill_detail(slot, out);
        case Slot::card_processor_token: break;
    }
    if (!processor_token_) return Error{ErrorKind::not_found, "processor_token_missing"};
    processor_token_->lend([&](std::span<const char> text) { append(out, {text.data(), text.size()}); });
    return {};
}

Status MessageFiller::fill_number_or_expiry(Slot slot, wiped::Bytes& out) const {
    if (!token_) return Error{ErrorKind::forbidden, "token_required"};
    if (!number_) return Error{ErrorKind::conflict, "card_number_unknown"};
    if (slot == Slot::card_expiry_mmyy) append(out, two_digits(expiry_month_) + two_digits(expiry_year_));
    else if (slot == Slot::card_expiry_month) append(out, std::to_string(expiry_month_));
    else if (slot == Slot::card_expiry_year) append(out, std::to_string(expiry_year_));
    if (slot != Slot::card_number) return {};
    number_->lend([&](std::span<const char> digits) { append(out, {digits.data(), digits.size()}); });
    return {};
}

Status MessageFiller::fill_account(Slot slot, wiped::Bytes& out) const {
    return credentials_.lend([&](std::span<const char> bytes) -> Status {
        const auto credentials = sealed::parse_credentials(bytes);
        if (!credentials) return credentials.error();
        if (slot == Slot::account_bearer) append(out, "Bearer ");
        append(out, slot == Slot::account_merchant_id ? credentials->merchant_id : credentials->password);
        return {};
    });
}

// What was not given with the card is empty: an address check then says that there was none.
Status MessageFiller::fill_detail(Slot slot, wiped::Bytes& out) const {
    if (!token_) return Error{ErrorKind::forbidden, "token_required"};
    if (!details_) return {};
    return details_->lend([&](std::span<const char> bytes) -> Status {
        const auto details = sealed::parse_details(bytes);
        if (!details) return details.error();
        if (slot == Slot::card_holder_name) append(out, details->name);
        if (slot == Slot::card_address) append(out, details->address);
        if (slot == Slot::card_postal_code) append(out, details->postal_code);
        return {};
    });
}

Status MessageFiller::fill_one_time(Slot slot, wiped::Bytes& out) {
    if (!taken_ && token_) {
        if (auto taken = custody_->one_time.take(*token_)) taken_.emplace(std::move(*taken));
    }
    if (!taken_) return one_time_expired(slot);
    const auto& data = taken_->data();
    const auto* part = part_of(data, slot);
    if (!part) return one_time_expired(slot);
    if (slot == Slot::card_encrypted_format) append(out, "MagneSafe");
    else if (slot == Slot::card_encrypted_source) append(out, data.encrypted_source);
    else part->lend([&](std::span<const char> text) { append(out, {text.data(), text.size()}); });
    return {};
}

void MessageFiller::give_back() {
    if (taken_) custody_->one_time.give_back(std::move(*taken_));
    taken_.reset();
}

void MessageFiller::mark_used() {
    if (taken_) custody_->one_time.mark_used(*taken_);
}

Result<std::string> MessageFiller::scrub_text(std::string_view text,
                                              const std::vector<std::string>& masked_fields) const {
    const sealed::OneTimeData none;
    const auto& data = taken_ ? taken_->data() : none;
    return lend_all({&number_, &data.security_code, &data.track1, &data.track2, &data.encrypted_block, &processor_token_,
                     &new_processor_token_},
                    [&](const std::vector<std::span<const char>>& lent) {
        return credentials_.lend([&](std::span<const char> bytes) -> Result<std::string> {
            const auto credentials = sealed::parse_credentials(bytes);
            if (!credentials) return credentials.error();
            return scrub(text, masked_fields, {lent[0], lent[1], credentials->password, {lent[2], lent[3], lent[4], lent[5], lent[6]}});
        });
    });
}

Result<ProcessorToken> MessageFiller::take_processor_token(std::span<const char> text) {
    auto copy = sealed::SecretChars::copy_of(custody_->arena, text);
    if (!copy) return copy.error();
    new_processor_token_ = std::move(*copy);
    const auto row = row_of(card_id_, *account_id_);
    auto sealed_token =
        custody_->keys.seal(text, {sealed::KeyPurpose::card, tenant_id_->text(), row, "processor_token"});
    if (!sealed_token) return sealed_token.error();
    return ProcessorToken{card_id_, *account_id_, std::move(*sealed_token), custody_->clock.now()};
}

// Scrubbing keeps every length, so both are one text.
Result<Reply> MessageFiller::scrub_reply(const EgressAnswer& answer,
                                         const std::vector<std::string>& masked_fields) const {
    std::string text{answer.body.data(), answer.body.size()};
    text.append("\n").append(answer.content_type);
    auto shown = scrub_text(text, masked_fields);
    if (!shown) return shown.error();
    const auto content_type = shown->substr(answer.body.size() + 1);
    shown->resize(answer.body.size());
    return Reply{answer.http_status, content_type, std::move(*shown)};
}

}  // namespace postern::vault
