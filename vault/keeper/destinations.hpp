#pragma once

#include <map>
#include <string>
#include <vector>

#include "vault/keeper/egress_port.hpp"
#include "vault/keeper/host_choice.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::vault {

struct Destination {
    Policy policy;
    std::vector<EgressHost> hosts;  // the next is tried only where nothing left for the one before
    HostRules rules = {};
};
using Destinations = std::map<std::string, Destination, std::less<>>;

// "name:port" of the configuration, or "name:port address" for a host with an address of its own.
Result<EgressHost> parse_egress_host(std::string text, std::string address);

}  // namespace postern::vault
