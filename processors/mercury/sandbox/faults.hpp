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
    std::string tran_code;        // only these, or CTranDetail and its like; empty: any transaction
    std::optional<std::int64_t> bytes;  // of truncated, slow_drip, oversized; of deep_xml the depth
    bool until_undo = false;      // of the late ones: until a void of the invoice has come, the delay at most
    std::string form = "plain";   // of echo_card
};
// {"kind","count"?,"rate"?,"delay_ms"?,"tran_code"?,"form"?,"bytes"?,"until"?: "undo"}: without count, one strike, or
// every one where a rate is given. "malformed_fault".
Result<Fault> parse_fault(std::string_view json);

// The standing faults, first asked for first struck; then the amounts that strike an invoice once.
class Faults {
public:
    explicit Faults(Random& random) : random_{random} {}
    void add(Fault fault) { faults_.push_back(std::move(fault)); }
    void clear();
    std::optional<Fault> strike(std::string_view tran_code, std::string_view invoice, std::int64_t amount_minor);
    // Of what is no transaction: the faults that name it.
    std::optional<Fault> strike_named(std::string_view operation);
    std::string json() const;

private:
    bool chance(double rate);
    std::optional<Fault> strike_standing(std::string_view code, bool is_transaction);

    Random& random_;
    std::vector<Fault> faults_;
    std::set<std::string> struck_;  // code and invoice
};

}  // namespace postern::mercury::sandbox
