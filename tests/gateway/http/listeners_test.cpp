#include "gateway/http/listeners.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "base/net/http_client.hpp"
#include "gateway/http/problem.hpp"
#include "tests/support/test_certificates.hpp"

namespace postern::gateway {
namespace {

class ListenersTest : public testing::Test {
protected:
    ~ListenersTest() override { std::filesystem::remove_all(folder_); }
    static std::string folder() {
        std::string path = (std::filesystem::temp_directory_path() / "postern-listeners-XXXXXX").string();
        return ::mkdtemp(path.data()) ? path : std::string{};
    }
    net::HttpServerOptions options() {
        const auto files = authority_.issue("server", "DNS:localhost,IP:127.0.0.1");
        net::HttpServerOptions options;
        options.tls = net::TlsFiles{files.certificate, files.key, {}};
        options.refuse = [](int status, std::string_view code) { return transport_problem("req_1", status, code); };
        return options;
    }
    // Over TLS, on a connection of its own.
    net::HttpExchange get(unsigned short port) {
        boost::asio::io_context context;
        net::HttpClient client{context, {.ca_file = authority_.ca_file()}};
        net::HttpExchange exchange;
        const auto call = [&]() -> net::asio::awaitable<void> {
            const std::string_view text = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
            exchange = co_await client.exchange({"localhost", port, "127.0.0.1"}, {text.begin(), text.end()},
                                                std::chrono::seconds{5});
        };
        boost::asio::co_spawn(context, call, boost::asio::detached);
        context.run();
        return exchange;
    }

    std::string folder_ = folder();
    test::TestAuthority authority_{folder_};
};

TEST_F(ListenersTest, ServeOnePortFromEveryCore) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    Cores cores{2};
    Listeners listeners{cores, options(), [&](net::HttpRequest&) -> net::asio::awaitable<net::HttpResponse> {
                            const std::lock_guard lock{mutex};
                            threads.insert(std::this_thread::get_id());
                            co_return net::HttpResponse{};
                        }};
    ASSERT_TRUE(listeners.start());
    const auto threads_seen = [&] {
        const std::lock_guard lock{mutex};
        return threads.size();
    };
    for (int i = 0; i < 200 && threads_seen() < 2; ++i) EXPECT_EQ(get(listeners.port()).response.status, 200);
    EXPECT_EQ(threads_seen(), 2U);
    // The answer is out before its request counts as ended.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (listeners.in_flight() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(listeners.in_flight(), 0U);
}

TEST_F(ListenersTest, LetWhatRunsFinishAndTakeNothingNew) {
    std::promise<void> arrived;
    std::atomic<bool> go{false};
    Cores cores{1};
    Listeners listeners{cores, options(), [&](net::HttpRequest&) -> net::asio::awaitable<net::HttpResponse> {
                            arrived.set_value();
                            while (!go) co_await boost::asio::post(boost::asio::use_awaitable);
                            co_return net::HttpResponse{};
                        }};
    ASSERT_TRUE(listeners.start());
    auto running = std::async(std::launch::async, [&] { return get(listeners.port()); });
    arrived.get_future().wait();
    EXPECT_EQ(listeners.in_flight(), 1U);
    listeners.stop_accepting();
    while (get(listeners.port()).reached != net::Reached::nothing_left) {
    }
    go = true;
    EXPECT_EQ(running.get().response.status, 200);
}

TEST_F(ListenersTest, GiveWhatTheyRefuseUnreadARequestId) {
    auto small = options();
    small.header_bytes_max = 16;
    Cores cores{1};
    Listeners listeners{cores, small, {}};
    ASSERT_TRUE(listeners.start());
    const auto refused = get(listeners.port());
    EXPECT_EQ(refused.response.status, 431);
    EXPECT_NE(refused.response.body.view().find(R"("request_id":"req_1")"), std::string_view::npos);
    const std::pair<std::string, std::string> told{"x-request-id", "req_1"};
    EXPECT_NE(std::ranges::find(refused.response.headers, told), refused.response.headers.end());
}

TEST_F(ListenersTest, SayWhyTheyCannotStart) {
    auto without = options();
    without.tls->private_key = folder_ + "/absent.pem";
    Cores cores{1};
    Listeners listeners{cores, without, {}};
    const auto started = listeners.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, "tls_files_unreadable");
}

}  // namespace
}  // namespace postern::gateway
