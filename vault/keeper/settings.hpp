#pragma once

#include <chrono>

#include "base/net/frames.hpp"
#include "base/ops/config.hpp"
#include "vault/keeper/destinations.hpp"
#include "vault/sealed/arena.hpp"

namespace postern::vault {

// The keeper's configuration file, read and checked whole before anything is opened.
struct KeeperSettings {
    sealed::Arena::Mode mode = sealed::Arena::Mode::production;
    std::string mode_name;  // "production" or "development"
    std::string connection_string, root_key_file, journal_folder;
    std::size_t arena_bytes = 0;
    std::chrono::seconds code_life{900};
    net::FrameServerOptions front, gateway, admin;
    net::FrameClientOptions egress;
    Destinations destinations;

    static Result<KeeperSettings> read(ops::Config& config);  // "bad_config", "bad_policy"
};

}  // namespace postern::vault
