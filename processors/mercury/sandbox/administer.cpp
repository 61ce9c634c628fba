#include <array>
#include <utility>

#include "processors/mercury/sandbox/fields.hpp"
#include "processors/mercury/sandbox/host.hpp"

// The batch: its summary, its close by hand and by the time of day.
namespace postern::mercury::sandbox {
namespace {

struct Figure {
    std::string AdminRequest::*given;
    std::string wanted;
    FieldFault wrong;
    bool is_needed;
};

// The texts of a total that differs are not public.
FieldFault check_figures(const AdminRequest& request, const Batch& batch, bool wants_every_one) {
    constexpr FieldFault number{"100222", "Invalid Field - Batch No"};
    constexpr FieldFault count{"100223", "Invalid Field - Batch Item Count"};
    constexpr FieldFault total{"001003", "Batch Totals Do Not Match"};
    const std::string none = minor_text(0);
    const std::array figures{
        Figure{&AdminRequest::batch_no, batch_number_text(batch.number), number, true},
        Figure{&AdminRequest::item_count, std::to_string(batch.items()), count, true},
        Figure{&AdminRequest::net_total, minor_text(batch.net_minor()), total, true},
        Figure{&AdminRequest::purchase_count, std::to_string(batch.purchases), total, wants_every_one},
        Figure{&AdminRequest::purchase_amount, minor_text(batch.purchased_minor), total, wants_every_one},
        Figure{&AdminRequest::return_count, std::to_string(batch.returns), total, wants_every_one},
        Figure{&AdminRequest::return_amount, minor_text(batch.returned_minor), total, wants_every_one},
        Figure{&AdminRequest::debit_purchase_count, "0", total, wants_every_one},
        Figure{&AdminRequest::debit_purchase_amount, none, total, wants_every_one},
        Figure{&AdminRequest::debit_return_count, "0", total, wants_every_one},
        Figure{&AdminRequest::debit_return_amount, none, total, wants_every_one},
    };
    for (const Figure& figure : figures) {
        const std::string& given = request.*figure.given;
        if (given.empty() && figure.is_needed) return {"001004", "Insufficient Fields"};
        if (!given.empty() && given != figure.wanted) return figure.wrong;
    }
    return {};
}

}  // namespace

void Host::expect_close(const Batch& batch) {
    if (batch.opened && settings_.closes_at && *batch.opened < next_close_)
        next_close_ = std::min(next_close_, next_close(*batch.opened, *settings_.closes_at));
}

Status Host::add_close(const std::string& merchant, Timestamp at, std::string_view by) {
    const Batch& batch = book_.open_batch(merchant);
    Entry entry;
    entry.at = at;
    entry.merchant = merchant;
    entry.tran_code = "BatchClose";
    entry.amount_minor = batch.net_minor();
    entry.status = "Success";
    entry.code = "000000";
    entry.text = "OK";
    entry.carried = by;
    const auto added = book_.add(entry);
    return added ? Status{} : Status{added.error()};
}

Status Host::close_due() {
    const Timestamp now = clock_.now();
    if (now < next_close_) return {};
    std::vector<std::pair<std::string, Timestamp>> due;
    for (const auto& [merchant, batch] : book_.open_batches()) {
        const auto at = batch.opened ? next_close(*batch.opened, *settings_.closes_at) : Timestamp::max();
        if (at <= now) due.emplace_back(merchant, at);
    }
    for (const auto& [merchant, at] : due)
        if (auto status = add_close(merchant, at, "time"); !status) return status;
    next_close_ = Timestamp::max();
    for (const auto& [merchant, batch] : book_.open_batches()) expect_close(batch);
    return {};
}

// An empty batch is closed as well: nothing public says that the host minds.
Result<AdminAnswer> Host::administer(const AdminRequest& request) {
    if (auto status = close_due(); !status) return status.error();
    const bool is_close = request.tran_code == "BatchClose";
    if (request.merchant.empty()) return AdminAnswer{error("", "004018", "Merchant ID Missing")};
    if (!knows(request.merchant, request.password)) return AdminAnswer{bad_credentials(request.merchant)};
    if (!is_close && request.tran_code != "BatchSummary")
        return AdminAnswer{error(request.merchant, "100219", "Invalid Field - TranCode")};
    const Batch batch = book_.open_batch(request.merchant);
    if (is_close) {
        const FieldFault wrong = check_figures(request, batch, settings_.close_wants_every_figure);
        if (!wrong.code.empty()) return AdminAnswer{error(request.merchant, wrong.code, wrong.text)};
        if (auto status = add_close(request.merchant, clock_.now(), "merchant"); !status) return status.error();
    }
    AdminAnswer out{error(request.merchant, "000000", settings_.only_test_cards ? "OK TEST" : "OK"),
                    is_close ? "BatchClose" : "BatchSummary", request.operator_id, batch};
    out.command.entry.status = "Success";
    out.command.origin = "Processor";
    return out;
}

}  // namespace postern::mercury::sandbox
