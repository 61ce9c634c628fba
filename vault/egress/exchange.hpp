#pragma once

#include "base/net/frames.hpp"
#include "base/net/http_client.hpp"
#include "vault/egress/allow_list.hpp"

namespace postern::vault {

// Answers the keeper's frames: sends the request in the secret part to an allowed host and gives back how far it came
// and the body of the answer. Nothing of either is kept or logged.
net::FrameHandler egress_routes(const AllowList& allowed, net::HttpClient& client);

}  // namespace postern::vault
