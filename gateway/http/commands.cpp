#include "gateway/http/commands.hpp"

#include "gateway/contract/payments.pb.h"
#include "gateway/http/guard.hpp"

namespace postern::gateway {
namespace {

namespace api = postern::payments::v1;

constexpr std::size_t text_bytes_max = 128;
constexpr std::int64_t device_sequence_max = 99'999'999'999;

// Body to message; an empty body is an empty object.
std::optional<Refusal> read_body(std::string_view body, google::protobuf::Message& message) {
    const auto json = parse_json(body.empty() ? std::string_view{"{}"} : body);
    // A pointer may quote names that the caller wrote in escapes.
    if (!json && pointer_holds_card_number(json.error().field)) {
        return Refusal{Error{ErrorKind::invalid_request, "card_number_refused"}};
    }
    if (!json) return Refusal{json.error()};
    if (holds_card_number(*json)) return Refusal{Error{ErrorKind::invalid_request, "card_number_refused"}};
    if (auto errors = read_message(*json, message); !errors.empty()) return Refusal{std::move(errors)};
    return std::nullopt;
}

// Takes typed values out of a message and gathers what is wrong with them.
class Fields {
public:
    std::vector<FieldError> errors;

    void refuse(std::string field, std::string_view code) { errors.push_back({std::move(field), code}); }

    template <class IdType>
    std::optional<IdType> id(std::string field, const std::string& text) {
        if (text.empty()) return refuse(std::move(field), "required"), std::nullopt;
        const auto parsed = IdType::parse(text);
        if (!parsed) return refuse(std::move(field), parsed.error().code), std::nullopt;
        return *parsed;
    }
    std::optional<domain::Money> money(const api::Money& money) {
        const auto currency = domain::parse_currency(money.currency());
        if (!currency) {
            return refuse("/amount/currency", money.currency().empty() ? "required" : "unknown_currency"), std::nullopt;
        }
        const auto amount = domain::Money::of_minor(money.amount_minor(), *currency);
        if (!amount || money.amount_minor() <= 0) return refuse("/amount/amount_minor", "out_of_range"), std::nullopt;
        return *amount;
    }
    void text(std::string field, const std::string& text, bool required) {
        if (text.empty() && required) refuse(std::move(field), "required");
        else if (text.size() > text_bytes_max) refuse(std::move(field), "too_long");
    }
};

std::optional<Timestamp> time_of(const google::protobuf::Timestamp& time) {
    return Timestamp{std::chrono::seconds{time.seconds()}} + std::chrono::microseconds{time.nanos() / 1000};
}

}  // namespace

Parsed<NewPaymentInput> parse_create(std::string_view body) {
    api::CreatePaymentRequest message;
    if (auto refusal = read_body(body, message)) return std::move(*refusal);
    Fields fields;
    if (message.intent() == api::INTENT_UNSPECIFIED) fields.refuse("/intent", "required");
    if (!message.has_amount()) fields.refuse("/amount", "required");
    const auto amount = message.has_amount() ? fields.money(message.amount()) : std::nullopt;
    const auto token = fields.id<CardToken>("/token", message.token());
    const auto store = fields.id<StoreId>("/tender/store_id", message.tender().store_id());
    const auto device = fields.id<DeviceId>("/tender/device_id", message.tender().device_id());
    fields.text("/tender/tender_id", message.tender().tender_id(), true);
    fields.text("/order_reference", message.order_reference(), false);
    std::optional<AccountId> account;
    if (!message.account_id().empty()) account = fields.id<AccountId>("/account_id", message.account_id());
    if (message.device_sequence() < 0 || message.device_sequence() > device_sequence_max) {
        fields.refuse("/device_sequence", "out_of_range");
    }
    if (!fields.errors.empty()) return Refusal{std::move(fields.errors)};
    return NewPaymentInput{
        .verb = message.intent() == api::INTENT_SALE ? domain::Verb::sale : domain::Verb::authorize,
        .amount = *amount,
        .token = *token,
        .tender = {*store, *device, message.tender().tender_id()},
        .order_reference = message.order_reference(),
        .account_id = account,
        .accepted_offline_at = message.has_accepted_offline_at() ? time_of(message.accepted_offline_at()) : std::nullopt,
        .device_sequence = message.device_sequence(),
        .partial_approval = message.partial_approval()};
}

Parsed<ChangeCommand> parse_change(domain::Request request, std::string_view body) {
    api::CapturePaymentRequest with_amount;  // a refund's body has the same shape
    api::VoidPaymentRequest without;  // so has an acceptance's
    const bool is_whole = request == domain::Request::void_payment || request == domain::Request::accept;
    google::protobuf::Message& message = is_whole ? static_cast<google::protobuf::Message&>(without) : with_amount;
    if (auto refusal = read_body(body, message)) return std::move(*refusal);
    ChangeCommand command{request, std::nullopt};
    if (!with_amount.has_amount()) return command;
    Fields fields;
    command.amount = fields.money(with_amount.amount());
    if (!fields.errors.empty()) return Refusal{std::move(fields.errors)};
    return command;
}

}  // namespace postern::gateway
