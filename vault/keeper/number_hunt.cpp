#include "vault/keeper/number_hunt.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace postern::vault {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

constexpr std::size_t spelled_digit_size_max = 4;

// Each digit as `prefix` + its code's text + `suffix`; what stands before the first and behind the last is cut off, so
// that "0x35, 0x34" is found by its first "35" on.
template <class Spell>
wiped::Bytes spelled(std::span<const char> digits, std::string_view between, Spell spell) {
    wiped::Bytes out;
    out.reserve(digits.size() * (between.size() + spelled_digit_size_max));
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

constexpr std::size_t octal_digits_max = 22;  // of 64 bits

// The value in this base, most significant first, leading zeros left out.
wiped::Bytes in_base(std::uint64_t value, std::uint64_t base, std::string_view symbols) {
    wiped::Bytes out;
    out.reserve(octal_digits_max);
    for (; value > 0; value /= base)
        out.push_back(symbols.empty() ? static_cast<char>(value % base) : symbols[value % base]);
    std::ranges::reverse(out);
    return out;
}

constexpr std::array<std::string_view, 3> base32_alphabets{
    "abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv",  // RFC 4648
    "0123456789abcdefghjkmnpqrstvwxyz"};                                     // Crockford

// The characters that these bytes alone decide, where `before` bytes stand in front of them.
wiped::Bytes base32_inner(std::span<const char> bytes, std::size_t before, std::string_view alphabet) {
    wiped::Bytes out;
    out.reserve(bytes.size() * 8 / 5);
    std::uint32_t bits = 0;
    int held = -static_cast<int>((5 - before * 8 % 5) % 5);  // so many bits end a character that others begin
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (held += 8; held >= 5; held -= 5) out.push_back(alphabet[(bits >> (held - 5)) & 31]);
    }
    return out;
}

// What a reader of one kind of characters alone sees of each character; 0 for those that it skips.
using Seeing = std::array<char, 256>;
constexpr Seeing seeing(bool letters) {
    Seeing seen{};
    for (std::size_t c = '0'; c <= '9'; ++c) seen[c] = static_cast<char>(c);
    for (std::size_t c = 'a'; letters && c <= 'z'; ++c) seen[c] = seen[c - 'a' + 'A'] = static_cast<char>(c);
    return seen;
}
constexpr auto digits_alone = seeing(false), words_alone = seeing(true);

wiped::Bytes seen_of(std::string_view characters, const Seeing& seeing) {
    wiped::Bytes out(characters.size());
    std::size_t size = 0;
    for (const char c : characters) {  // without a branch: they come in no order that a processor could guess
        const char seen = seeing[static_cast<unsigned char>(c)];
        out[size] = seen;
        size += seen != 0;
    }
    out.resize(size);
    return out;
}

std::vector<std::size_t> places_of(std::string_view characters, const Seeing& seeing) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < characters.size(); ++i)
        if (seeing[static_cast<unsigned char>(characters[i])] != 0) out.push_back(i);
    return out;
}

// Two digits a byte, from the digit at `first` on. The whole bytes only: the half bytes at the ends, which others
// share, hold at most the first and the last digit, and those may be seen.
wiped::Bytes packed(std::span<const char> digits, std::size_t first) {
    wiped::Bytes out;
    out.reserve(digits.size() / 2);
    for (std::size_t i = first; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<char>(digits[i] * 16 + digits[i + 1]));
    return out;
}

bool any_stands_in(std::string_view text, const Needles& needles) {
    bool any = false;
    needles.for_each_match(text, [&](std::size_t, std::size_t) { any = true; });
    return any;
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

NumberHunt::NumberHunt(std::span<const char> digits) {
    add_spelling({digits.begin(), digits.end()});
    for (const auto between : {"", "0", "00", "25", "0025"}) add_spelling(spelled(digits, between, spell_hex));
    for (const auto between : {"", "0"}) {
        add_spelling(spelled(digits, between, spell_decimal));
        add_spelling(spelled(digits, between, spell_octal));
    }
    add_spelling(spelled(digits, "", spell_binary));
    add_spelling(spelled(digits, "0011", spell_binary));
    // EBCDIC, unpacked decimal and the like: one digit in the low half of each byte.
    wiped::Bytes halves(digits.size());
    std::ranges::transform(digits, halves.begin(), [](char digit) { return static_cast<char>(digit - '0'); });
    for (const auto& order : {halves, backwards(halves)}) {
        add_packed(order);
        bytes_.add(order, Needles::Compare::low_halves);
    }
    add_value(digits);
    add_base32(digits);
    add_base32(packed(halves, 0));
}

void NumberHunt::add_spelling(wiped::Bytes spelling) {
    spelled_.add(spelling);
    std::ranges::reverse(spelling);
    spelled_.add(spelling);
}

void NumberHunt::add_word(wiped::Bytes word) {
    words_.add(word);
    std::ranges::reverse(word);
    words_.add(word);
}

void NumberHunt::add_packed(std::span<const char> digits) {
    for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
        const auto high_first = packed(digits, first);
        auto low_first = high_first;
        for (char& c : low_first) c = static_cast<char>((c << 4) | ((c >> 4) & 0x0F));
        bytes_.add(high_first);
        bytes_.add(low_first);
    }
}

