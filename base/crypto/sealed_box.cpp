#include "base/crypto/sealed_box.hpp"

#include <cstring>
#include <fstream>
#include <new>
#include <sodium.h>
#include <vector>
#include <zlib.h>

#include "base/base32.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t length_bytes = 4;  // big endian, of the plain text, in front of the compressed bytes
constexpr std::size_t plain_bytes_max = 16 * 1024 * 1024;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Setting up a stream costs more than a reply of a kilobyte, so each thread keeps one; small, as the texts are.
class Deflater {
public:
    Deflater() {
        constexpr int level = 4, window_bits = 12, memory_level = 5;
        if (deflateInit2(&stream_, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&stream_); }
    Deflater(const Deflater&) = delete;

    void append(std::string_view plain, std::vector<std::uint8_t>& out) {
        const std::size_t begin = out.size();
        out.resize(begin + deflateBound(&stream_, static_cast<uLong>(plain.size())));
        stream_.next_in = const_cast<Bytef*>(bytes_of(plain));
        stream_.avail_in = static_cast<uInt>(plain.size());
        stream_.next_out = out.data() + begin;
        stream_.avail_out = static_cast<uInt>(out.size() - begin);
        deflate(&stream_, Z_FINISH);
        out.resize(out.size() - stream_.avail_out);
        deflateReset(&stream_);
    }

private:
    z_stream stream_{};
};

std::vector<std::uint8_t> compress_with_length(std::string_view plain) {
    thread_local Deflater deflater;
    std::vector<std::uint8_t> out(length_bytes);
    for (std::size_t i = 0; i < length_bytes; ++i)
        out[i] = static_cast<std::uint8_t>(plain.size() >> (8 * (length_bytes - 1 - i)));
    deflater.append(plain, out);
    return out;
}

bool decompress(const std::vector<std::uint8_t>& in, std::string& plain) {
    if (in.size() < length_bytes) return false;
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) size = (size << 8) | in[i];
    if (size > plain_bytes_max) return false;
    plain.resize(size);
    uLongf plain_size = static_cast<uLongf>(size);
    return uncompress(reinterpret_cast<Bytef*>(plain.data()), &plain_size, in.data() + length_bytes,
                      static_cast<uLong>(in.size() - length_bytes)) == Z_OK && plain_size == size;
}

}  // namespace

Result<EvidenceBox> EvidenceBox::from_key_file(const std::string& path, Random& random) {
    std::array<std::uint8_t, 32> key{};
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(key.data()), static_cast<std::streamsize>(key.size()));
    const bool exactly_one_key = file.gcount() == static_cast<std::streamsize>(key.size()) && file.peek() == EOF;
    if (!exactly_one_key) return Error{ErrorKind::unavailable, "key_file_unreadable", path + ": 32 raw bytes wanted"};
    return EvidenceBox{key, random};
}

std::string EvidenceBox::seal(std::string_view plain, std::string_view context) const {
    const auto compressed = compress_with_length(plain);
    std::vector<std::uint8_t> out(nonce_bytes + compressed.size() + tag_bytes);
    random_->fill({out.data(), nonce_bytes});
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + nonce_bytes, nullptr, compressed.data(), compressed.size(),
                                               bytes_of(context), context.size(), nullptr, out.data(), key_.data());
    return base32_grouped(out);
}

Result<std::string> EvidenceBox::open(std::string_view sealed, std::string_view context) const {
    const Error unreadable{ErrorKind::internal, "evidence_unreadable"};
    const auto bytes = base32_ungrouped(sealed);
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes) return unreadable;
    std::vector<std::uint8_t> compressed(bytes->size() - nonce_bytes - tag_bytes);
    const bool authentic = crypto_aead_xchacha20poly1305_ietf_decrypt(
                               compressed.data(), nullptr, nullptr, bytes->data() + nonce_bytes,
                               bytes->size() - nonce_bytes, bytes_of(context), context.size(), bytes->data(),
                               key_.data()) == 0;
    std::string plain;
    if (!authentic || !decompress(compressed, plain)) return unreadable;
    return plain;
}

}  // namespace postern::crypto
