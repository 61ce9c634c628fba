#include "vault/keeper/destinations.hpp"

#include <charconv>

namespace postern::vault {

Result<EgressHost> parse_egress_host(std::string text, std::string address) {
    const Error bad{ErrorKind::invalid_request, "bad_config", "\"" + text + "\": name:port [address] is wanted", {}};
    if (const auto space = text.find(' '); space != std::string::npos) {
        address = text.substr(space + 1);
        text.resize(space);
        if (address.empty()) return bad;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return bad;
    unsigned short port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data() + colon + 1, end, port);
    if (failed != std::errc{} || stop != end || port == 0) return bad;
    return EgressHost{text.substr(0, colon), port, std::move(address), {}};
}

}  // namespace postern::vault
