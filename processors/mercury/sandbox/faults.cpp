#include "processors/mercury/sandbox/faults.hpp"

#include <array>
#include <boost/json.hpp>

#include "processors/mercury/sandbox/echo.hpp"

namespace postern::mercury::sandbox {
namespace {

namespace json = boost::json;

Error malformed(std::string_view what) { return {ErrorKind::invalid_request, "malformed_fault", std::string(what)}; }

Status read_numbers(const json::object& object, Fault& fault) {
    if (const auto* rate = object.if_contains("rate")) {
        if (!rate->is_number()) return malformed("rate");
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
    if (const auto* bytes = object.if_contains("bytes")) {
        constexpr std::int64_t most = 64 * 1024 * 1024;
        if (!bytes->is_int64() || bytes->as_int64() < 1 || bytes->as_int64() > most) return malformed("bytes");
        fault.bytes = bytes->as_int64();
    }
    return fault.rate >= 0 && fault.rate <= 1 ? Status{} : malformed("rate");
}

Status read_texts(const json::object& object, Fault& fault) {
    if (const auto* code = object.if_contains("tran_code")) {
        if (!code->is_string()) return malformed("tran_code");
        fault.tran_code = std::string(code->as_string());
    }
    if (const auto* form = object.if_contains("form")) {
        if (!form->is_string() || !echoed("0", std::string(form->as_string()))) return malformed("form");
        fault.form = std::string(form->as_string());
    }
    if (const auto* until = object.if_contains("until")) {
        const bool may_wait = fault.kind == FaultKind::late_answer || fault.kind == FaultKind::late_booking;
        if (!until->is_string() || until->as_string() != "undo" || !may_wait) return malformed("until");
        fault.until_undo = true;
    }
    return {};
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) return malformed("json");
    const json::object& object = value.as_object();
    const auto* kind = object.if_contains("kind");
    if (!kind || !kind->is_string()) return malformed("kind");
    const auto known = parse_fault_kind(std::string(kind->as_string()));
    if (!known) return malformed("kind");
    Fault fault;
    fault.kind = *known;
    if (auto status = read_numbers(object, fault); !status) return status.error();
    if (auto status = read_texts(object, fault); !status) return status.error();
    return fault;
}

void Faults::clear() {
    faults_.clear();
    struck_.clear();
}

bool Faults::chance(double rate) {
    if (rate >= 1) return true;
    std::array<std::uint8_t, 4> bytes{};
    random_.fill(bytes);
    const std::uint32_t drawn = (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
                                (std::uint32_t{bytes[2]} << 8) | bytes[3];
    return drawn < rate * 4'294'967'296.0;
}

std::optional<Fault> Faults::strike_standing(std::string_view code, bool is_transaction) {
    for (Fault& fault : faults_) {
        const bool is_meant = fault.tran_code == code || (fault.tran_code.empty() && is_transaction);
        if (fault.count_left == 0 || !is_meant || !chance(fault.rate)) continue;
        if (fault.count_left > 0) --fault.count_left;
        return fault;
    }
    return std::nullopt;
}

std::optional<Fault> Faults::strike_named(std::string_view operation) { return strike_standing(operation, false); }

std::optional<Fault> Faults::strike(std::string_view tran_code, std::string_view invoice, std::int64_t amount_minor) {
    if (auto standing = strike_standing(tran_code, true)) return standing;
    const auto triggered = find_fault_trigger(amount_minor);
    const bool first_time = triggered && struck_.insert(std::string(tran_code) + '|' + std::string(invoice)).second;
    if (!first_time) return std::nullopt;
    Fault fault;
    fault.kind = *triggered;
    return fault;
}

std::string Faults::json() const {
    json::array out;
    for (const Fault& fault : faults_)
        out.push_back({{"kind", to_text(fault.kind)}, {"count_left", fault.count_left}, {"rate", fault.rate},
                       {"delay_ms", fault.delay.count()}, {"tran_code", fault.tran_code}, {"form", fault.form},
                       {"bytes", fault.bytes.value_or(0)}, {"until", fault.until_undo ? "undo" : ""}});
    return json::serialize(out) + "\n";
}

}  // namespace postern::mercury::sandbox
