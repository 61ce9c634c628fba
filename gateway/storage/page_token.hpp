#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace postern::gateway::rows {

// Where a page of a list ended: the next begins behind it, whatever was added meanwhile.
struct PagePlace {
    Timestamp created_at;
    std::string payment_id;
    friend bool operator==(const PagePlace&, const PagePlace&) = default;
};
std::string encode_page_token(const PagePlace& place);
std::optional<PagePlace> decode_page_token(std::string_view token);

}  // namespace postern::gateway::rows
