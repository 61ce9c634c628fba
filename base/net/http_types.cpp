#include "base/net/http_types.hpp"

#include <algorithm>

namespace postern::net {

std::string_view HttpRequest::path() const { return target.view().substr(0, target.view().find('?')); }

std::string_view HttpRequest::query() const {
    const auto mark = target.view().find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.view().substr(mark + 1);
}

std::string_view HttpRequest::header(std::string_view lower_case_name) const {
    const auto found = std::ranges::find(headers, lower_case_name, [](const auto& field) { return field.first; });
    return found == headers.end() ? std::string_view{} : found->second.view();
}

std::size_t HttpRequest::count_headers(std::string_view lower_case_name) const {
    return static_cast<std::size_t>(
        std::ranges::count(headers, lower_case_name, [](const auto& field) { return field.first; }));
}

}  // namespace postern::net
