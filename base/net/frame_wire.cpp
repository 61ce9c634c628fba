#include "base/net/frame_wire.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

namespace postern::net {

std::optional<PeerCredentials> peer_of(UnixSocket& socket) {
    ucred credentials{};
    socklen_t bytes = sizeof credentials;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) != 0) return std::nullopt;
    return PeerCredentials{credentials.pid, credentials.uid, credentials.gid};
}

bool holds_uid(const std::vector<uid_t>& uids, uid_t uid) { return std::ranges::find(uids, uid) != uids.end(); }

FrameParse FrameReader::next() {
    auto parse = parse_frame(std::span<const char>(bytes_).subspan(begin_, end_ - begin_));
    if (parse.kind != FrameParse::Kind::frame) return parse;
    wiped::wipe(bytes_.data() + begin_, parse.consumed);  // the frame's copy is the only one from here
    begin_ += parse.consumed;
    return parse;
}

asio::awaitable<bool> FrameReader::fill(UnixSocket& socket) {
    if (begin_ > 0) {
        std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
        wiped::wipe(bytes_.data() + (end_ - begin_), begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == bytes_.size()) bytes_.resize(bytes_.size() * 2);  // parse_frame bounds what may stand here
    const auto [error, read] = co_await socket.async_read_some(asio::buffer(bytes_.data() + end_, bytes_.size() - end_),
                                                               asio::as_tuple(asio::use_awaitable));
    if (error) co_return false;
    end_ += read;
    co_return true;
}

}  // namespace postern::net
