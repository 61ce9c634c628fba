#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/net/http_types.hpp"
#include "base/result.hpp"

namespace postern::net {

// One frame on a Unix socket: 4 bytes total length (big endian, of what follows), 8 bytes correlation id, 4 bytes
// control length, the control part (Protobuf, never card data), then the secret part (raw bytes in wiped memory).
struct Frame {
    std::uint64_t correlation = 0;
    std::string control;
    wiped::Bytes secret;
};
constexpr std::size_t frame_bytes_max = 4 * 1024 * 1024;

// Pure codec, for sockets and fuzzers alike. Appends to `out`.
void encode_frame(const Frame& frame, wiped::Bytes& out);
std::size_t encoded_bytes(const Frame& frame);  // above frame_bytes_max it is refused by every reader
struct FrameParse {
    enum class Kind { need_more, frame, malformed } kind = Kind::need_more;
    std::size_t consumed = 0;  // with frame: bytes used
    Frame frame;
};
FrameParse parse_frame(std::span<const char> bytes);

// Who is at the other end of a Unix socket, by the kernel's word (SO_PEERCRED).
struct PeerCredentials {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

// Serves frames on a Unix socket; each frame is handled in its own coroutine and answered under its correlation id, so
// slow calls do not hold fast ones. A peer whose uid is not in `allowed_uids` is refused at once, told to
// `on_refused`, and closed. At most `in_flight_max` frames run at once; more wait in the socket.
struct FrameServerOptions {
    std::string path;
    unsigned mode = 0660;               // file mode of the socket
    std::vector<uid_t> allowed_uids;
    std::size_t in_flight_max = 4096;
    std::function<void(const PeerCredentials&)> on_refused;
};
using FrameHandler = std::function<asio::awaitable<Frame>(Frame, const PeerCredentials&)>;
class FrameServer {
public:
    FrameServer(asio::io_context& context, FrameServerOptions options, FrameHandler handler);
    ~FrameServer();
    Status listen();
    void stop();  // takes no new frames, answers those that run, then closes

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

// Calls over one kept connection, reconnecting with back-off; many calls may be in flight. An error of kind
// `unavailable` means that no byte of the call left; `outcome_unknown` that it may have.
struct FrameClientOptions {
    std::string path;
    std::vector<uid_t> allowed_uids;  // who may serve; empty: anyone
    std::size_t in_flight_max = 8192;
    std::chrono::milliseconds connect_wait{2'000};  // how long a call waits for a connection before `unavailable`
};
class FrameClient {
public:
    FrameClient(asio::io_context& context, FrameClientOptions options);
    ~FrameClient();
    // Codes: "peer_unreachable", "too_many_in_flight", "deadline", "frame_too_large", "stopped" (nothing left);
    // "deadline", "connection_lost", "peer_failed" (outcome unknown). May be awaited on any executor.
    asio::awaitable<Result<Frame>> call(Frame frame, std::chrono::milliseconds time_left);
    bool connected() const;
    // Called after each (re)connect, before other calls are let through: for a hello. Calls that it
    // awaits itself pass; where it throws, the connection is given up and tried again.
    void on_connect(std::function<asio::awaitable<void>()> hello);
    void stop();  // ends every call: unsent ones as unavailable, others as outcome_unknown

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace postern::net
