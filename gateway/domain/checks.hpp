#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::domain {

// What an answer told of the comparison of address and security code. It judges nothing: a failed comparison does not
// decline by itself, the merchant's policy decides.
enum class AvsResult { not_told, full_match, address_only, postal_code_only, no_match, unavailable };
enum class CvvResult { not_told, match, no_match, not_processed, not_on_card, issuer_cannot };
std::string_view to_text(AvsResult result);
std::string_view to_text(CvvResult result);
struct Checks {
    AvsResult avs = AvsResult::not_told;
    CvvResult cvv = CvvResult::not_told;
    bool is_told() const { return avs != AvsResult::not_told || cvv != CvvResult::not_told; }
    friend bool operator==(const Checks&, const Checks&) = default;
};
std::string encode(const Checks& checks);  // "no_match match"; nothing told: ""
std::optional<Checks> parse_checks(std::string_view text);

// What a store does with an approval whose comparison failed.
enum class CheckAction { accept, flag, void_payment };
std::string_view to_text(CheckAction action);  // "accept", "flag", "void"
std::optional<CheckAction> parse_check_action(std::string_view text);
struct ChecksPolicy {
    CheckAction avs_no_match = CheckAction::accept;
    CheckAction cvv_no_match = CheckAction::accept;
    friend bool operator==(const ChecksPolicy&, const ChecksPolicy&) = default;
};
std::string encode(const ChecksPolicy& policy);  // "flag void"; all accepted: ""
std::optional<ChecksPolicy> parse_checks_policy(std::string_view text);

// The comparisons that failed and whose policy asks for one of these actions, as a payment keeps and shows them.
struct FailedChecks {
    bool avs = false, cvv = false;
    bool any() const { return avs || cvv; }
    friend bool operator==(const FailedChecks&, const FailedChecks&) = default;
};
FailedChecks failed_checks(const ChecksPolicy& policy, const Checks& checks, CheckAction action);
std::vector<std::string_view> words(const FailedChecks& failed);  // "avs_no_match", "cvv_no_match"
std::string encode(const FailedChecks& failed);  // "avs_no_match cvv_no_match"; none: ""
std::optional<FailedChecks> parse_failed_checks(std::string_view text);

}  // namespace postern::domain
