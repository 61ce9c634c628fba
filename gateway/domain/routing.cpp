#include "gateway/domain/routing.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "gateway/domain/bin_table.hpp"

namespace postern::domain {
namespace {

constexpr int priority_max = 1'000'000;
constexpr std::size_t words_max = 64, word_bytes_max = 64, accounts_max = 8;

Error refused(std::string_view code, std::string_view detail) {
    return {ErrorKind::invalid_request, code, std::string{detail}};
}

Result<std::int64_t> number_of(std::string_view text, std::string_view code) {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) return refused(code, text);
    return value;
}

Result<std::vector<std::string>> words_of(std::string_view text, std::string_view code) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        const auto word = text.substr(at, comma - at);
        if (word.empty() || word.size() > word_bytes_max || words.size() == words_max) return refused(code, text);
        words.emplace_back(word);
        at = comma + 1;
    }
    if (text.ends_with(',')) return refused(code, text);
    return words;
}

bool is_name(std::string_view word) {
    return std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}
bool is_bin_prefix(std::string_view word) {
    constexpr std::size_t told = 6;  // digits that the vault tells
    return word.size() <= told && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}
bool is_funding(std::string_view word) { return parse_funding(word).has_value(); }
bool is_account(std::string_view word) {
    return word.starts_with(AccountTag::prefix) ? AccountId::parse(word).has_value() : is_name(word);
}

Status read_words(std::vector<std::string>& into, std::string_view text, bool (*fits)(std::string_view),
                  std::string_view code) {
    auto words = words_of(text, code);
    if (!words) return words.error();
    for (const std::string& word : *words)
        if (!fits(word)) return refused(code, word);
    into = std::move(*words);
    return {};
}

Status read_amounts(RouteRule& rule, const RouteRuleText& text) {
    for (const auto& [from, to] : {std::pair{&text.amount_min, &rule.amount_min}, {&text.amount_max, &rule.amount_max}}) {
        if (from->empty()) continue;
        const auto amount = number_of(*from, "bad_amount");
        if (!amount) return amount.error();
        if (*amount < 0 || *amount > Money::minor_max) return refused("bad_amount", *from);
        if (!rule.currency) return refused("amount_needs_currency", "an amount means nothing without its currency");
        *to = *amount;
    }
    if (rule.amount_min && rule.amount_max && *rule.amount_min > *rule.amount_max)
        return refused("bad_amount", "the least is more than the most");
    return {};
}

Status read_validity(RouteRule& rule, const RouteRuleText& text) {
    for (const auto& [from, to] : {std::pair{&text.from, &rule.from}, {&text.until, &rule.until}}) {
        if (from->empty()) continue;
        const auto seconds = number_of(*from, "bad_validity");
        if (!seconds) return seconds.error();
        *to = Timestamp{std::chrono::seconds{*seconds}};
    }
    if (rule.from && rule.until && *rule.from >= *rule.until) return refused("bad_validity", "it ends before it begins");
    return {};
}

bool has(const std::vector<std::string>& any_of, std::string_view word) {
    return any_of.empty() || std::ranges::find(any_of, word) != any_of.end();
}

bool has_beginning(const std::vector<std::string>& any_of, std::string_view digits) {
    return any_of.empty() || std::ranges::any_of(any_of, [&](const auto& bin) { return digits.starts_with(bin); });
}

const RouteAccount* find_account(std::string_view word, std::span<const RouteAccount> accounts) {
    for (const RouteAccount& account : accounts)
        if (account.is_enabled && (account.id.text() == word || account.processor == word)) return &account;
    return nullptr;
}

}  // namespace

Result<RouteRule> RouteRule::parse(const RouteRuleText& text) {
    const auto id = RouteRuleId::parse(text.id);
    if (!id) return id.error();
    RouteRule rule{.id = *id, .name = text.name, .store = {}, .brands = {}, .fundings = {}, .bins = {}, .currency = {},
                   .amount_min = {}, .amount_max = {}, .from = {}, .until = {}, .accounts = {},
                   .is_enabled = text.is_enabled};
    const auto priority = number_of(text.priority, "bad_priority");
    if (!priority || *priority < 0 || *priority > priority_max) return refused("bad_priority", "0 to 1000000");
    rule.priority = static_cast<int>(*priority);
    if (!text.store.empty()) {
        const auto store = StoreId::parse(text.store);
        if (!store) return store.error();
        rule.store = *store;
    }
    if (!text.currency.empty()) {
        const auto currency = parse_currency(text.currency);
        if (!currency) return refused("unknown_currency", text.currency);
        rule.currency = *currency;
    }
    if (auto read = read_words(rule.brands, text.brands, is_name, "bad_brand"); !read) return read.error();
    if (auto read = read_words(rule.fundings, text.fundings, is_funding, "bad_funding"); !read) return read.error();
    if (auto read = read_words(rule.bins, text.bins, is_bin_prefix, "bad_bin"); !read) return read.error();
    if (auto read = read_words(rule.accounts, text.accounts, is_account, "bad_account"); !read) return read.error();
    if (rule.accounts.empty() || rule.accounts.size() > accounts_max) return refused("bad_account", "1 to 8 are wanted");
    if (auto read = read_amounts(rule, text); !read) return read.error();
    if (auto read = read_validity(rule, text); !read) return read.error();
    return rule;
}

std::string_view mismatch(const RouteRule& rule, const RouteQuestion& question) {
    const std::int64_t minor = question.amount.amount_minor();
    if (!rule.is_enabled) return "disabled";
    if (rule.store && *rule.store != question.store) return "store";
    if (rule.from && question.at < *rule.from) return "not_yet";
    if (rule.until && question.at >= *rule.until) return "over";
    if (!has(rule.brands, question.brand)) return "brand";
    if (!has(rule.fundings, question.funding)) return "funding";
    if (!has_beginning(rule.bins, question.bin6)) return "bin";
    if (rule.currency && *rule.currency != question.amount.currency()) return "currency";
    if ((rule.amount_min && minor < *rule.amount_min) || (rule.amount_max && minor > *rule.amount_max)) return "amount";
    return {};
}

std::vector<RouteAccount> usable(const RouteRule& rule, std::span<const RouteAccount> accounts) {
    std::vector<RouteAccount> found;
    for (const std::string& word : rule.accounts) {
        const RouteAccount* account = find_account(word, accounts);
        if (account != nullptr && std::ranges::find(found, account->id, &RouteAccount::id) == found.end())
            found.push_back(*account);
    }
    return found;
}

RouteChoice choose_route(std::span<const RouteRule> rules, std::span<const RouteAccount> accounts,
                         const RouteQuestion& question) {
    for (const RouteRule& rule : rules) {
        if (!mismatch(rule, question).empty()) continue;
        if (auto found = usable(rule, accounts); !found.empty()) return {std::move(found), &rule};
    }
    const auto first = std::ranges::find_if(accounts, &RouteAccount::is_enabled);
    if (first == accounts.end()) return {};
    return {{*first}, nullptr};
}

void sort_rules(std::vector<RouteRule>& rules) {
    std::ranges::sort(rules, [](const RouteRule& one, const RouteRule& other) {
        return std::tie(one.priority, one.id) < std::tie(other.priority, other.id);
    });
}

}  // namespace postern::domain
