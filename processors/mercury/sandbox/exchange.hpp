#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "base/net/http_types.hpp"
#include "processors/mercury/sandbox/faults.hpp"

namespace postern::mercury::sandbox {

// A whole answer and how it is given: after a delay; with status net::hang_up, by ending the connection.
struct Exchange {
    net::HttpResponse response;
    std::chrono::milliseconds delay{0};
    std::function<bool()> until = {};     // ends the delay before its time
    std::function<Exchange()> then = {};  // what is done after the delay, in the response's place
};

Exchange reply(int status, std::string_view content_type, std::string_view body);
Exchange xml(std::string_view body, int status = 200);
Exchange json(std::string_view body, int status = 200);

// What happened before the host looked at the request; `busy` is the host's own answer to it.
Exchange unbooked(const Fault& fault, std::string_view busy);
// What happens to a whole answer on its way, for the kinds that do not look into it; else nothing.
void damage(Exchange& exchange, const Fault& fault, std::chrono::milliseconds late_answer);

}  // namespace postern::mercury::sandbox
