#include "vault/keeper/number_hunt.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace postern::vault {
namespace {

constexpr int depth_max = 2;                 // base64 in hex, hex in base64
constexpr std::size_t base64_run_least = 9;  // 13 packed digits
constexpr std::size_t hex_run_least = 26;    // 13 ASCII digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

// Each digit as `prefix` + its code's text + `suffix`; what stands before the first and behind the last is cut off, so
// that "0x35, 0x34" is found by its first "35" on.
template <class Spell>
wiped::Bytes spelled(std::span<const char> digits, std::string_view between, Spell spell) {
    wiped::Bytes out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0) append(out, between);
        spell(out, digits[i] - '0');
    }
    return out;
}

void spell_hex(wiped::Bytes& out, int digit) {
    out.push_back('3');
    out.push_back(static_cast<char>('0' + digit));
}
void spell_decimal(wiped::Bytes& out, int digit) {
    out.push_back(static_cast<char>('0' + (48 + digit) / 10));
    out.push_back(static_cast<char>('0' + (48 + digit) % 10));
}
void spell_octal(wiped::Bytes& out, int digit) {
    out.push_back(static_cast<char>('0' + (48 + digit) / 8));
    out.push_back(static_cast<char>('0' + (48 + digit) % 8));
}
void spell_binary(wiped::Bytes& out, int digit) {
    for (int bit = 3; bit >= 0; --bit) out.push_back(static_cast<char>('0' + ((digit >> bit) & 1)));
}

template <class Hit>
void for_each_match(std::span<const char> stream, std::span<const char> needle, Hit hit) {
    if (needle.empty()) return;
    for (auto at = stream.begin();;) {
        at = std::search(at, stream.end(), needle.begin(), needle.end());
        if (at == stream.end()) return;
        hit(static_cast<std::size_t>(at - stream.begin()));
        ++at;
    }
}

// Calls `use` with what the base64 and hex runs of a view hold, at each alignment.
template <class Use>
void for_each_decoding(const View& view, Use use) {
    for (const auto& run : base64_runs(view, base64_run_least))
        for (std::size_t skip = 0; skip < 4 && run.first + skip < run.last; ++skip)
            use(base64_decoded(view, run.first + skip, run.last));
    for (const auto& run : hex_runs(view, hex_run_least))
        for (std::size_t skip = 0; skip < 2 && run.first + skip < run.last; ++skip)
            use(hex_decoded(view, run.first + skip, run.last));
}

}  // namespace

Marks::Marks(std::string_view reply) : reply_(reply), marked_(reply.size(), 0), kept_(reply.size(), 0) {
    for (const std::string_view mark : {std::string_view("<![CDATA["), std::string_view("]]>")})
        for (auto at = reply.find(mark); at != reply.npos; at = reply.find(mark, at + 1))
            std::fill_n(kept_.begin() + static_cast<std::ptrdiff_t>(at), mark.size(), 1);
}

void Marks::add(const Seen& seen) {
    const bool joined = seen.end - seen.begin > 1;
    for (std::uint32_t i = seen.begin; i < seen.end; ++i) {
        if (kept_[i] || is_space(reply_[i])) continue;
        if (joined && reply_[i] == '<') {
            const auto close = reply_.substr(i, seen.end - i).find('>');
            if (close == std::string_view::npos) return;
            i += static_cast<std::uint32_t>(close);
            continue;
        }
        marked_[i] = 1;
        any_ = true;
    }
}

bool Marks::near_before(std::uint32_t at, std::uint32_t distance) const {
    for (std::uint32_t back = 1; back <= distance && back <= at; ++back) {
        if (marked_[at - back]) return true;
        if (reply_[at - back] == '<') return false;
    }
    return false;
}

NumberHunt::NumberHunt(std::span<const char> digits) : digits_(digits.begin(), digits.end()) {
    for (const char digit : digits) nibbles_.push_back(static_cast<char>(digit - '0'));
    needles_.push_back(digits_);
    for (const auto between : {"", "0", "00", "25", "0025"}) needles_.push_back(spelled(digits, between, spell_hex));
    for (const auto between : {"", "0"}) {
        needles_.push_back(spelled(digits, between, spell_decimal));
        needles_.push_back(spelled(digits, between, spell_octal));
    }
    needles_.push_back(spelled(digits, "", spell_binary));
    needles_.push_back(spelled(digits, "0011", spell_binary));
}

