#include "base/ops/lifecycle.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern::ops {

void on_termination(boost::asio::io_context& context, std::function<void()> drain) {
    const auto signals = std::make_shared<boost::asio::signal_set>(context, SIGTERM, SIGINT);
    signals->async_wait([signals, drain = std::move(drain)](const boost::system::error_code& error, int) {
        if (error) return;
        signals->async_wait([signals](const boost::system::error_code& again, int) {
            if (!again) ::_exit(130);
        });
        drain();
    });
}

Status harden_process() {
    const auto failed = [](std::string_view what) {
        return Error{ErrorKind::internal, "hardening_failed", std::string(what)};
    };
    constexpr rlimit no_core{0, 0};
    if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return failed("RLIMIT_CORE");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("PR_SET_DUMPABLE");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS");
    ::umask(077);
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return failed("SIGPIPE");
    return {};
}

void report_ready() {
    const char* path = std::getenv("POSTERN_READY_FILE");
    if (!path) return;
    const int file = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file >= 0) ::close(file);
}

}  // namespace postern::ops
