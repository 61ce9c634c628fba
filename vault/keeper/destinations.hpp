#pragma once

#include <map>
#include <string>
#include <vector>

#include "vault/keeper/egress_port.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::vault {

struct Destination {
    Policy policy;
    std::vector<EgressHost> hosts;  // the next is tried only where nothing left for the one before
};
using Destinations = std::map<std::string, Destination, std::less<>>;

// "name:port" of the configuration.
Result<EgressHost> parse_egress_host(const std::string& text, const std::string& address);

}  // namespace postern::vault
