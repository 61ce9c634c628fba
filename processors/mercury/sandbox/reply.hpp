#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processors/mercury/sandbox/host.hpp"

namespace postern::mercury::sandbox {

// The RStream of an answer: its own prolog, CR LF, tabs; amounts with two places. `echo` is XML that goes into it as it
// stands, where an echo fault asks for it.
std::string rstream(const HostAnswer& answer, std::string_view echo);
std::string admin_rstream(const AdminAnswer& answer);
std::string detail_document(const std::vector<const Entry*>& rows, const Book& book);

// A SOAP reply whose result element holds `inner` with '<', '>' and '&' escaped, white space raw.
std::string soap_reply(std::string_view operation, std::string_view inner);
// The result is XML itself: the open batch as a DataSet of one row, whose columns are ours.
std::string batch_reply(const std::string& merchant, const Batch& batch);
std::string soap_fault(std::string_view text);
std::string escaped(std::string_view text);

}  // namespace postern::mercury::sandbox
