#include "gateway/http/route.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/utf8.hpp"
#include "gateway/app/read_payments.hpp"
#include "gateway/http/decodings.hpp"

namespace postern::gateway {
namespace {

constexpr std::string_view payments_path = "/v1/payments";

RouteTarget only(std::string_view method, std::string_view allowed, RouteTarget target) {
    if (method == allowed) return target;
    return NoRoute{true, allowed};
}

std::optional<domain::Request> change_named(std::string_view name) {
    if (name == "capture") return domain::Request::capture;
    if (name == "refund") return domain::Request::refund;
    if (name == "void") return domain::Request::void_payment;
    if (name == "accept") return domain::Request::accept;
    if (name == "tip") return domain::Request::adjust_tip;
    if (name == "increment") return domain::Request::increment;
    return std::nullopt;
}

Routed collection_route(std::string_view method) {
    RouteTarget target = NoRoute{true, "GET, POST"};
    if (method == "POST") target = CreateRoute{};
    if (method == "GET") target = ListRoute{};
    return {target, payments_path};
}

std::string_view change_name(domain::Request request) {
    switch (request) {
        case domain::Request::capture: return "/v1/payments/{payment_id}/capture";
        case domain::Request::refund: return "/v1/payments/{payment_id}/refund";
        case domain::Request::void_payment: return "/v1/payments/{payment_id}/void";
        case domain::Request::accept: return "/v1/payments/{payment_id}/accept";
        case domain::Request::adjust_tip: return "/v1/payments/{payment_id}/tip";
        case domain::Request::increment: return "/v1/payments/{payment_id}/increment";
    }
    __builtin_unreachable();
}

// `rest` is what follows "/v1/payments/".
Routed payment_route(std::string_view method, std::string_view rest) {
    const std::size_t slash = rest.find('/');
    const auto payment_id = PaymentId::parse(rest.substr(0, slash));
    if (!payment_id) return {NoRoute{}, "other"};
    if (slash == rest.npos) return {only(method, "GET", GetRoute{*payment_id}), "/v1/payments/{payment_id}"};
    const auto request = change_named(rest.substr(slash + 1));
    if (!request) return {NoRoute{}, "other"};
    return {only(method, "POST", ChangeRoute{*payment_id, *request}), change_name(*request)};
}

bool is_payment_status(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(domain::PaymentState::expired); ++i) {
        if (domain::to_text(static_cast<domain::PaymentState>(i)) == text) return true;
    }
    return false;
}

// Puts one parameter in its place; the code says why not.
std::string_view apply_parameter(ListQuery& query, std::string_view name, std::string value) {
    if (std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) return "control_character";
    if (!is_utf8(value)) return "not_utf8";
    if (name == "page_token") return query.page_token = std::move(value), std::string_view{};
    if (name == "order_reference") return query.order_reference = std::move(value), std::string_view{};
    if (name == "store_id") {
        if (!StoreId::parse(value)) return "malformed_id";
        return query.store_id = std::move(value), std::string_view{};
    }
    if (name == "status") {
        if (!is_payment_status(value)) return "unknown_value";
        return query.status = std::move(value), std::string_view{};
    }
    if (name != "page_size") return "unknown_parameter";
    int size = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (failure != std::errc{} || end != value.data() + value.size()) return "not_an_integer";
    if (size < 1 || size > page_size_max) return "out_of_range";
    query.page_size = size;
    return {};
}

}  // namespace

Routed find_route(std::string_view method, std::string_view path) {
    if (path == "/healthz") return {only(method, "GET", HealthRoute{}), "/healthz"};
    if (path == "/readyz") return {only(method, "GET", ReadyRoute{}), "/readyz"};
    if (path == "/metrics") return {only(method, "GET", MetricsRoute{}), "/metrics"};
    if (path == payments_path) return collection_route(method);
    if (path.starts_with("/v1/payments/")) return payment_route(method, path.substr(payments_path.size() + 1));
    return {NoRoute{}, "other"};
}

std::variant<ListQuery, Refusal> parse_list_query(TenantId tenant, std::string_view query) {
    ListQuery list{.tenant_id = std::move(tenant), .page_token = {}, .status = {}, .store_id = {}, .order_reference = {}};
    std::set<std::string> seen;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string name{percent_decoded(pair.substr(0, equals)).view()};
        const std::string value{percent_decoded(pair.substr(std::min(equals + 1, pair.size()))).view()};
        std::string_view code = seen.insert(name).second ? std::string_view{} : "parameter_repeated";
        if (code.empty()) code = apply_parameter(list, name, value);
        if (!code.empty()) return Refusal{std::vector<FieldError>{{is_utf8(name) ? name : std::string{}, code}}};
    }
    return list;
}

}  // namespace postern::gateway
