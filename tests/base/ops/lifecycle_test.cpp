#include "base/ops/lifecycle.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::ops {
namespace {

// The process under test is a child of its own: what it does cannot be undone.
template <class Body>
int exit_status_of(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Lifecycle, FirstSignalDrains) {
    for (const int signal : {SIGTERM, SIGINT}) {
        EXPECT_EQ(exit_status_of([signal] {
            boost::asio::io_context context;
            int drains = 0;
            on_termination(context, [&] {
                ++drains;
                context.stop();
            });
            ::raise(signal);
            context.run();
            return drains == 1 ? 0 : 1;
        }), 0);
    }
}

TEST(Lifecycle, SecondSignalEndsTheProcess) {
    EXPECT_EQ(exit_status_of([] {
        boost::asio::io_context context;
        on_termination(context, [] { ::raise(SIGTERM); });
        ::raise(SIGTERM);
        context.run();
        return 0;
    }), 130);
}

TEST(Lifecycle, HardenedProcess) {
    EXPECT_EQ(exit_status_of([] {
        if (!harden_process()) return 1;
        rlimit core{};
        ::getrlimit(RLIMIT_CORE, &core);
        if (core.rlim_max != 0) return 2;
        if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
        if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 4;
        if (::umask(0) != 077) return 5;
        ::raise(SIGPIPE);
        return 0;
    }), 0);
}

TEST(Lifecycle, ReportsReady) {
    const std::string path = "/tmp/postern-ready-" + std::to_string(::getpid());
    ::setenv("POSTERN_READY_FILE", path.c_str(), 1);
    report_ready();
    ::unsetenv("POSTERN_READY_FILE");
    EXPECT_EQ(::access(path.c_str(), F_OK), 0);
    ::unlink(path.c_str());
}

}  // namespace
}  // namespace postern::ops
