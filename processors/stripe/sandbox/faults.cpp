#include "processors/stripe/sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace postern::stripe::sandbox {
namespace {

namespace json = boost::json;

struct KindRow {
    FaultKind kind;
    std::string_view text;
    bool is_done;
};
constexpr std::array kinds{
    KindRow{FaultKind::lost_answer, "lost_answer", true},
    KindRow{FaultKind::late_answer, "late_answer", true},
    KindRow{FaultKind::cut, "cut", true},
    KindRow{FaultKind::garbage, "garbage", true},
    KindRow{FaultKind::empty, "empty", true},
    KindRow{FaultKind::server_error, "server_error", true},
    KindRow{FaultKind::html_502, "html_502", true},
    KindRow{FaultKind::drop_before_booking, "drop_before_booking", false},
    KindRow{FaultKind::failed_before_booking, "failed_before_booking", false},
    KindRow{FaultKind::rate_limit, "rate_limit", false},
    KindRow{FaultKind::lock_timeout, "lock_timeout", false},
    KindRow{FaultKind::key_in_use, "key_in_use", false},
};
const KindRow& row_of(FaultKind kind) { return *std::ranges::find(kinds, kind, &KindRow::kind); }

Error malformed(std::string_view what) { return {ErrorKind::invalid_request, "malformed_fault", std::string(what), {}}; }

}  // namespace

bool is_done(FaultKind kind) { return row_of(kind).is_done; }
std::string_view to_text(FaultKind kind) { return row_of(kind).text; }
std::vector<FaultKind> fault_kinds() {
    std::vector<FaultKind> out;
    for (const KindRow& row : kinds) out.push_back(row.kind);
    return out;
}

Result<Fault> parse_fault(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) return malformed("json");
    const json::object& object = value.as_object();
    const auto* kind = object.if_contains("kind");
    if (!kind || !kind->is_string()) return malformed("kind");
    const auto row = std::ranges::find(kinds, std::string_view(kind->as_string()), &KindRow::text);
    if (row == kinds.end()) return malformed("kind");
    Fault fault;
    fault.kind = row->kind;
    if (const auto* rate = object.if_contains("rate")) {
        if (!rate->is_number() || rate->to_number<double>() < 0 || rate->to_number<double>() > 1) return malformed("rate");
        fault.rate = rate->to_number<double>();
        fault.count_left = -1;
    }
    if (const auto* count = object.if_contains("count")) {
        if (!count->is_int64() || count->as_int64() < 1) return malformed("count");
        fault.count_left = count->as_int64();
    }
    if (const auto* delay = object.if_contains("delay_ms")) {
        constexpr std::int64_t longest_ms = 600'000;
        if (!delay->is_int64() || delay->as_int64() < 0 || delay->as_int64() > longest_ms) return malformed("delay_ms");
        fault.delay = std::chrono::milliseconds(delay->as_int64());
    }
    if (const auto* path = object.if_contains("path")) {
        if (!path->is_string()) return malformed("path");
        fault.path = std::string(path->as_string());
    }
    if (const auto* method = object.if_contains("method")) {
        const bool is_known = method->is_string() && (method->as_string() == "GET" || method->as_string() == "POST");
        if (!is_known) return malformed("method");
        fault.method = std::string(method->as_string());
    }
    return fault;
}

bool Faults::chance(double rate) {
    if (rate >= 1) return true;
    std::array<std::uint8_t, 4> bytes{};
    random_.fill(bytes);
    const std::uint32_t drawn = (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
                                (std::uint32_t{bytes[2]} << 8) | bytes[3];
    return drawn < rate * 4'294'967'296.0;
}

std::optional<Fault> Faults::strike(std::string_view method, std::string_view path) {
    for (Fault& fault : faults_) {
        const bool could = fault.count_left != 0 && fault.method == method && path.starts_with(fault.path);
        if (!could || !chance(fault.rate)) continue;
        if (fault.count_left > 0) --fault.count_left;
        return fault;
    }
    return std::nullopt;
}

std::string Faults::json() const {
    json::array out;
    for (const Fault& fault : faults_)
        out.push_back({{"kind", to_text(fault.kind)}, {"count_left", fault.count_left}, {"rate", fault.rate},
                       {"delay_ms", fault.delay.count()}, {"path", fault.path}, {"method", fault.method}});
    return json::serialize(out) + "\n";
}

}  // namespace postern::stripe::sandbox
