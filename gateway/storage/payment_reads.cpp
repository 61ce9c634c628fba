#include "gateway/storage/payment_reads.hpp"

#include <map>

#include "base/base32.hpp"
#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/row_codec.hpp"

namespace postern::gateway::rows {
namespace {

constexpr int looks_max = 10;        // pages read to fill one where a filter on the derived status passes few
constexpr int rows_per_look = 200;

// Fills operations and next steps of views, by one statement.
void add_operations(pqxx::work& tx, std::vector<PaymentView>& views) {
    ArrayRows ids(1);
    std::map<std::string, PaymentView*> by_id;
    for (PaymentView& view : views) {
        ids.id(view.payment.id.text());
        by_id.emplace(view.payment.id.text(), &view);
    }
    if (ids.empty()) return;
    for (const auto& row : tx.exec_prepared("find_operations", ids.take().front())) {
        PaymentView& view = *by_id.at(row["payment_id"].c_str());
        domain::Operation operation = operation_of(row, view.payment.requested.currency());
        view.next_steps.push_back(domain::is_final(operation.status) ? "" : plain_text(row["next_step"]));
        view.operations.push_back(std::move(operation));
    }
}

PaymentView view_of(const pqxx::row& row) { return {payment_of(row), card_of(row), {}, {}}; }

std::string page_token_of(const domain::Payment& last) {
    const std::string text = to_rfc3339(last.created_at) + ' ' + last.id.text();
    return base32_grouped({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

Result<PagePlace> parse_page_token(std::string_view token) {
    if (token.empty()) return PagePlace{};
    const Error bad{ErrorKind::invalid_request, "bad_page_token", {}, "/page_token"};
    const auto bytes = base32_ungrouped(token);
    if (!bytes) return bad;
    const std::string text(bytes->begin(), bytes->end());
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || !PaymentId::parse(text.substr(space + 1))) return bad;
    const std::string time = text.substr(0, space);
    const bool shaped = time.size() == 27 && time[10] == 'T' && time.find_first_not_of("0123456789-T:.Z") == time.npos;
    if (!shaped) return bad;
    return PagePlace{time, text.substr(space + 1)};
}

std::optional<PaymentView> find_view(pqxx::work& tx, const TenantId& tenant, const PaymentId& payment) {
    const auto found = tx.exec_prepared("find_payment", payment.text(), tenant.text());
    if (found.empty()) return std::nullopt;
    std::vector<PaymentView> views{view_of(found[0])};
    add_operations(tx, views);
    return std::move(views.front());
}

ListPage list_views(pqxx::work& tx, const ListQuery& query, PagePlace from) {
    ListPage page;
    const auto size = static_cast<std::size_t>(query.page_size);
    bool more = true;
    for (int look = 0; look < looks_max && more && page.payments.size() <= size; ++look) {
        const auto found = tx.exec_prepared("list_payments", query.tenant_id.text(), from.created_at, from.payment_id,
                                            query.store_id, stored_text(query.order_reference), rows_per_look);
        more = found.size() == rows_per_look;
        for (const auto& row : found) {
            PaymentView view = view_of(row);
            from = {to_rfc3339(view.payment.created_at), view.payment.id.text()};
            const bool wanted = query.status.empty() || to_text(view.payment.state()) == query.status;
            if (wanted) page.payments.push_back(std::move(view));
            if (page.payments.size() > size) break;
        }
    }
    if (page.payments.size() > size) {
        page.payments.resize(size, page.payments.front());
        page.next_page_token = page_token_of(page.payments.back().payment);
    } else if (more && !page.payments.empty()) {
        page.next_page_token = page_token_of(page.payments.back().payment);
    }
    add_operations(tx, page.payments);
    return page;
}

}  // namespace postern::gateway::rows
