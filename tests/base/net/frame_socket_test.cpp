#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/net/frames.hpp"

namespace postern::net {
namespace {

using namespace std::chrono_literals;

// A context on a thread of its own, and a folder for sockets.
class FrameSockets : public testing::Test {
protected:
    FrameSockets() {
        char name[] = "/tmp/postern-frames-XXXXXX";
        folder = mkdtemp(name);
        ::chmod(folder.c_str(), 0755);
        path = folder + "/s";
        thread = std::thread([this] { context.run(); });
    }
    ~FrameSockets() override {
        work.reset();
        context.stop();
        thread.join();
        std::filesystem::remove_all(folder);
    }
    FrameServerOptions server_options() { return {.path = path, .mode = 0666, .allowed_uids = {getuid()}, .on_refused = {}}; }
    FrameClientOptions client_options() { return {.path = path, .allowed_uids = {}, .connect_wait = 500ms}; }
    std::future<Result<Frame>> call(FrameClient& client, std::string control, std::chrono::milliseconds time_left = 5s) {
        return asio::co_spawn(context, client.call(Frame{7, std::move(control), {}}, time_left), asio::use_future);
    }
    int listen_raw() const {
        const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener, 8), 0);
        return listener;
    }

    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    std::thread thread;
    std::string folder, path;
};

FrameHandler echo() {
    return [](Frame frame, const PeerCredentials&) -> asio::awaitable<Frame> { co_return frame; };
}

TEST_F(FrameSockets, ManyCallsOverOneConnection) {
    FrameServer server(context, server_options(), echo());
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    std::vector<std::future<Result<Frame>>> calls;
    for (int i = 0; i < 500; ++i) calls.push_back(call(client, std::to_string(i)));
    for (int i = 0; i < 500; ++i) {
        const auto reply = calls[static_cast<std::size_t>(i)].get();
        ASSERT_TRUE(reply) << reply.error().code;
        EXPECT_EQ(reply->control, std::to_string(i));
        EXPECT_EQ(reply->correlation, 7U);
    }
}

TEST_F(FrameSockets, LargeSecretPasses) {
    FrameServer server(context, server_options(), echo());
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    const wiped::Bytes secret(3 * 1024 * 1024, 's');
    const auto reply = asio::co_spawn(context, client.call(Frame{0, "c", secret}, 5s), asio::use_future).get();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->secret, secret);
    const auto refused =
        asio::co_spawn(context, client.call(Frame{0, "", wiped::Bytes(frame_bytes_max)}, 5s), asio::use_future).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "frame_too_large");
}

TEST_F(FrameSockets, SlowCallDoesNotHoldFastOne) {
    asio::steady_timer gate(context, asio::steady_timer::time_point::max());
    FrameServer server(context, server_options(), [&](Frame frame, const PeerCredentials&) -> asio::awaitable<Frame> {
        boost::system::error_code opened;
        if (frame.control == "slow") co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, opened));
        co_return frame;
    });
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    auto slow = call(client, "slow");
    EXPECT_TRUE(call(client, "fast").get());
    EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout);
    asio::post(context, [&] { gate.cancel(); });
    EXPECT_TRUE(slow.get());
}

TEST_F(FrameSockets, InFlightIsBounded) {
    asio::steady_timer gate(context, asio::steady_timer::time_point::max());
    std::atomic<int> running = 0, most = 0;
    auto options = server_options();
    options.in_flight_max = 2;
    FrameServer server(context, options, [&](Frame frame, const PeerCredentials&) -> asio::awaitable<Frame> {
        most = std::max(most.load(), ++running);
        asio::steady_timer pause(co_await asio::this_coro::executor, 2ms);
        co_await pause.async_wait(asio::use_awaitable);
        --running;
        co_return frame;
    });
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    std::vector<std::future<Result<Frame>>> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(call(client, "x"));
    for (auto& one : calls) EXPECT_TRUE(one.get());
    EXPECT_EQ(most, 2);
}

TEST_F(FrameSockets, NoServerIsUnavailable) {
    auto options = client_options();
    options.connect_wait = 30ms;
    FrameClient client(context, options);
    const auto reply = call(client, "x").get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(reply.error().code, "peer_unreachable");
}

TEST_F(FrameSockets, WaitsForServerThatStartsLate) {
    FrameClient client(context, client_options());
    auto early = call(client, "x");
    FrameServer server(context, server_options(), echo());
    ASSERT_TRUE(server.listen());
    EXPECT_TRUE(early.get());
    EXPECT_TRUE(client.connected());
}

TEST_F(FrameSockets, LostConnectionAfterSendIsUnknownAndReconnects) {
    const int listener = listen_raw();
    FrameClient client(context, client_options());
    auto lost = call(client, "x");
    const int peer = ::accept(listener, nullptr, nullptr);
    char byte;
    ASSERT_EQ(::read(peer, &byte, 1), 1);
    ::close(peer);
    const auto reply = lost.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(reply.error().code, "connection_lost");
    ::close(listener);
    FrameServer server(context, server_options(), echo());
    ASSERT_TRUE(server.listen());
    EXPECT_TRUE(call(client, "again").get());
}