void NumberHunt::look(const View& view, Marks& marks, int depth) const {
    look_one_way(view, marks, depth);
    look_one_way(reversed(view), marks, depth);
}

void NumberHunt::look_one_way(const View& view, Marks& marks, int depth) const {
    look_at_digits(view, marks);
    look_at_nibbles(view, marks);
    if (depth == depth_max) return;
    for_each_decoding(view, [&](const View& inner) {
        look(inner, marks, depth + 1);
        const auto further = decoded(inner);
        if (further.size() != inner.size()) look(further, marks, depth + 1);
    });
}

void NumberHunt::look_at_digits(const View& view, Marks& marks) const {
    wiped::Bytes stream;
    std::vector<std::uint32_t> places;
    for (std::uint32_t i = 0; i < view.size(); ++i) {
        if (!is_digit(view[i].character)) continue;
        stream.push_back(view[i].character);
        places.push_back(i);
    }
    if (stream.size() < digits_.size()) return;
    for (const auto& needle : needles_)
        for_each_match(stream, needle, [&](std::size_t at) {
            for (std::size_t i = at; i < at + needle.size(); ++i) marks.add(view[places[i]]);
        });
}

// Packed digits (two in a byte, either half first, at any half) and one digit in each low half (EBCDIC, unpacked).
void NumberHunt::look_at_nibbles(const View& view, Marks& marks) const {
    wiped::Bytes high_first, low_first, low;
    for (const auto& seen : view) {
        const auto byte = static_cast<unsigned char>(seen.character);
        const auto upper = static_cast<char>(byte >> 4), lower = static_cast<char>(byte & 0x0F);
        high_first.insert(high_first.end(), {upper, lower});
        low_first.insert(low_first.end(), {lower, upper});
        low.push_back(lower);
    }
    const auto mark = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i <= last; ++i) marks.add(view[i]);
    };
    for (const auto* halves : {&high_first, &low_first})
        for_each_match(*halves, nibbles_,
                       [&](std::size_t at) { mark(at / 2, (at + nibbles_.size() - 1) / 2); });
    for_each_match(low, nibbles_, [&](std::size_t at) { mark(at, at + nibbles_.size() - 1); });
}

void hunt_text(const View& view, std::span<const char> text, Marks& marks) {
    const auto look = [&](const View& seen) {
        wiped::Bytes characters;
        for (const auto& one : seen) characters.push_back(one.character);
        for_each_match(characters, text, [&](std::size_t at) {
            for (std::size_t i = at; i < at + text.size(); ++i) marks.add(seen[i]);
        });
    };
    look(view);
    for_each_decoding(view, look);
}

namespace {

constexpr std::size_t name_distance_max = 24;
constexpr std::uint32_t number_distance_max = 8;

// Does a name for a security code stand before `at`, with no tag in between?
bool name_stands_before(const View& view, std::size_t at) {
    static constexpr std::array<std::string_view, 12> names{"cvv", "cvc", "cid", "csc", "cvn", "cvd", "cav",
        "securitycode", "security_code", "security code", "card code", "cardcode"};
    const std::size_t first = at > name_distance_max ? at - name_distance_max : 0;
    std::string before;
    for (std::size_t i = first; i < at; ++i)
        before += static_cast<char>(std::tolower(static_cast<unsigned char>(view[i].character)));
    if (const auto tag = before.rfind('<'); tag != before.npos) before.erase(0, tag);
    return std::ranges::any_of(names, [&](std::string_view name) { return before.find(name) != before.npos; });
}

}  // namespace

void hunt_code(const View& view, std::span<const char> code, Marks& marks) {
    const auto look = [&](const View& seen) {
        wiped::Bytes characters;
        for (const auto& one : seen) characters.push_back(one.character);
        for_each_match(characters, code, [&](std::size_t at) {
            const std::size_t end = at + code.size();
            const bool alone = (at == 0 || !is_digit(characters[at - 1])) &&
                               (end == characters.size() || !is_digit(characters[end]));
            if (!alone) return;
            if (!name_stands_before(seen, at) && !marks.near_before(seen[at].begin, number_distance_max)) return;
            for (std::size_t i = at; i < end; ++i) marks.add(seen[i]);
        });
    };
    look(view);
    for_each_decoding(view, look);
}

}  // namespace postern::vault
