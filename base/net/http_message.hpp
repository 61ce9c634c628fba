#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>

#include "base/net/http_head.hpp"
#include "base/net/wire.hpp"

namespace postern::net {

// Beast's parts with every allocation wiped when it is given back. Included by http_server.cpp and http_client.cpp only.
namespace http = boost::beast::http;
using WipedBuffer = boost::beast::basic_flat_buffer<wiped::Allocator<char>>;
using WipedBody = http::vector_body<char, wiped::Allocator<char>>;
template <bool is_request>
using Parser = http::parser<is_request, WipedBody, wiped::Allocator<char>>;

enum class Progress { done, too_large, malformed, lost, ended };  // ended: the peer closed in order, too early

inline std::string_view view_of(const WipedBuffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

inline asio::awaitable<Progress> read_more(Wire& wire, WipedBuffer& buffer) {
    constexpr std::size_t read_bytes = 8 * 1024;
    const auto [error, bytes] = co_await wire.read_some(buffer.prepare(read_bytes));
    if (error == asio::error::eof) co_return Progress::ended;
    if (error) co_return Progress::lost;
    buffer.commit(bytes);
    co_return Progress::done;
}

// Reads until a whole head stands in the buffer; `head_bytes` is its length.
inline asio::awaitable<Progress> read_head(Wire& wire, WipedBuffer& buffer, std::size_t bytes_max,
                                           std::size_t& head_bytes) {
    HeadScan scan;
    while (true) {
        head_bytes = scan.find(view_of(buffer));
        if (scan.bare_line_feed) co_return Progress::malformed;
        if (head_bytes > bytes_max || (head_bytes == 0 && buffer.size() >= bytes_max)) co_return Progress::too_large;
        if (head_bytes > 0) co_return Progress::done;
        const auto progress = co_await read_more(wire, buffer);
        if (progress != Progress::done) co_return progress;
    }
}

// Feeds the parser what stands in the buffer. `done` says that it went on, not that the message is whole.
template <bool is_request>
Progress feed(Parser<is_request>& parser, WipedBuffer& buffer) {
    ErrorCode error;
    const auto used = parser.put(buffer.data(), error);
    buffer.consume(used);
    if (error == http::error::body_limit) return Progress::too_large;
    if (error && error != http::error::need_more) return Progress::malformed;
    return Progress::done;
}

// Reads what follows a head that the parser has: a body of given length, in chunks, or up to the end of the stream.
template <bool is_request>
asio::awaitable<Progress> read_body(Wire& wire, WipedBuffer& buffer, Parser<is_request>& parser) {
    constexpr std::size_t chunk_head_bytes_max = 8 * 1024;
    parser.eager(true);
    while (!parser.is_done()) {
        if (buffer.size() > 0) {
            const auto progress = feed(parser, buffer);
            if (progress != Progress::done) co_return progress;
            if (parser.is_done()) break;
            if (buffer.size() > chunk_head_bytes_max) co_return Progress::malformed;
        }
        const auto progress = co_await read_more(wire, buffer);
        if (progress == Progress::ended) {
            ErrorCode error;
            parser.put_eof(error);
            co_return parser.is_done() && !error ? Progress::done : Progress::ended;
        }
        if (progress != Progress::done) co_return progress;
    }
    co_return Progress::done;
}

}  // namespace postern::net
