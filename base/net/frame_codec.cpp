#include "base/net/frames.hpp"

#include <boost/endian/conversion.hpp>

namespace postern::net {
namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t fixed_bytes = 8 + 4;  // correlation id and control length: the least a frame holds

const unsigned char* as_unsigned(const char* data) { return reinterpret_cast<const unsigned char*>(data); }

template <class Number>
void append_number(Number value, wiped::Bytes& out) {
    unsigned char bytes[sizeof(Number)];
    boost::endian::endian_store<Number, sizeof(Number), boost::endian::order::big>(bytes, value);
    out.insert(out.end(), bytes, bytes + sizeof bytes);
}

}  // namespace

std::size_t encoded_bytes(const Frame& frame) {
    return length_bytes + fixed_bytes + frame.control.size() + frame.secret.size();
}

void encode_frame(const Frame& frame, wiped::Bytes& out) {
    const std::size_t following = encoded_bytes(frame) - length_bytes;
    append_number(static_cast<std::uint32_t>(following), out);
    append_number(frame.correlation, out);
    append_number(static_cast<std::uint32_t>(frame.control.size()), out);
    out.insert(out.end(), frame.control.begin(), frame.control.end());
    out.insert(out.end(), frame.secret.begin(), frame.secret.end());
}

FrameParse parse_frame(std::span<const char> bytes) {
    FrameParse parse;
    if (bytes.size() < length_bytes) return parse;
    const std::size_t following = boost::endian::load_big_u32(as_unsigned(bytes.data()));
    if (following < fixed_bytes || following > frame_bytes_max - length_bytes) {
        parse.kind = FrameParse::Kind::malformed;
        return parse;
    }
    if (bytes.size() < length_bytes + fixed_bytes) return parse;
    const auto rest = bytes.subspan(length_bytes);
    const std::size_t control_bytes = boost::endian::load_big_u32(as_unsigned(rest.data()) + 8);
    if (control_bytes > following - fixed_bytes) {
        parse.kind = FrameParse::Kind::malformed;
        return parse;
    }
    if (rest.size() < following) return parse;
    const auto content = rest.first(following).subspan(fixed_bytes);
    parse.kind = FrameParse::Kind::frame;
    parse.consumed = length_bytes + following;
    parse.frame.correlation = boost::endian::load_big_u64(as_unsigned(rest.data()));
    parse.frame.control.assign(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(control_bytes));
    parse.frame.secret.assign(content.begin() + static_cast<std::ptrdiff_t>(control_bytes), content.end());
    return parse;
}

}  // namespace postern::net
