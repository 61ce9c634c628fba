#pragma once

#include <string>
#include <vector>

#include "base/net/http_client.hpp"
#include "base/result.hpp"

namespace postern::vault {

// Where card data may go: this process's own list, whatever the keeper says.
class AllowList {
public:
    // Lines "name:port" (the name is resolved) or "name:port address"; "bad_config".
    static Result<AllowList> parse(const std::vector<std::string>& lines);
    // The endpoint with the list's address; `forbidden` "host_not_allowed" where host and port are not on it, or an
    // address is asked for that is not the list's.
    Result<net::HttpEndpoint> find(const std::string& host, unsigned port, const std::string& address) const;

private:
    std::vector<net::HttpEndpoint> endpoints_;
};

}  // namespace postern::vault
