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

}  // namespace

Result<MessageFiller> MessageFiller::open(Custody& custody, const StoredAccount& account,
                                          const std::optional<StoredToken>& token) {
    using sealed::KeyPurpose;
    auto credentials = custody.keys.open_secret(
        account.sealed_credentials,
        {KeyPurpose::account, account.tenant_id.text(), account.account_id.text(), "credentials"});
    if (!credentials) return credentials.error();
    MessageFiller filler{custody, std::move(*credentials)};
    if (!token) return filler;
    auto number = custody.keys.open_secret(token->sealed_number,
                                           {KeyPurpose::card, token->tenant_id.text(), token->card_id, "number"});
    if (!number) return number.error();
    filler.number_ = std::move(*number);
    if (!token->sealed_details.empty()) {
        auto details = custody.keys.open_secret(
            token->sealed_details, {KeyPurpose::card, token->tenant_id.text(), token->token.text(), "details"});
        if (!details) return details.error();
        filler.details_ = std::move(*details);
    }
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
        case Slot::card_security_code: return fill_code(out);
        case Slot::card_number:
        case Slot::card_expiry_mmyy:
        case Slot::card_expiry_month:
        case Slot::card_expiry_year:
        case Slot::card_holder_name:
        case Slot::card_address:
        case Slot::card_postal_code: break;
    }
    if (!number_) return Error{ErrorKind::forbidden, "token_required"};
    if (slot != Slot::card_number) return fill_expiry(slot, out);
    number_->lend([&](std::span<const char> digits) { append(out, {digits.data(), digits.size()}); });
    return {};
}

Status MessageFiller::fill_expiry(Slot slot, wiped::Bytes& out) const {
    if (slot == Slot::card_expiry_mmyy) append(out, two_digits(expiry_month_) + two_digits(expiry_year_));
    else if (slot == Slot::card_expiry_month) append(out, std::to_string(expiry_month_));
    else if (slot == Slot::card_expiry_year) append(out, std::to_string(expiry_year_));
    else return fill_detail(slot, out);
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

Status MessageFiller::fill_code(wiped::Bytes& out) {
    if (!code_ && token_) {
        if (auto taken = custody_->codes.take(*token_)) code_.emplace(std::move(*taken));
    }
    if (!code_) return Error{ErrorKind::conflict, "security_code_expired"};
    code_->code().lend([&](std::span<const char> digits) { append(out, {digits.data(), digits.size()}); });
    return {};
}

void MessageFiller::give_code_back() {
    if (code_) custody_->codes.give_back(std::move(*code_));
    code_.reset();
}

void MessageFiller::mark_code_used() {
    if (code_) custody_->codes.mark_used(*code_);
}

Result<std::string> MessageFiller::scrub_text(std::string_view text,
                                              const std::vector<std::string>& masked_fields) const {
    const auto with = [&](std::span<const char> number, std::span<const char> code) {
        return credentials_.lend([&](std::span<const char> bytes) -> Result<std::string> {
            const auto credentials = sealed::parse_credentials(bytes);
            if (!credentials) return credentials.error();
            return scrub(text, masked_fields, {number, code, credentials->password});
        });
    };
    const auto with_number = [&](std::span<const char> number) {
        if (!code_) return with(number, {});
        return code_->code().lend([&](std::span<const char> code) { return with(number, code); });
    };
    return number_ ? number_->lend(with_number) : with_number({});
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
