#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "base/wiped/wiped.hpp"

namespace postern::vault {

// Where a destination's messages go: the vault's own data, never the gateway's word.
struct EgressHost {
    std::string host;
    unsigned short port = 443;
    std::string address;
    std::chrono::milliseconds connect_time_max{0};  // 0: the egress' own
};

// How far a message got.
struct EgressAnswer {
    enum class Reached { nothing_left, maybe_sent, answered } reached = Reached::maybe_sent;
    std::string code;
    int http_status = 0;
    std::string content_type;
    wiped::Bytes body;  // as it came: not yet scrubbed
};

// The keeper's way out. It has none of its own: another process holds the network.
class EgressPort {
public:
    virtual ~EgressPort() = default;
    virtual boost::asio::awaitable<EgressAnswer> exchange(EgressHost host, wiped::Bytes request,
                                                          std::chrono::milliseconds time_left) = 0;
};

}  // namespace postern::vault
