#include "gateway/domain/bin_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/card_shape.hpp"
#include "base/utf8.hpp"

namespace postern::domain {
namespace {

constexpr std::array<std::string_view, 9> brands{"visa", "mastercard", "amex", "discover", "jcb",
                                                 "diners", "unionpay", "maestro", "other"};
constexpr std::string_view heading = "first,last,brand,funding,country,note";
constexpr std::size_t digits_min = 6, digits_max = 8, version_bytes_max = 40, note_bytes_max = 80;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_bin(std::string_view text) {
    return text.size() >= digits_min && text.size() <= digits_max && std::ranges::all_of(text, is_digit);
}

bool has_long_number(std::string_view text) {
    constexpr int run_max = 11;
    int run = 0;
    return std::ranges::any_of(text, [&](char c) { return (run = is_digit(c) ? run + 1 : 0) > run_max; });
}

bool is_version(std::string_view text) {
    const auto fits = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= version_bytes_max && std::ranges::all_of(text, fits) && !has_long_number(text);
}

bool is_note(std::string_view text) {
    const bool visible = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    return text.size() <= note_bytes_max && visible && is_utf8(text) && !has_long_number(text) && !holds_card_number(text);
}

bool is_country(std::string_view text) {
    return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The bound of all numbers that begin so: filled up to eight digits.
std::uint32_t bound(std::string_view digits, char filler) {
    std::string whole{digits};
    whole.resize(digits_max, filler);
    std::uint32_t value = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), value);
    return value;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at <= line.size();) {
        const auto comma = std::min(line.find(',', at), line.size());
        fields.push_back(trimmed(line.substr(at, comma - at)));
        at = comma + 1;
    }
    return fields;
}

// Reads line by line; a faulty line does not hide those behind it.
class Reader {
public:
    explicit Reader(std::vector<BinFault>& faults) : faults_{faults} {}

    void read(std::string_view text) {
        int number = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            auto line = text.substr(at, end - at);
            if (line.ends_with('\r')) line.remove_suffix(1);
            ++number;
            if (!trimmed(line).empty() && !line.starts_with('#')) take(line, number);
            at = end + 1;
        }
        if (!version_seen_) fault(1, "no version: the first line is version,NAME");
        else if (ranges_.empty() && faults_.empty()) fault(number, "no range");
    }
    std::string version_;
    std::vector<BinTable::Range> ranges_;

private:
    void fault(int line, std::string what) { faults_.push_back({line, std::move(what)}); }

    void take(std::string_view line, int number) {
        const auto fields = fields_of(line);
        if (!version_seen_) {
            version_seen_ = true;
            if (fields.size() != 2 || fields[0] != "version" || !is_version(fields[1]))
                return fault(number, "version,NAME is wanted; the name is up to 40 of A-Za-z0-9._-");
            version_ = fields[1];
        } else if (!heading_seen_) {
            heading_seen_ = true;
            if (line != heading) fault(number, "the heading " + std::string{heading} + " is wanted");
        } else {
            take_range(fields, number);
        }
    }

    void take_range(const std::vector<std::string_view>& fields, int number) {
        if (fields.size() != 6) return fault(number, "six fields are wanted, here are " + std::to_string(fields.size()));
        if (!is_bin(fields[0]) || !is_bin(fields[1]) || fields[0].size() != fields[1].size())
            return fault(number, "first and last are 6 to 8 digits, both of one length");
        if (fields[0] > fields[1]) return fault(number, "first is behind last");
        if (!fields[2].empty() && std::ranges::find(brands, fields[2]) == brands.end())
            return fault(number, "unknown brand");
        const auto funding = fields[3].empty() ? std::optional{Funding::unknown} : parse_funding(fields[3]);
        if (!funding) return fault(number, "funding is credit, debit, prepaid or unknown");
        if (!fields[4].empty() && !is_country(fields[4])) return fault(number, "country is two capitals (ISO 3166)");
        if (!is_note(fields[5])) return fault(number, "the note is up to 80 visible bytes without long numbers");
        ranges_.push_back({bound(fields[0], '0'), bound(fields[1], '9'),
                           {std::string{fields[2]}, *funding, std::string{fields[4]}}, std::string{fields[5]}, number});
    }

    std::vector<BinFault>& faults_;
    bool version_seen_ = false, heading_seen_ = false;
};

void find_overlaps(const std::vector<BinTable::Range>& sorted, std::vector<BinFault>& faults) {
    const BinTable::Range* widest = nullptr;  // reaches farthest so far
    for (const auto& range : sorted) {
        if (widest != nullptr && range.first <= widest->last) {
            faults.push_back({std::max(range.line, widest->line),
                              "overlaps line " + std::to_string(std::min(range.line, widest->line))});
        }
        if (widest == nullptr || range.last > widest->last) widest = &range;
    }
}

void keep_common(BinFacts& facts, const BinFacts& other) {
    if (facts.brand != other.brand) facts.brand.clear();
    if (facts.funding != other.funding) facts.funding = Funding::unknown;
    if (facts.country != other.country) facts.country.clear();
}

}  // namespace

Result<BinTable> BinTable::parse(std::string_view text, std::vector<BinFault>& faults) {
    Reader reader{faults};
    reader.read(text);
    std::ranges::sort(reader.ranges_, {}, &Range::first);
    find_overlaps(reader.ranges_, faults);
    std::ranges::sort(faults, {}, &BinFault::line);
    if (!faults.empty()) return Error{ErrorKind::invalid_request, "bad_bin_table"};
    BinTable table;
    table.version_ = std::move(reader.version_);
    table.ranges_ = std::move(reader.ranges_);
    return table;
}

BinFacts BinTable::look_up(std::string_view digits) const {
    if (!is_bin(digits)) return {};
    const auto low = bound(digits, '0'), high = bound(digits, '9');
    auto range = std::ranges::lower_bound(ranges_, low, {}, &Range::last);  // the first that does not end before
    if (range == ranges_.end() || range->first > low) return {};           // nothing, or a gap: the card may be in it
    BinFacts facts = range->facts;
    while (range->last < high) {
        const auto next = range + 1;
        if (next == ranges_.end() || next->first != range->last + 1) return {};
        keep_common(facts, next->facts);
        range = next;
    }
    return facts;
}

}  // namespace postern::domain
