#include "processors/mercury/sandbox/triggers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::mercury::sandbox {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 24> names{{
    {FaultKind::lost_answer, "lost_answer"},
    {FaultKind::late_answer, "late_answer"},
    {FaultKind::cut, "cut"},
    {FaultKind::garbage, "garbage"},
    {FaultKind::empty, "empty"},
    {FaultKind::html_500, "html_500"},
    {FaultKind::soap_fault, "soap_fault"},
    {FaultKind::silent_server, "silent_server"},
    {FaultKind::refuse, "refuse"},
    {FaultKind::drop_before_booking, "drop_before_booking"},
    {FaultKind::busy, "busy"},
    {FaultKind::late_booking, "late_booking"},
    {FaultKind::duplicated, "duplicated"},
    {FaultKind::truncated, "truncated"},
    {FaultKind::slow_drip, "slow_drip"},
    {FaultKind::wrong_invoice, "wrong_invoice"},
    {FaultKind::two_prologs, "two_prologs"},
    {FaultKind::html_200, "html_200"},
    {FaultKind::bad_gateway, "bad_gateway"},
    {FaultKind::tls_break, "tls_break"},
    {FaultKind::oversized, "oversized"},
    {FaultKind::deep_xml, "deep_xml"},
    {FaultKind::not_utf8, "not_utf8"},
    {FaultKind::echo_card, "echo_card"},
}};

// 20.NN stands for the host's answer 0NN.
constexpr std::array outcomes{
    OutcomeTrigger{257, "DECLINE", "005"},        OutcomeTrigger{267, "INVLD EXP DATE", "054"},
    OutcomeTrigger{2001, "CALL ND", "001"},       OutcomeTrigger{2002, "CALL ND", "002"},
    OutcomeTrigger{2004, "PIC UP", "004"},        OutcomeTrigger{2005, "DECLINE", "005"},
    OutcomeTrigger{2007, "DECLINED-CV2 FAIL", "007"}, OutcomeTrigger{2019, "PLEASE RETRY", "019"},
    OutcomeTrigger{2054, "INVLD EXP DATE", "054"}, OutcomeTrigger{2055, "INVLD PIN", "055"},
    OutcomeTrigger{2075, "MAX PIN TRIES", "075"}, OutcomeTrigger{2091, "ISSUER UNAVAIL", "091"},
    OutcomeTrigger{2300, "ISSUER UNAVAIL", "091"},
};

constexpr std::array<std::pair<std::int64_t, FaultKind>, 11> faults{{
    {6161, FaultKind::lost_answer},
    {6162, FaultKind::late_answer},
    {6163, FaultKind::cut},
    {6164, FaultKind::garbage},
    {6165, FaultKind::html_500},
    {6166, FaultKind::drop_before_booking},
    {6167, FaultKind::refuse},
    {6168, FaultKind::busy},
    {6169, FaultKind::silent_server},
    {6170, FaultKind::empty},
    {6171, FaultKind::soap_fault},
}};

}  // namespace

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
    const auto row = std::ranges::find(names, text, [](const auto& name) { return name.second; });
    return row == names.end() ? std::nullopt : std::optional(row->first);
}
std::string_view to_text(FaultKind kind) {
    return std::ranges::find(names, kind, [](const auto& name) { return name.first; })->second;
}

std::vector<FaultKind> fault_kinds() {
    std::vector<FaultKind> kinds;
    for (const auto& [kind, name] : names) kinds.push_back(kind);
    return kinds;
}

const OutcomeTrigger* find_outcome_trigger(std::int64_t amount_minor) {
    const auto row = std::ranges::find(outcomes, amount_minor, &OutcomeTrigger::amount_minor);
    return row == outcomes.end() ? nullptr : &*row;
}
std::optional<FaultKind> find_fault_trigger(std::int64_t amount_minor) {
    const auto row = std::ranges::find(faults, amount_minor, [](const auto& fault) { return fault.first; });
    return row == faults.end() ? std::nullopt : std::optional(row->second);
}

std::optional<std::int64_t> partial_amount(std::string_view masked, std::int64_t amount_minor) {
    const bool visa = masked == "400555XXXXXX0480" && amount_minor == 2354;
    const bool discover = masked == "601190XXXXXX5677" && amount_minor == 2307;
    return visa || discover ? std::optional<std::int64_t>(2000) : std::nullopt;
}

}  // namespace postern::mercury::sandbox
