#include "vault/keeper/number_hunt.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <numeric>
#include <string>

namespace postern::vault {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_in_word(char c) { return is_digit(c) || is_letter(c); }
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

// The value in this base, most significant first, leading zeros left out.
wiped::Bytes in_base(std::uint64_t value, std::uint64_t base, std::string_view symbols) {
    wiped::Bytes out;
    for (; value > 0; value /= base)
        out.push_back(symbols.empty() ? static_cast<char>(value % base) : symbols[value % base]);
    return {out.rbegin(), out.rend()};
}

// Two characters of a word as an index; few share one.
constexpr std::size_t pairs = 1024;
std::size_t pair_of(char first, char second) {
    return (static_cast<std::size_t>(first & 31) << 5) | static_cast<std::size_t>(second & 31);
}

constexpr std::array<std::string_view, 3> base32_alphabets{
    "abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv",  // RFC 4648
    "0123456789abcdefghjkmnpqrstvwxyz"};                                     // Crockford

// The characters that these bytes alone decide, where `before` bytes stand in front of them.
wiped::Bytes base32_inner(std::span<const char> bytes, std::size_t before, std::string_view alphabet) {
    wiped::Bytes out;
    std::uint32_t bits = 0;
    int held = -static_cast<int>((5 - before * 8 % 5) % 5);  // so many bits end a character that others begin
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (held += 8; held >= 5; held -= 5) out.push_back(alphabet[(bits >> (held - 5)) & 31]);
    }
    return out;
}

template <class Hit>
void for_each_match(std::string_view stream, std::span<const char> needle, Hit hit) {
    if (needle.empty()) return;
    for (std::size_t at = 0; at + needle.size() <= stream.size(); ++at) {
        const void* const found = ::memmem(stream.data() + at, stream.size() - at, needle.data(), needle.size());
        if (!found) return;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - stream.data());
        hit(at);
    }
}

// `stream` has one character for each of the view.
void mark_matches(const View& view, std::string_view stream, std::span<const char> needle, Marks& marks) {
    for_each_match(stream, needle, [&](std::size_t at) {
        for (std::size_t i = at; i < at + needle.size(); ++i) marks.add(view[i]);
    });
}

wiped::Bytes backwards(std::span<const char> bytes) { return {bytes.rbegin(), bytes.rend()}; }

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

NumberHunt::NumberHunt(std::span<const char> digits) : size_(digits.size()) {
    spellings_.emplace_back(digits.begin(), digits.end());
    for (const auto between : {"", "0", "00", "25", "0025"}) spellings_.push_back(spelled(digits, between, spell_hex));
    for (const auto between : {"", "0"}) {
        spellings_.push_back(spelled(digits, between, spell_decimal));
        spellings_.push_back(spelled(digits, between, spell_octal));
    }
    spellings_.push_back(spelled(digits, "", spell_binary));
    spellings_.push_back(spelled(digits, "0011", spell_binary));
    for (std::size_t i = 0, forwards = spellings_.size(); i < forwards; ++i)
        spellings_.push_back(backwards(spellings_[i]));
    wiped::Bytes halves;
    for (const char digit : digits) halves.push_back(static_cast<char>(digit - '0'));
    low_halves_ = {halves, backwards(halves)};
    add_packed(low_halves_.front());
    add_packed(low_halves_.back());
    add_value(digits);
    add_words(digits);
}

// The whole bytes only, at either half. The half bytes at the ends, which others share, hold at most the first and the
// last digit, and those may be seen.
void NumberHunt::add_packed(std::span<const char> digits) {
    for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
        wiped::Bytes high_first, low_first;
        for (std::size_t i = first; i + 1 < digits.size(); i += 2) {
            high_first.push_back(static_cast<char>(digits[i] * 16 + digits[i + 1]));
            low_first.push_back(static_cast<char>(digits[i + 1] * 16 + digits[i]));
        }
        packed_.push_back(std::move(high_first));
        packed_.push_back(std::move(low_first));
    }
}

// Card numbers have 19 digits at most, and so fit.
void NumberHunt::add_value(std::span<const char> digits) {
    std::uint64_t value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    const auto bytes = in_base(value, 256, {}), octal = in_base(value, 8, "01234567");
    packed_.push_back(bytes);
    packed_.push_back(backwards(bytes));
    spellings_.push_back(octal);
    spellings_.push_back(backwards(octal));
    words_.push_back(in_base(value, 16, "0123456789abcdef"));
    words_.push_back(in_base(value, 36, "0123456789abcdefghijklmnopqrstuvwxyz"));
}

