#include "gateway/storage/page_token.hpp"

#include <charconv>

#include "base/base32.hpp"
#include "base/id.hpp"

namespace postern::gateway::rows {

std::string encode_page_token(const PagePlace& place) {
    const std::string text = std::to_string(place.created_at.time_since_epoch().count()) + ' ' + place.payment_id;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    return base32_grouped({bytes, text.size()});
}

std::optional<PagePlace> decode_page_token(std::string_view token) {
    const auto bytes = base32_ungrouped(token);
    if (!bytes) return std::nullopt;
    const std::string text(bytes->begin(), bytes->end());
    std::int64_t micros = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), micros);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (failure != std::errc{} || digits >= text.size() || *end != ' ') return std::nullopt;
    const auto payment = PaymentId::parse(std::string_view{text}.substr(digits + 1));
    constexpr std::int64_t year_9999 = 253'370'764'800'000'000;
    if (!payment || micros < 0 || micros > year_9999) return std::nullopt;
    return PagePlace{Timestamp{std::chrono::microseconds{micros}}, payment->text()};
}

}  // namespace postern::gateway::rows
