#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/processors/conformance/suite.hpp"

namespace postern::conformance {

struct StormSettings {
    std::uint64_t seed = 1;
    std::size_t operations = 5'000;
    int guests = 12;
    int faulty_percent = 20;  // of all messages; each kind equally often
};
struct StormReport {
    std::size_t operations = 0, payments = 0, left_unknown = 0;
    int messages = 0, faults = 0;
    std::map<std::string, int> faults_by_kind, by_end;  // "mercury late_answer"; "refund approved"
    std::chrono::hours stormy{0}, calm{0};              // of virtual time, until the last operation had its end
    std::int64_t held = 0, taken = 0;                   // by the ledger, and by the books where they agree
    std::vector<std::string> breaks;                    // what a processor booked twice by itself: the comparison finds it
    Findings findings;                                  // all other differences
};

// Guests at both processors do everything that a payment allows, at random, while answers are lost, late and wrong; then
// calm, and nobody decides anything. The same seed is the same storm.
StormReport storm(const std::vector<Subject>& subjects, const StormSettings& settings);

}  // namespace postern::conformance
