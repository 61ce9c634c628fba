#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace postern::ops {

// SIGTERM or SIGINT: calls `drain` once, on the context. A second signal ends the process at once (exit 130).
void on_termination(boost::asio::io_context& context, std::function<void()> drain);
// No core files, not dumpable (PR_SET_DUMPABLE 0), no new privileges, umask 077; SIGPIPE ignored.
Status harden_process();
// Tells a supervisor that the program is ready: creates the file named by POSTERN_READY_FILE, if set.
void report_ready();

}  // namespace postern::ops
