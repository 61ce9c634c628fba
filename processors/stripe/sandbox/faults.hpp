#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"

namespace postern::stripe::sandbox {

// What happens to a request or its answer on purpose.
enum class FaultKind {
    lost_answer,          // done, then hung up on
    late_answer,          // done, answered late; until then its key is in use
    cut,                  // done, the answer ends in its middle
    garbage,              // done, answered with what is no JSON
    empty,                // done, answered with nothing
    server_error,         // done, answered with 500; the key keeps that
    html_502,             // done, a proxy answers
    drop_before_booking,  // hung up on at once
    failed_before_booking,  // not done, answered with 500; the key keeps that
    rate_limit,           // not done, 429
    lock_timeout,         // not done, 409
    key_in_use,           // not done, 409
};
bool is_done(FaultKind kind);
std::string_view to_text(FaultKind kind);
std::vector<FaultKind> fault_kinds();  // all of them

struct Fault {
    FaultKind kind = FaultKind::lost_answer;
    std::int64_t count_left = 1;  // -1: until the reset
    double rate = 1.0;            // of the requests that it could strike
    std::chrono::milliseconds delay{0};
    std::string path;             // only requests to a path that begins so; empty: to any
    std::string method = "POST";  // of the requests that it could strike
};
// {"kind","count"?,"rate"?,"delay_ms"?,"path"?,"method"?: "GET"}: without count, one strike, or every one where a rate is
// given. "malformed_fault".
Result<Fault> parse_fault(std::string_view json);

// The standing faults, first asked for first struck.
class Faults {
public:
    explicit Faults(Random& random) : random_{random} {}
    void add(Fault fault) { faults_.push_back(std::move(fault)); }
    void clear() { faults_.clear(); }
    std::optional<Fault> strike(std::string_view method, std::string_view path);
    std::string json() const;

private:
    bool chance(double rate);

    Random& random_;
    std::vector<Fault> faults_;
};

}  // namespace postern::stripe::sandbox
