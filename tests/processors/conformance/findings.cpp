#include "tests/processors/conformance/findings.hpp"

#include <map>

namespace postern::conformance {

std::string_view to_text(Check check) {
    switch (check) {
        case Check::plans: return "plans";
        case Check::works: return "works";
        case Check::message_allowed: return "message_allowed";
        case Check::card_in_slots: return "card_in_slots";
        case Check::identity_constant: return "identity_constant";
        case Check::charged_once: return "charged_once";
        case Check::books_agree: return "books_agree";
        case Check::hold_told: return "hold_told";
        case Check::ends: return "ends";
        case Check::follow_up: return "follow_up";
        case Check::capabilities: return "capabilities";
    }
    __builtin_unreachable();
}

std::string summary_of(const Findings& findings) {
    std::map<Check, std::pair<int, const Finding*>> by_check;
    for (const Finding& finding : findings) {
        auto& [count, first] = by_check[finding.check];
        if (count++ == 0) first = &finding;
    }
    std::string out;
    for (const auto& [check, counted] : by_check)
        out += std::string(to_text(check)) + " (" + std::to_string(counted.first) + "): " + counted.second->where +
               ": " + counted.second->what + "\n";
    return out;
}

}  // namespace postern::conformance
