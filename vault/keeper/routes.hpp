#pragma once

#include "base/net/frames.hpp"
#include "vault/keeper/administration.hpp"
#include "vault/keeper/cards.hpp"
#include "vault/keeper/forward.hpp"
#include "vault/keeper/readiness.hpp"

namespace postern::vault {

struct KeeperServices {
    Custody& custody;
    Forwarder& forwarder;
    Cards& cards;
    Administration& administration;
    Readiness& readiness;
    std::string mode;  // "production" or "development"
};

// One handler a socket: which socket a peer may connect to decides what it may ask. Frames are answered under their
// correlation id; one that cannot be read is answered with a failure.
net::FrameHandler gateway_routes(KeeperServices& services);
net::FrameHandler front_routes(KeeperServices& services);
net::FrameHandler admin_routes(KeeperServices& services);

}  // namespace postern::vault
