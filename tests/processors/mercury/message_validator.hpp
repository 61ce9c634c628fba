#pragma once

#include <string>
#include <string_view>

namespace postern::mercury::test {

// Judges one HTTP request to ws.asmx by the fact sheet's tables alone (its sections 2 to 4): envelope, operation and its
// parameters, the TStream's elements with their formats, lengths and order, and what each TranCode must, may and must
// not carry. Shares no code with adapter or sandbox. Empty: nothing is wrong; else the first fault, by element:
// "Purchase: two decimal places".
std::string fault_of(std::string_view http_request);

}  // namespace postern::mercury::test
