#pragma once

#include <chrono>
#include <map>
#include <string>

namespace postern::stripe::sandbox {

struct Settings {
    std::map<std::string, std::string> accounts{{"sk_test_postern", "acct_postern"}};  // secret key to account
    std::chrono::milliseconds search_lag{0};    // how long an intent stays out of searches
    std::chrono::milliseconds late_answer{3000};
};

}  // namespace postern::stripe::sandbox