// The peer reads nothing: the first large call fills the socket, the second cannot have left when the peer dies.
TEST_F(FrameSockets, CallBehindAFullSocketHasNotLeft) {
    const int listener = listen_raw();
    auto options = client_options();
    options.connect_wait = 100ms;
    FrameClient client(context, options);
    const int peer = ::accept(listener, nullptr, nullptr);
    auto first = asio::co_spawn(context, client.call(Frame{0, "1", wiped::Bytes(3 << 20)}, 5s), asio::use_future);
    char byte;
    ASSERT_EQ(::read(peer, &byte, 1), 1);  // the first has begun to leave
    auto second = call(client, "2");
    ::close(listener);
    std::filesystem::remove(path);
    ::close(peer);
    const auto began = first.get(), not_begun = second.get();
    ASSERT_FALSE(began);
    ASSERT_FALSE(not_begun);
    EXPECT_EQ(began.error().kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(not_begun.error().kind, ErrorKind::unavailable);
}

// The same where both were written together, as calls that waited for a connection are.
TEST_F(FrameSockets, CallBehindAnotherInOneWriteHasNotLeft) {
    auto options = client_options();
    options.connect_wait = 300ms;
    FrameClient client(context, options);
    auto first = asio::co_spawn(context, client.call(Frame{0, "1", wiped::Bytes(3 << 20)}, 5s), asio::use_future);
    auto second = call(client, "2");
    const int listener = listen_raw();
    const int peer = ::accept(listener, nullptr, nullptr);
    char byte;
    ASSERT_EQ(::read(peer, &byte, 1), 1);
    ::close(listener);
    std::filesystem::remove(path);
    ::close(peer);
    const auto began = first.get(), not_begun = second.get();
    ASSERT_FALSE(began);
    ASSERT_FALSE(not_begun);
    EXPECT_EQ(began.error().kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(not_begun.error().kind, ErrorKind::unavailable);
}

TEST_F(FrameSockets, DeadlineAfterSendIsUnknown) {
    const int listener = listen_raw();
    FrameClient client(context, client_options());
    const auto reply = call(client, "x", 50ms).get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(reply.error().code, "deadline");
    ::close(listener);
}

TEST_F(FrameSockets, HandlerThatThrowsIsUnknown) {
    FrameServer server(context, server_options(), [](Frame, const PeerCredentials&) -> asio::awaitable<Frame> {
        throw std::runtime_error("bug");
        co_return Frame{};
    });
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    const auto reply = call(client, "x").get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, "peer_failed");
    EXPECT_EQ(reply.error().kind, ErrorKind::outcome_unknown);
}

TEST_F(FrameSockets, HelloGoesBeforeOtherCalls) {
    std::vector<std::string> seen;
    FrameServer server(context, server_options(), [&](Frame frame, const PeerCredentials&) -> asio::awaitable<Frame> {
        seen.push_back(frame.control);
        co_return frame;
    });
    FrameClient client(context, client_options());
    client.on_connect([&]() -> asio::awaitable<void> {
        const auto one = co_await client.call(Frame{0, "hello 1", {}}, 1s);
        const auto two = co_await client.call(Frame{0, "hello 2", {}}, 1s);
        if (!one || !two) throw std::runtime_error("not greeted");
    });
    auto early = call(client, "work");
    ASSERT_TRUE(server.listen());
    ASSERT_TRUE(early.get());
    EXPECT_EQ(seen, (std::vector<std::string>{"hello 1", "hello 2", "work"}));
}

TEST_F(FrameSockets, StopAnswersWhatRuns) {
    asio::steady_timer gate(context, asio::steady_timer::time_point::max());
    std::promise<void> begun;
    FrameServer server(context, server_options(), [&](Frame frame, const PeerCredentials&) -> asio::awaitable<Frame> {
        begun.set_value();
        boost::system::error_code opened;
        co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, opened));
        co_return frame;
    });
    ASSERT_TRUE(server.listen());
    FrameClient client(context, client_options());
    auto running = call(client, "x");
    begun.get_future().wait();
    server.stop();
    asio::post(context, [&] { gate.cancel(); });
    EXPECT_TRUE(running.get());
}

TEST_F(FrameSockets, ServerOfAnotherUserIsNotSpokenTo) {
    FrameServer server(context, server_options(), echo());
    ASSERT_TRUE(server.listen());
    auto options = client_options();
    options.allowed_uids = {getuid() + 1};
    options.connect_wait = 50ms;
    FrameClient client(context, options);
    const auto reply = call(client, "x").get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, "peer_unreachable");
}

// Connects as `nobody` and tells, by its exit status, whether the server closed without an answer.
int connect_as_nobody(const std::string& path) {
    const auto* nobody = ::getpwnam("nobody");
    const pid_t child = ::fork();
    if (child == 0) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const int peer = ::socket(AF_UNIX, SOCK_STREAM, 0);
        char byte;
        const bool closed = ::setuid(nobody->pw_uid) == 0 &&
                            ::connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                            ::read(peer, &byte, 1) <= 0;
        ::_exit(closed ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(FrameSockets, PeerOfAnotherUserIsRefused) {
    if (getuid() != 0) GTEST_SKIP() << "needs root to become another user";
    std::promise<uid_t> refused;
    auto options = server_options();
    options.on_refused = [&](const PeerCredentials& peer) { refused.set_value(peer.uid); };
    FrameServer server(context, options, echo());
    ASSERT_TRUE(server.listen());
    EXPECT_EQ(connect_as_nobody(path), 0);
    EXPECT_EQ(refused.get_future().get(), ::getpwnam("nobody")->pw_uid);
}

}  // namespace
}  // namespace postern::net
