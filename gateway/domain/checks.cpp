#include "gateway/domain/checks.hpp"

#include "gateway/domain/words.hpp"

namespace postern::domain {
namespace {

constexpr Words<AvsResult, 6> avs_words{{
    {AvsResult::not_told, "not_told"}, {AvsResult::full_match, "full_match"},
    {AvsResult::address_only, "address_only"}, {AvsResult::postal_code_only, "postal_code_only"},
    {AvsResult::no_match, "no_match"}, {AvsResult::unavailable, "unavailable"},
}};
constexpr Words<CvvResult, 6> cvv_words{{
    {CvvResult::not_told, "not_told"}, {CvvResult::match, "match"}, {CvvResult::no_match, "no_match"},
    {CvvResult::not_processed, "not_processed"}, {CvvResult::not_on_card, "not_on_card"},
    {CvvResult::issuer_cannot, "issuer_cannot"},
}};
constexpr Words<CheckAction, 3> action_words{{
    {CheckAction::accept, "accept"}, {CheckAction::flag, "flag"}, {CheckAction::void_payment, "void"},
}};

std::string joined(std::string_view first, std::string_view second) {
    return std::string(first) + ' ' + std::string(second);
}
// Two words with one space between them.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == text.npos) return {text, {}};
    return {text.substr(0, space), text.substr(space + 1)};
}

}  // namespace

std::string_view to_text(AvsResult result) { return word_of(avs_words, result); }
std::string_view to_text(CvvResult result) { return word_of(cvv_words, result); }
std::string_view to_text(CheckAction action) { return word_of(action_words, action); }
std::optional<CheckAction> parse_check_action(std::string_view text) { return value_of(action_words, text); }

std::string encode(const Checks& checks) {
    return checks.is_told() ? joined(to_text(checks.avs), to_text(checks.cvv)) : std::string{};
}

std::optional<Checks> parse_checks(std::string_view text) {
    if (text.empty()) return Checks{};
    const auto [first, second] = split(text);
    const auto avs = value_of(avs_words, first);
    const auto cvv = value_of(cvv_words, second);
    if (!avs || !cvv) return std::nullopt;
    return Checks{*avs, *cvv};
}

std::string encode(const ChecksPolicy& policy) {
    if (policy == ChecksPolicy{}) return {};
    return joined(to_text(policy.avs_no_match), to_text(policy.cvv_no_match));
}

std::optional<ChecksPolicy> parse_checks_policy(std::string_view text) {
    if (text.empty()) return ChecksPolicy{};
    const auto [first, second] = split(text);
    const auto avs = parse_check_action(first);
    const auto cvv = parse_check_action(second);
    if (!avs || !cvv) return std::nullopt;
    return ChecksPolicy{*avs, *cvv};
}

FailedChecks failed_checks(const ChecksPolicy& policy, const Checks& checks, CheckAction action) {
    return {.avs = checks.avs == AvsResult::no_match && policy.avs_no_match == action,
            .cvv = checks.cvv == CvvResult::no_match && policy.cvv_no_match == action};
}

std::vector<std::string_view> words(const FailedChecks& failed) {
    std::vector<std::string_view> all;
    if (failed.avs) all.push_back("avs_no_match");
    if (failed.cvv) all.push_back("cvv_no_match");
    return all;
}

std::string encode(const FailedChecks& failed) {
    std::string text;
    for (const std::string_view word : words(failed)) text = text.empty() ? std::string(word) : joined(text, word);
    return text;
}

std::optional<FailedChecks> parse_failed_checks(std::string_view text) {
    for (const FailedChecks failed : {FailedChecks{}, FailedChecks{true, false}, FailedChecks{false, true},
                                      FailedChecks{true, true}})
        if (encode(failed) == text) return failed;
    return std::nullopt;
}

}  // namespace postern::domain
