#include <algorithm>
#include <map>

#include "base/base32.hpp"
#include "gateway/storage/array_rows.hpp"
#include "gateway/storage/page_token.hpp"
#include "gateway/storage/row_codec.hpp"
#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

constexpr int page_max = 100;
constexpr int chunk = 200, chunks_max = 10;  // a state is not a column: a filtered page may come short, with a token

PaymentView view_of(const pqxx::row& row) { return {payment_of(row), card_of(row), {}, {}}; }

void add_operations(pqxx::work& tx, std::span<PaymentView> views) {
    std::map<std::string, PaymentView*> by_id;
    ArrayRows ids{1};
    for (PaymentView& view : views) {
        by_id.emplace(view.payment.id.text(), &view);
        ids.id(view.payment.id.text());
    }
    if (views.empty()) return;
    for (const auto& row : tx.exec_prepared("find_operations", pqxx::prepare::make_dynamic_params(ids.take()))) {
        PaymentView& view = *by_id.at(row["payment_id"].as<std::string>());
        view.operations.push_back(operation_of(row, view.payment.requested.currency()));
        const bool is_final = domain::is_final(view.operations.back().status);
        view.next_steps.push_back(is_final ? "" : plain_text(row["next_step"]));
    }
}

// Fills a page chunk by chunk from `place`, which it moves; true where more may follow.
class PageReader {
public:
    PageReader(pqxx::work& tx, const ListQuery& query, PagePlace place)
        : tx_{tx}, query_{query}, place_{std::move(place)},
          wanted_{static_cast<std::size_t>(std::clamp(query.page_size, 1, page_max))} {}

    ListPage read() {
        bool more = true;
        for (int i = 0; i < chunks_max && more && page_.payments.size() < wanted_; ++i) more = read_chunk();
        add_operations(tx_, page_.payments);
        if (more) page_.next_page_token = encode_page_token(place_);
        return std::move(page_);
    }

private:
    bool read_chunk() {
        const int limit = query_.status.empty() ? static_cast<int>(wanted_) + 1 : chunk;
        const auto found = tx_.exec_prepared("list_payments", query_.tenant_id.text(), to_rfc3339(place_.created_at),
                                             place_.payment_id, query_.store_id, stored_text(query_.order_reference),
                                             limit);
        for (const auto& row : found) {
            if (page_.payments.size() == wanted_) return true;
            PaymentView view = view_of(row);
            place_ = {view.payment.created_at, view.payment.id.text()};
            if (query_.status.empty() || domain::to_text(view.payment.state()) == query_.status)
                page_.payments.push_back(std::move(view));
        }
        return static_cast<int>(found.size()) == limit;
    }

    pqxx::work& tx_;
    const ListQuery& query_;
    PagePlace place_;
    std::size_t wanted_;
    ListPage page_;
};

}  // namespace

Result<PaymentView> find_view(pqxx::work& tx, const TenantId& tenant, const PaymentId& payment) {
    const auto found = tx.exec_prepared("find_payment", payment.text(), tenant.text());
    if (found.empty()) return Error{ErrorKind::not_found, "payment_not_found"};
    std::vector<PaymentView> views;
    views.push_back(view_of(found[0]));
    add_operations(tx, views);
    return std::move(views.front());
}

std::vector<PaymentView> find_due(pqxx::work& tx, Timestamp now, int count_max) {
    std::vector<PaymentView> views;
    for (const auto& row : tx.exec_prepared("find_due", to_rfc3339(now), count_max)) views.push_back(view_of(row));
    add_operations(tx, views);
    return views;
}

Result<ListPage> list_page(pqxx::work& tx, const ListQuery& query) {
    const PagePlace newest{Timestamp{std::chrono::sys_days{std::chrono::year{9999} / 1 / 1}}, ""};
    const auto place = query.page_token.empty() ? std::optional{newest} : decode_page_token(query.page_token);
    if (!place) return Error{ErrorKind::invalid_request, "bad_page_token", {}, "/page_token"};
    return PageReader{tx, query, *place}.read();
}

}  // namespace postern::gateway::rows
