#include "gateway/cli/events.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>

#include <ostream>

#include "base/base32.hpp"
#include "base/crypto/digest.hpp"
#include "idempotency/outbox/events.pb.h"

namespace postern::gateway::cli {
namespace {

constexpr std::size_t page_rows = 500;

// A page after (recorded_at, payment_id, version); the first begins at '' and at $1.
constexpr std::string_view read_page = R"sql(
    SELECT recorded_at, payment_id, version, payload, hash FROM events
    WHERE ($4 = '' OR payment_id = $4)
      AND (recorded_at, payment_id, version) > ($1::timestamptz, $2, $3::bigint)
    ORDER BY recorded_at, payment_id, version LIMIT 500
)sql";

void write_raw(std::ostream& out, const std::string& payload) {
    std::string framed;
    {
        google::protobuf::io::StringOutputStream stream{&framed};
        google::protobuf::io::CodedOutputStream coded{&stream};
        coded.WriteVarint64(payload.size());
        coded.WriteString(payload);
    }
    out << framed;
}

Status write_row(Shell& shell, const Table& page, std::size_t row, bool raw) {
    const auto bytes = base32_ungrouped(page.text(row, "payload"));
    const std::string payload = bytes ? std::string{bytes->begin(), bytes->end()} : std::string{};
    if (!bytes || crypto::sha256_text(payload) != page.text(row, "hash")) {
        return Error{ErrorKind::internal, "event_damaged",
                     page.text(row, "payment_id") + " version " + page.text(row, "version")};
    }
    if (raw) write_raw(shell.out(), payload);
    else shell.out() << event_line(payload, "{\"sha256\":" + json_text(page.text(row, "hash")) + "}") << '\n';
    return {};
}

}  // namespace

Status replay_events(Shell& shell, const ReplayOptions& options) {
    auto database = shell.database();
    if (!database) return database.error();
    std::string at = options.since.empty() ? "-infinity" : options.since, payment, version = "0";
    for (;;) {
        const auto page = (*database)->read(read_page, {at, payment, version, options.payment});
        if (!page) return page.error();
        const std::size_t count = page->rows.size();
        for (std::size_t i = 0; i < count; ++i) {
            if (auto written = write_row(shell, *page, i, options.raw); !written) return written;
        }
        if (count < page_rows) break;
        at = page->text(count - 1, "recorded_at");
        payment = page->text(count - 1, "payment_id");
        version = page->text(count - 1, "version");
    }
    shell.out().flush();
    return {};
}

std::string event_line(const std::string& payload, const std::string& where_json) {
    postern::events::v1::PaymentEvent event;
    std::string json = "null";
    google::protobuf::util::JsonPrintOptions as_named;
    as_named.preserve_proto_field_names = true;
    as_named.always_print_primitive_fields = true;
    if (event.ParseFromString(payload)) {
        json.clear();
        if (!google::protobuf::util::MessageToJsonString(event, &json, as_named).ok()) json = "null";
    }
    return "{\"event\":" + json + ",\"where\":" + where_json + "}";
}

}  // namespace postern::gateway::cli
