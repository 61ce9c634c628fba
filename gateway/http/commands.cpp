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
    // `least_minor`: of an amount 1, of a tip 0.
    std::optional<domain::Money> money(const api::Money& money, const std::string& field = "/amount",
                                       std::int64_t least_minor = 1) {
        const auto currency = domain::parse_currency(money.currency());
        if (!currency) {
            return refuse(field + "/currency", money.currency().empty() ? "required" : "unknown_currency"), std::nullopt;
        }
        const auto amount = domain::Money::of_minor(money.amount_minor(), *currency);
        if (!amount || money.amount_minor() < least_minor) {
            return refuse(field + "/amount_minor", "out_of_range"), std::nullopt;
        }
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

// A change's body: the amounts that its message has.
template <class Message>
Parsed<ChangeCommand> parse_money_of(domain::Request request, std::string_view body) {
    Message message;
    if (auto refusal = read_body(body, message)) return std::move(*refusal);
    ChangeCommand command{request, std::nullopt};
    Fields fields;
    if constexpr (requires { message.amount(); }) {
        const bool must = request == domain::Request::increment;
        if (message.has_amount()) command.amount = fields.money(message.amount());
        else if (must) fields.refuse("/amount", "required");
    }
    if constexpr (requires { message.tip(); }) {
        const bool must = request == domain::Request::adjust_tip;
        if (message.has_tip()) command.tip = fields.money(message.tip(), "/tip", 0);
        else if (must) fields.refuse("/tip", "required");
    }
    if (!fields.errors.empty()) return Refusal{std::move(fields.errors)};
    return command;
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
    switch (request) {
        case domain::Request::capture: return parse_money_of<api::CapturePaymentRequest>(request, body);
        case domain::Request::refund: return parse_money_of<api::RefundPaymentRequest>(request, body);
        case domain::Request::void_payment: return parse_money_of<api::VoidPaymentRequest>(request, body);
        case domain::Request::accept: return parse_money_of<api::AcceptPaymentRequest>(request, body);
        case domain::Request::adjust_tip: return parse_money_of<api::AdjustTipRequest>(request, body);
        case domain::Request::increment: return parse_money_of<api::IncrementPaymentRequest>(request, body);
    }
    __builtin_unreachable();
}

}  // namespace postern::gateway
