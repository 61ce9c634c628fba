#include "base/failpoint.hpp"

#ifdef POSTERN_FAULTS

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

namespace postern {
namespace {

struct Strike {
    std::string step, action, last;
    long milliseconds = 0;
};

// Nothing where no file asks for this step.
bool read_strike(const char* path, std::string_view name, Strike& strike) {
    std::ifstream file(path);
    if (!(file >> strike.step >> strike.action) || strike.step != name) return false;
    if (strike.action == "delay") file >> strike.milliseconds;
    file >> strike.last;
    return true;
}

}  // namespace

void reach_failpoint(std::string_view name) {
    const char* path = std::getenv("POSTERN_FAILPOINT_FILE");
    Strike strike;
    if (path == nullptr || !read_strike(path, name, strike)) return;
    // Of several processes and threads that pass at once, the one that removes the file strikes.
    if (strike.last == "once" && std::remove(path) != 0) return;
    if (strike.action == "kill") std::raise(SIGKILL);
    if (strike.action == "stop") std::raise(SIGSTOP);
    if (strike.action == "delay") std::this_thread::sleep_for(std::chrono::milliseconds{strike.milliseconds});
    if (strike.action == "throw") throw std::runtime_error("failpoint " + std::string(name));
}

}  // namespace postern

#endif
