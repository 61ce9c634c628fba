#include "vault/sealed/key_ring.hpp"

#include <array>
#include <cstdlib>
#include <sodium.h>

#include "base/wiped/wiped.hpp"
#include "vault/sealed/aead.hpp"

namespace postern::vault::sealed {
namespace {

constexpr char row_format = 1;
constexpr std::size_t row_header_bytes = 3;  // format, key version (big endian)
constexpr int version_max = 0xffff;
constexpr KeyPurpose all_purposes[] = {KeyPurpose::kek, KeyPurpose::card, KeyPurpose::index, KeyPurpose::account,
                                       KeyPurpose::reply};

void put_number16(std::size_t value, std::string& out) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

// With its length in front, so that no two contexts run into the same bytes.
void put_text(std::string_view text, std::string& out) {
    put_number16(text.size(), out);
    out.append(text);
}

std::string associated_with_key(KeyPurpose purpose, int version) {
    std::string out = "postern vault key 1";
    put_text(to_text(purpose), out);
    put_number16(static_cast<std::size_t>(version), out);
    return out;
}

std::string associated_with_row(const SealContext& context, int version) {
    std::string out = "postern vault row 1";
    put_text(to_text(context.purpose), out);
    put_number16(static_cast<std::size_t>(version), out);
    put_text(context.tenant_id, out);
    put_text(context.row_id, out);
    put_text(context.column, out);
    return out;
}

int version_of(std::string_view sealed) {
    return (static_cast<unsigned char>(sealed[1]) << 8) | static_cast<unsigned char>(sealed[2]);
}

bool is_row(std::string_view sealed) {
    return sealed.size() > row_header_bytes && sealed[0] == row_format &&
           aead::is_long_enough(sealed.substr(row_header_bytes));
}

// HMAC-SHA-256 whose state, which holds key and text, is wiped.
void hmac(std::span<const char> key, std::initializer_list<std::span<const char>> parts, std::span<char, 32> out) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
    for (const auto& part : parts)
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
    wiped::wipe(&state, sizeof state);
}

}  // namespace

Result<KeyRing> KeyRing::open(Arena& arena, Random& random, const SecretChars& root,
                              std::span<const WrappedKey> stored) {
    if (sodium_init() < 0) std::abort();
    KeyRing ring{arena, random};
    for (const auto& key : stored) {
        if (key.purpose != KeyPurpose::kek) continue;
        if (auto unwrapped = ring.unwrap(key, root); !unwrapped) return unwrapped.error();
    }
    for (const auto& key : stored) {
        if (key.purpose == KeyPurpose::kek) continue;
        const auto kek = ring.newest(KeyPurpose::kek);
        if (kek == ring.keys_.end()) return Error{ErrorKind::internal, "keys_incomplete", "keys without their kek"};
        if (auto unwrapped = ring.unwrap(key, kek->second); !unwrapped) return unwrapped.error();
    }
    return ring;
}

Status KeyRing::unwrap(const WrappedKey& stored, const SecretChars& wrapping) {
    auto key = SecretChars::zeros(*arena_, aead::key_bytes);
    if (!key) return key.error();
    const bool shaped = stored.wrapped.size() == aead::nonce_bytes + aead::key_bytes + aead::tag_bytes &&
                        stored.version >= 1 && stored.version <= version_max;
    const bool authentic = shaped && key->fill([&](std::span<char> out) {
        return aead::open(wrapping, stored.wrapped, associated_with_key(stored.purpose, stored.version), out);
    });
    if (!authentic)
        return Error{ErrorKind::internal, "keys_unreadable",
                     std::string(to_text(stored.purpose)) + " " + std::to_string(stored.version) +
                         " does not open: another root key, or a changed row"};
    keys_.insert_or_assign({stored.purpose, stored.version}, std::move(*key));
    return {};
}

Result<WrappedKey> KeyRing::create(KeyPurpose purpose, int version, const SecretChars& wrapping) {
    auto key = SecretChars::zeros(*arena_, aead::key_bytes);
    if (!key) return key.error();
    WrappedKey stored{purpose, version, {}};
    key->fill([&](std::span<char> out) {
        random_->fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
        aead::seal(wrapping, out, associated_with_key(purpose, version), *random_, stored.wrapped);
    });
    keys_.insert_or_assign({purpose, version}, std::move(*key));
    return stored;
}

