#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault/sealed/aead.hpp"
#include "vault/sealed/key_ring.hpp"

namespace postern::vault::sealed {
namespace {

// Into the arena at once: a stream's buffer would keep a copy. False where the file is not exactly one key.
bool read_exactly(int file, std::span<char> key) {
    std::size_t filled = 0;
    while (filled < key.size()) {
        const ssize_t got = read(file, key.data() + filled, key.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        filled += static_cast<std::size_t>(got);
    }
    char further = 0;
    return read(file, &further, 1) == 0;
}

}  // namespace

Result<SecretChars> KeyRing::read_root_key(Arena& arena, const std::string& path) {
    const auto unreadable = [&](std::string_view why) {
        return Error{ErrorKind::unavailable, "root_key_unreadable", path + ": " + std::string(why)};
    };
    auto key = SecretChars::zeros(arena, aead::key_bytes);
    if (!key) return key;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return unreadable(std::strerror(errno));
    struct stat state {};
    const bool owners_alone = fstat(file, &state) == 0 && (state.st_mode & 077) == 0;
    const bool whole = key->fill([&](std::span<char> out) { return read_exactly(file, out); });
    close(file);
    if (!owners_alone) return unreadable("others than its owner may use it: chmod 0400");
    if (!whole) return unreadable("32 raw bytes wanted");
    return key;
}

}  // namespace postern::vault::sealed
