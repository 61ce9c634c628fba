#include "gateway/http/tip_rules_file.hpp"

#include <algorithm>
#include <array>

#include "base/ops/config.hpp"

namespace postern::gateway {
namespace {

constexpr int percent_max = 100;
constexpr std::array<std::string_view, 7> brands{"visa", "mastercard", "amex", "discover", "jcb", "diners", "other"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 2026-11-25; the calendar's own limits do not matter for an order.
bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    return std::ranges::count_if(text, is_digit) == 8;
}
bool is_category(std::string_view text) { return text.size() == 4 && std::ranges::all_of(text, is_digit); }
bool is_brand(std::string_view text) { return std::ranges::find(brands, text) != brands.end(); }

class RuleReader {
public:
    RuleReader(ops::Config& config, std::string path, const std::string& name)
        : config_{config}, path_{std::move(path)}, row_{"rules." + name + "."} {
        rule_.name = name;
    }

    Result<domain::TipRule> read() {
        const auto from = config_.text(row_ + "valid_from");
        if (!from) return from.error();
        if (!is_date(*from)) return refuse("valid_from", "a date such as 2026-11-25");
        rule_.valid_from = *from;
        if (const Status read = list("brands", is_brand, rule_.brands); !read) return read.error();
        if (const Status read = list("categories", is_category, rule_.categories); !read) return read.error();
        if (const Status read = conditions(); !read) return read.error();
        rule_.may_adjust = config_.flag_or(row_ + "adjust", false);
        rule_.may_increment = config_.flag_or(row_ + "increment", false);
        const auto percent = config_.integer(row_ + "above_percent", 0, percent_max);
        if (!percent) return percent.error();
        rule_.above_percent = static_cast<int>(*percent);
        return rule_;
    }

private:
    Error refuse(std::string_view key, std::string_view why) const {
        return {ErrorKind::invalid_request, "bad_config", path_ + ": " + row_ + std::string(key) + ": " + std::string(why)};
    }
    Status list(std::string_view key, bool (*is_known)(std::string_view), std::vector<std::string>& into) {
        if (!config_.has(row_ + std::string(key))) return {};
        auto texts = config_.texts(row_ + std::string(key));
        if (!texts) return texts.error();
        const bool fits = !texts->empty() && std::ranges::all_of(*texts, is_known);
        if (!fits) return refuse(key, "an empty list, or an entry that is not known");
        into = std::move(*texts);
        return {};
    }
    Status conditions() {
        if (config_.has(row_ + "funding")) {
            rule_.funding = domain::parse_funding(config_.text_or(row_ + "funding", ""));
            if (!rule_.funding) return refuse("funding", "credit, debit, prepaid or unknown");
        }
        if (config_.has(row_ + "after_partial_approval")) {
            rule_.after_partial_approval = config_.flag_or(row_ + "after_partial_approval", false);
        }
        return {};
    }

    ops::Config& config_;
    std::string path_, row_;
    domain::TipRule rule_;
};

}  // namespace

Result<domain::TipRules> read_tip_rules(const std::string& path) {
    auto config = ops::Config::load(path);
    if (!config) return config.error();
    std::vector<domain::TipRule> rules;
    for (const std::string& name : config->tables("rules")) {
        auto rule = RuleReader{*config, path, name}.read();
        if (!rule) return rule.error();
        rules.push_back(std::move(*rule));
    }
    if (const Status known = config->refuse_unknown(); !known) return known.error();
    return domain::TipRules{std::move(rules)};
}

}  // namespace postern::gateway
