// After a request is answered, what it carried stands nowhere in the server's memory. The server runs in a child
// process, which reads its own memory; only the parent ever spells the number out.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cinttypes>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/net/http_server.hpp"
#include "tests/support/test_certificates.hpp"

namespace postern::net {
namespace {

constexpr char moved_by = 'B' - '4';
// The number with each character moved. Another one for each child, which inherits what its parent spelled before.
std::string masked_number = "BGGGGGGGGGGGGGGG";
void choose_another_number() {
    for (std::size_t i = 8; i < masked_number.size(); ++i) {
        if (--masked_number[i] >= '0' + moved_by) return;
        masked_number[i] = '9' + moved_by;
    }
}

bool is_number_at(const char* data) {
    for (std::size_t i = 0; i < masked_number.size(); ++i) {
        if (static_cast<char>(data[i] + moved_by) != masked_number[i]) return false;
    }
    return true;
}

// Where the number stands in this process's writable memory.
int count_traces() {
    std::ifstream maps("/proc/self/maps");
    int traces = 0;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0, end = 0;
        char rights[5] = {};
        std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, rights);
        if (rights[0] != 'r' || rights[1] != 'w') continue;
        const auto* data = reinterpret_cast<const char*>(begin);
        for (std::size_t i = 0; i + masked_number.size() <= end - begin; ++i) traces += is_number_at(data + i);
    }
    return traces;
}

// Serves until a byte comes on `ask`, then tells the traces found on `tell`. Never returns.
[[noreturn]] void serve_and_count(const TlsFiles& files, int ask, int tell, bool careless) {
    asio::io_context context;
    HttpServerOptions options;
    options.tls = files;
    std::string careless_copy;
    HttpServer server(context, options, [&](HttpRequest& request) -> asio::awaitable<HttpResponse> {
        if (careless) careless_copy = request.body.view();
        co_return HttpResponse{};
    });
    if (!server.listen()) ::_exit(1);
    const unsigned short port = server.port();
    if (::write(tell, &port, sizeof port) != sizeof port) ::_exit(1);
    std::thread thread([&] { context.run(); });
    char byte;
    if (::read(ask, &byte, 1) != 1) ::_exit(1);
    const int traces = count_traces();
    if (::write(tell, &traces, sizeof traces) != sizeof traces) ::_exit(1);
    ::_exit(0);
}

int traces_after_requests(bool careless) {
    char name[] = "/tmp/postern-memory-XXXXXX";
    const std::string folder = mkdtemp(name);
    const test::TestAuthority authority(folder);
    const auto files = authority.issue("server", "DNS:localhost");
    int ask[2], tell[2];
    choose_another_number();
    EXPECT_EQ(::pipe(ask) + ::pipe(tell), 0);
    const pid_t child = ::fork();
    if (child == 0) serve_and_count({files.certificate, files.key}, ask[0], tell[1], careless);

    unsigned short port = 0;
    EXPECT_EQ(::read(tell[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
    std::string number;
    for (const char c : masked_number) number += static_cast<char>(c - moved_by);
    asio::io_context context;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, tls);
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
    stream.handshake(asio::ssl::stream_base::client);
    const std::string head = "POST /" + number + "?card=" + number + " HTTP/1.1\r\nHost: a\r\nX-Card: " + number +
                             "\r\nX-" + number + ": 1\r\n";
    for (const std::string& request :
         {head + "Content-Length: " + std::to_string(number.size()) + "\r\n\r\n" + number,
          head + "Transfer-Encoding: chunked\r\n\r\n10\r\n" + number + "\r\n10\r\n" + number + "\r\n0\r\n\r\n"}) {
        asio::write(stream, asio::buffer(request));
        std::string answer;
        char byte;
        while (!answer.ends_with("\r\n\r\n") && stream.read_some(asio::buffer(&byte, 1)) == 1) answer += byte;
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
    }
    // The connection stays open: an idle one keeps nothing either. The server's loop has gone back to waiting once it
    // answers another connection.
    asio::ssl::stream<asio::ip::tcp::socket> later(context, tls);
    later.next_layer().connect({asio::ip::address_v4::loopback(), port});
    later.handshake(asio::ssl::stream_base::client);
    EXPECT_EQ(::write(ask[1], "x", 1), 1);
    int traces = -1;
    EXPECT_EQ(::read(tell[0], &traces, sizeof traces), static_cast<ssize_t>(sizeof traces));
    int status = 0;
    ::waitpid(child, &status, 0);
    for (const int end : {ask[0], ask[1], tell[0], tell[1]}) ::close(end);
    std::filesystem::remove_all(folder);
    return traces;
}

TEST(HttpMemory, HoldsNothingOfAnsweredRequests) { EXPECT_EQ(traces_after_requests(false), 0); }
// The search itself works: a handler that copies is found out.
TEST(HttpMemory, SearchFindsCarelessCopy) { EXPECT_GT(traces_after_requests(true), 0); }

}  // namespace
}  // namespace postern::net
