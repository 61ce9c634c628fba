#include <cstdlib>
#include <exception>
#include <iostream>

#include "base/clock.hpp"
#include "base/crypto/system_random.hpp"
#include "base/ops/lifecycle.hpp"
#include "gateway/cli/tree.hpp"

int main(int count, char** words) {
    using namespace postern;
    if (const auto hardened = ops::harden_process(); !hardened) {
        std::cerr << "postern: " << hardened.error().code << '\n';
        return gateway::cli::exit_internal;
    }
    SystemClock clock;
    crypto::SystemRandom random;
    gateway::cli::Shell shell{std::cout, std::cerr, clock, random};
    const char* configured = std::getenv("POSTERN_CONFIG");  // a path, never a secret
    shell.config_path = configured ? configured : "/etc/postern/cli.toml";
    try {
        return gateway::cli::run({words + 1, words + count}, shell, std::cout, std::cerr);
    } catch (const std::exception& bug) {
        std::cerr << "postern: internal: " << bug.what() << '\n';
        return gateway::cli::exit_internal;
    }
}
