#include "processors/mercury/invoice.hpp"

#include <stdexcept>
#include <string_view>

namespace postern::mercury {
namespace {

std::string base32_of(std::uint64_t value, int characters) {
    constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    if (value >> (5 * characters) != 0) throw std::logic_error("invoice numbers of this epoch are used up");
    std::string out;
    for (int shift = 5 * (characters - 1); shift >= 0; shift -= 5) out.push_back(alphabet[(value >> shift) & 31]);
    return out;
}

}  // namespace

std::string invoice_number(std::uint64_t epoch, std::uint64_t counter) {
    return base32_of(epoch, 8) + 'p' + base32_of(counter, 7);
}

}  // namespace postern::mercury
