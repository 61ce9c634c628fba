#include "vault/egress/allow_list.hpp"

#include <charconv>

namespace postern::vault {
namespace {

Result<net::HttpEndpoint> parse_line(const std::string& line) {
    const Error bad{ErrorKind::invalid_request, "bad_config", "\"" + line + "\": name:port [address] is wanted", {}};
    const auto space = line.find(' ');
    const auto place = line.substr(0, space);
    const auto colon = place.rfind(':');
    if (colon == std::string::npos || colon == 0) return bad;
    net::HttpEndpoint endpoint{place.substr(0, colon)};
    const char* const end = place.data() + place.size();
    const auto [stop, failed] = std::from_chars(place.data() + colon + 1, end, endpoint.port);
    if (failed != std::errc{} || stop != end || endpoint.port == 0) return bad;
    if (space != std::string::npos) endpoint.address = line.substr(space + 1);
    if (space != std::string::npos && endpoint.address.empty()) return bad;
    return endpoint;
}

}  // namespace

Result<AllowList> AllowList::parse(const std::vector<std::string>& lines) {
    AllowList list;
    for (const auto& line : lines) {
        auto endpoint = parse_line(line);
        if (!endpoint) return endpoint.error();
        list.endpoints_.push_back(std::move(*endpoint));
    }
    if (list.endpoints_.empty()) return Error{ErrorKind::invalid_request, "bad_config", "allow: no host", {}};
    return list;
}

Result<net::HttpEndpoint> AllowList::find(const std::string& host, unsigned port, const std::string& address) const {
    for (const auto& endpoint : endpoints_)
        if (endpoint.host == host && endpoint.port == port && (address.empty() || endpoint.address == address))
            return endpoint;
    return Error{ErrorKind::forbidden, "host_not_allowed"};
}

}  // namespace postern::vault
