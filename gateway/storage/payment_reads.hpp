#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "gateway/app/store.hpp"

namespace postern::gateway::rows {

// Where a page begins: behind this payment, newest first.
struct PagePlace {
    std::string created_at = "infinity";
    std::string payment_id;
};
Result<PagePlace> parse_page_token(std::string_view token);  // "" is the first page; "bad_page_token"

std::optional<PaymentView> find_view(pqxx::work& tx, const TenantId& tenant, const PaymentId& payment);
ListPage list_views(pqxx::work& tx, const ListQuery& query, PagePlace from);

}  // namespace postern::gateway::rows
