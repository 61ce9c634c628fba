#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "processors/mercury/sandbox/triggers.hpp"

namespace postern::mercury::sandbox {

// What is to be done to requests, as `POST /sandbox/faults` asked for it.
struct Fault {
    FaultKind kind = FaultKind::lost_answer;
    std::int64_t count_left = 1;  // -1: until the reset
    double rate = 1.0;            // of the requests that it could strike
    std::chrono::milliseconds delay{0};
    std::string tran_code;        // only these; empty: any
    std::string form = "plain";   // of echo_card
};
// {"kind","count"?,"rate"?,"delay_ms"?,"tran_code"?,"form"?}: without count, one strike, or every one where a rate is
// given. "malformed_fault".
Result<Fault> parse_fault(std::string_view json);

// The standing faults, first asked for first struck; then the amounts that strike an invoice once.
class Faults {
public:
    explicit Faults(Random& random) : random_{random} {}
    void add(Fault fault) { faults_.push_back(std::move(fault)); }
    void clear();
    std::optional<Fault> strike(std::string_view tran_code, std::string_view invoice, std::int64_t amount_minor);
    std::string json() const;

private:
    bool chance(double rate);

    Random& random_;
    std::vector<Fault> faults_;
    std::set<std::string> struck_;  // code and invoice
};

}  // namespace postern::mercury::sandbox