// Card numbers have 19 digits at most, and so fit.
void NumberHunt::add_value(std::span<const char> digits) {
    std::uint64_t value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    const auto bytes = in_base(value, 256, {});
    bytes_.add(bytes);
    bytes_.add(backwards(bytes));
    add_spelling(in_base(value, 8, "01234567"));
    add_word(in_base(value, 16, "0123456789abcdef"));
    add_word(in_base(value, 36, "0123456789abcdefghijklmnopqrstuvwxyz"));
}

void NumberHunt::add_base32(std::span<const char> bytes) {
    for (const auto alphabet : base32_alphabets)
        for (std::size_t before = 0; before < 5; ++before) add_word(base32_inner(bytes, before, alphabet));
}

bool NumberHunt::stands_in(std::string_view characters) const {
    const auto digits = seen_of(characters, digits_alone), words = seen_of(characters, words_alone);
    return any_stands_in({digits.data(), digits.size()}, spelled_) ||
           any_stands_in({words.data(), words.size()}, words_) || stands_in_bytes_of(characters);
}

bool NumberHunt::stands_in_bytes_of(std::string_view characters) const { return any_stands_in(characters, bytes_); }

void NumberHunt::run(const Reading& reading, Marks& marks) const {
    const auto& [view, characters] = reading;
    const auto mark = [&](const std::vector<std::size_t>& places) {
        return [&](std::size_t at, std::size_t size) {
            for (std::size_t i = at; i < at + size; ++i) marks.add(view[places[i]]);
        };
    };
    const auto digits = seen_of(characters, digits_alone), words = seen_of(characters, words_alone);
    const auto digit_places = places_of(characters, digits_alone), word_places = places_of(characters, words_alone);
    spelled_.for_each_match({digits.data(), digits.size()}, mark(digit_places));
    words_.for_each_match({words.data(), words.size()}, mark(word_places));
    bytes_.for_each_match(characters, [&](std::size_t at, std::size_t size) {
        for (std::size_t i = at; i < at + size; ++i) marks.add(view[i]);
    });
}

namespace {

constexpr std::size_t name_distance_max = 24;
constexpr std::uint32_t number_distance_max = 8;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Does a name for a security code stand before `at`, with no tag in between?
bool name_stands_before(std::string_view characters, std::size_t at) {
    static constexpr std::array<std::string_view, 12> names{"cvv", "cvc", "cid", "csc", "cvn", "cvd", "cav",
        "securitycode", "security_code", "security code", "card code", "cardcode"};
    const std::size_t first = at > name_distance_max ? at - name_distance_max : 0;
    auto before = characters.substr(first, at - first);
    if (const auto tag = before.rfind('<'); tag != before.npos) before.remove_prefix(tag);
    return std::ranges::any_of(names, [&](std::string_view name) {
        return !std::ranges::search(before, name, {}, lower).empty();
    });
}

template <class Hit>
void for_each_match(std::string_view characters, std::span<const char> text, Hit hit) {
    const std::string_view wanted{text.data(), text.size()};
    for (auto at = characters.find(wanted); at != characters.npos; at = characters.find(wanted, at + 1)) hit(at);
}

// Calls `hit` wherever the code stands with no digit beside it.
template <class Hit>
void for_each_lone_code(std::string_view characters, std::span<const char> code, Hit hit) {
    for_each_match(characters, code, [&](std::size_t at) {
        const std::size_t end = at + code.size();
        const bool digit_before = at > 0 && is_digit(characters[at - 1]);
        const bool digit_behind = end < characters.size() && is_digit(characters[end]);
        if (!digit_before && !digit_behind) hit(at);
    });
}

}  // namespace

void hunt_text(const Reading& reading, std::span<const char> text, Marks& marks) {
    const auto& [view, characters] = reading;
    for_each_match(characters, text, [&](std::size_t at) {
        for (std::size_t i = at; i < at + text.size(); ++i) marks.add(view[i]);
    });
}

bool text_stands_in(std::string_view characters, std::span<const char> text) {
    return characters.find({text.data(), text.size()}) != characters.npos;
}

void hunt_code(const Reading& reading, std::span<const char> code, Marks& marks) {
    const auto& [view, characters] = reading;
    for_each_lone_code(characters, code, [&](std::size_t at) {
        if (!name_stands_before(characters, at) && !marks.near_before(view[at].begin, number_distance_max)) return;
        for (std::size_t i = at; i < at + code.size(); ++i) marks.add(view[i]);
    });
}

bool named_code_stands_in(std::string_view characters, std::span<const char> code) {
    bool stands = false;
    for_each_lone_code(characters, code, [&](std::size_t at) { stands |= name_stands_before(characters, at); });
    return stands;
}

}  // namespace postern::vault
