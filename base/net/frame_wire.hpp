#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <vector>

#include "base/net/frames.hpp"

namespace postern::net {

using UnixSocket = asio::local::stream_protocol::socket;

// Set in a reply's correlation id by FrameServer when its handler threw: the call may have acted, and nothing is known
// of its answer. Clients count calls from 1 and never reach this bit.
constexpr std::uint64_t handler_failed = std::uint64_t{1} << 63;

// The kernel's word on who is at the other end; nothing where it gives none.
std::optional<PeerCredentials> peer_of(UnixSocket& socket);
bool holds_uid(const std::vector<uid_t>& uids, uid_t uid);

// Bytes as they come from a socket, in wiped memory, taken out a frame at a time.
class FrameReader {
public:
    // The next whole frame; need_more says that `fill` must run first.
    FrameParse next();
    // Reads what the socket has. False where the peer is gone.
    asio::awaitable<bool> fill(UnixSocket& socket);

private:
    wiped::Bytes bytes_ = wiped::Bytes(16 * 1024);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace postern::net
