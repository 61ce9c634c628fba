#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/id.hpp"
#include "gateway/app/store.hpp"
#include "gateway/domain/transition.hpp"
#include "gateway/http/problem.hpp"

namespace postern::gateway {

struct HealthRoute {};
struct ReadyRoute {};
struct MetricsRoute {};
struct CreateRoute {};
struct ListRoute {};
struct GetRoute { PaymentId payment_id; };
struct ChangeRoute {
    PaymentId payment_id;
    domain::Request request;
};
struct NoRoute {
    bool other_method = false;  // the address is known, the method is not
    std::string_view allow = {};
};
using RouteTarget = std::variant<NoRoute, HealthRoute, ReadyRoute, MetricsRoute, CreateRoute, ListRoute, GetRoute, ChangeRoute>;

// Where a request goes, by method and path. A malformed payment id is no route: nothing has such a name.
struct Routed {
    RouteTarget route;
    std::string_view name;  // for metrics and logs
};
Routed find_route(std::string_view method, std::string_view path);

// GET /v1/payments?status=…&store_id=…&order_reference=…&page_size=…&page_token=…
// Sizes are clamped to 1..100; an unknown or repeated parameter is refused.
std::variant<ListQuery, Refusal> parse_list_query(TenantId tenant, std::string_view query);

}  // namespace postern::gateway
