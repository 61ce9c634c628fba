#include "base/id.hpp"

namespace postern {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t time_characters = 9;
constexpr std::size_t digit_run_max = 11;

std::string draw(Timestamp now, Random& random) {
    std::array<std::uint8_t, id_characters - time_characters> bytes;
    random.fill(bytes);
    std::string text(id_characters, '0');
    text[0] = alphabet[bytes[0] & 31];
    auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch() / std::chrono::milliseconds{1});
    for (std::size_t i = time_characters; i >= 1; --i, milliseconds >>= 5) text[i] = alphabet[milliseconds & 31];
    for (std::size_t i = 1; i < bytes.size(); ++i) text[time_characters + i] = alphabet[bytes[i] & 31];
    return text;
}

}  // namespace

std::string new_id_text(Timestamp now, Random& random) {
    std::string text = draw(now, random);
    while (longest_digit_run(text) > digit_run_max) text = draw(now, random);
    return text;
}

}  // namespace postern