void NumberHunt::add_words(std::span<const char> digits) {
    for (const auto alphabet : base32_alphabets)
        for (std::size_t before = 0; before < 5; ++before) {
            words_.push_back(base32_inner(digits, before, alphabet));
            words_.push_back(base32_inner(packed_.front(), before, alphabet));
        }
    for (std::size_t i = 0, forwards = words_.size(); i < forwards; ++i) words_.push_back(backwards(words_[i]));
    std::ranges::sort(words_, {}, [](const wiped::Bytes& word) { return pair_of(word[0], word[1]); });
    words_from_.assign(pairs + 1, 0);
    for (const auto& word : words_) ++words_from_[pair_of(word[0], word[1]) + 1];
    std::partial_sum(words_from_.begin(), words_from_.end(), words_from_.begin());
    words_shortest_ = std::ranges::min(words_, {}, &wiped::Bytes::size).size();
}

void NumberHunt::run(const Reading& reading, Marks& marks) const {
    look_at_digits(reading, marks);
    look_at_packed(reading, marks);
    look_at_low_halves(reading, marks);
    look_at_words(reading, marks);
}

void NumberHunt::look_at_digits(const Reading& reading, Marks& marks) const {
    const auto& [view, characters] = reading;
    if (static_cast<std::size_t>(std::ranges::count_if(characters, is_digit)) < size_) return;
    wiped::Bytes stream;
    std::vector<std::uint32_t> places;
    stream.reserve(characters.size());
    places.reserve(characters.size());
    for (std::uint32_t i = 0; i < characters.size(); ++i) {
        if (!is_digit(characters[i])) continue;
        stream.push_back(characters[i]);
        places.push_back(i);
    }
    for (const auto& spelling : spellings_)
        for_each_match({stream.data(), stream.size()}, spelling, [&](std::size_t at) {
            for (std::size_t i = at; i < at + spelling.size(); ++i) marks.add(view[places[i]]);
        });
}

void NumberHunt::look_at_packed(const Reading& reading, Marks& marks) const {
    const auto& [view, characters] = reading;
    for (const auto& packed : packed_) mark_matches(view, characters, packed, marks);
}

// EBCDIC, unpacked decimal and the like: one digit in the low half of each byte.
void NumberHunt::look_at_low_halves(const Reading& reading, Marks& marks) const {
    const auto& [view, characters] = reading;
    wiped::Bytes low(characters.size());
    std::ranges::transform(characters, low.begin(), [](char c) { return static_cast<char>(c & 0x0F); });
    for (const auto& halves : low_halves_) mark_matches(view, {low.data(), low.size()}, halves, marks);
}

void NumberHunt::look_at_words(const Reading& reading, Marks& marks) const {
    const auto& [view, characters] = reading;
    if (static_cast<std::size_t>(std::ranges::count_if(characters, is_in_word)) < words_shortest_) return;
    wiped::Bytes stream;
    std::vector<std::uint32_t> places;
    stream.reserve(characters.size());
    places.reserve(characters.size());
    for (std::uint32_t i = 0; i < characters.size(); ++i) {
        if (!is_in_word(characters[i])) continue;
        stream.push_back(is_letter(characters[i]) ? static_cast<char>(characters[i] | 0x20) : characters[i]);
        places.push_back(i);
    }
    for (std::size_t at = 0; at + 1 < stream.size(); ++at) {
        const std::string_view rest{stream.data() + at, stream.size() - at};
        const auto pair = pair_of(stream[at], stream[at + 1]);
        for (int index = words_from_[pair]; index < words_from_[pair + 1]; ++index) {
            const auto& word = words_[static_cast<std::size_t>(index)];
            if (!rest.starts_with(std::string_view{word.data(), word.size()})) continue;
            for (std::size_t i = at; i < at + word.size(); ++i) marks.add(view[places[i]]);
        }
    }
}

void hunt_text(const Reading& reading, std::span<const char> text, Marks& marks) {
    const auto& [view, characters] = reading;
    mark_matches(view, characters, text, marks);
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

void hunt_code(const Reading& reading, std::span<const char> code, Marks& marks) {
    const auto& [view, characters] = reading;
    for_each_match(characters, code, [&](std::size_t at) {
        const std::size_t end = at + code.size();
        const bool alone = (at == 0 || !is_digit(characters[at - 1])) &&
                           (end == characters.size() || !is_digit(characters[end]));
        if (!alone) return;
        if (!name_stands_before(view, at) && !marks.near_before(view[at].begin, number_distance_max)) return;
        for (std::size_t i = at; i < end; ++i) marks.add(view[i]);
    });
}

}  // namespace postern::vault
