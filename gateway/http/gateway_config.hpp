#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/ops/config.hpp"
#include "base/ops/log.hpp"
#include "gateway/domain/tip_rules.hpp"

namespace postern::gateway {

// What gateway.toml says; deploy/config/gateway.toml.in explains each key.
struct GatewayConfig {
    std::string mode, instance;
    std::string address, certificate_file, key_file;
    unsigned short port = 0;
    std::size_t threads = 1;
    std::size_t connections_max = 0;
    std::size_t in_flight_max = 0;
    std::chrono::seconds drain_max{0};
    std::string database;
    std::string evidence_key_file;
    std::string vault_socket;
    std::vector<uid_t> vault_uids;
    bool resolver_enabled = true;
    std::chrono::milliseconds resolver_pause{0};
    int resolver_parallel_max = 0;
    std::chrono::seconds resolver_lease{0};
    std::chrono::hours answers_kept{0};
    std::chrono::seconds acceptance_time{0};
    std::chrono::milliseconds clock_pause{0};
    domain::TipRules tip_rules;
    std::size_t account_in_flight_max = 0;
    int account_faults_max = 0;
    std::chrono::seconds account_pause{0};
    ops::Level log_level = ops::Level::info;
};

// "bad_config", with file, line and key in the detail; unknown keys are refused.
Result<GatewayConfig> read_gateway_config(ops::Config config);

}  // namespace postern::gateway