Result<std::vector<WrappedKey>> KeyRing::create_missing(const SecretChars& root) {
    std::vector<WrappedKey> created;
    for (const auto purpose : all_purposes) {  // the kek is the first of them
        if (newest(purpose) != keys_.end()) continue;
        const bool is_kek = purpose == KeyPurpose::kek;
        auto stored = create(purpose, 1, is_kek ? root : newest(KeyPurpose::kek)->second);
        if (!stored) return stored.error();
        created.push_back(std::move(*stored));
    }
    return created;
}

Result<WrappedKey> KeyRing::create_version(KeyPurpose purpose) {
    const auto kek = newest(KeyPurpose::kek);
    const auto before = newest(purpose);
    if (purpose == KeyPurpose::kek || kek == keys_.end() || before == keys_.end())
        return Error{ErrorKind::internal, "keys_incomplete", "a further version needs a kek and a first version"};
    return create(purpose, before->first.second + 1, kek->second);
}

KeyRing::Keys::const_iterator KeyRing::newest(KeyPurpose purpose) const {
    const auto after = keys_.upper_bound({purpose, version_max});
    if (after == keys_.begin() || std::prev(after)->first.first != purpose) return keys_.end();
    return std::prev(after);
}

Result<std::string> KeyRing::seal(std::span<const char> plain, const SealContext& context) const {
    const auto key = newest(context.purpose);
    if (key == keys_.end()) return Error{ErrorKind::internal, "keys_incomplete"};
    const int version = key->first.second;
    std::string out;
    out.reserve(row_header_bytes + aead::nonce_bytes + plain.size() + aead::tag_bytes);
    out.push_back(row_format);
    put_number16(static_cast<std::size_t>(version), out);
    aead::seal(key->second, plain, associated_with_row(context, version), *random_, out);
    return out;
}

Result<SecretChars> KeyRing::open_secret(std::string_view sealed, const SealContext& context) const {
    const Error unreadable{ErrorKind::internal, "sealed_row_unreadable"};
    if (!is_row(sealed)) return unreadable;
    const auto key = keys_.find({context.purpose, version_of(sealed)});
    if (key == keys_.end()) return unreadable;
    const auto body = sealed.substr(row_header_bytes);
    auto plain = SecretChars::zeros(*arena_, aead::plain_bytes(body));
    if (!plain) return plain;
    const bool authentic = plain->fill([&](std::span<char> out) {
        return aead::open(key->second, body, associated_with_row(context, key->first.second), out);
    });
    if (!authentic) return unreadable;
    return plain;
}

Result<std::string> KeyRing::open_text(std::string_view sealed, const SealContext& context) const {
    const Error unreadable{ErrorKind::internal, "sealed_row_unreadable"};
    if (!is_row(sealed)) return unreadable;
    const auto key = keys_.find({context.purpose, version_of(sealed)});
    if (key == keys_.end()) return unreadable;
    const auto body = sealed.substr(row_header_bytes);
    std::string plain(aead::plain_bytes(body), '\0');
    if (!aead::open(key->second, body, associated_with_row(context, key->first.second), plain)) return unreadable;
    return plain;
}

Result<std::string> KeyRing::card_index(std::string_view tenant_id, std::span<const char> digits) const {
    const auto key = newest(KeyPurpose::index);
    if (key == keys_.end()) return Error{ErrorKind::internal, "keys_incomplete"};
    // A key of the tenant's own, as HKDF-Expand (RFC 5869) derives it: no index is comparable between tenants.
    constexpr std::string_view label = "postern card index 1 ";
    constexpr char block_number[] = {1};
    std::array<char, 32> tenant_key;
    key->second.lend([&](std::span<const char> chars) { hmac(chars, {label, tenant_id, block_number}, tenant_key); });
    std::array<char, 32> index;
    hmac(tenant_key, {digits}, index);
    wiped::wipe(tenant_key.data(), tenant_key.size());
    return std::string(index.begin(), index.end());
}

int KeyRing::index_version() const {
    const auto key = newest(KeyPurpose::index);
    return key == keys_.end() ? 0 : key->first.second;
}

}  // namespace postern::vault::sealed
