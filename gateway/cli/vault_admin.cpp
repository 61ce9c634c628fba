#include "gateway/cli/vault_admin.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "base/crypto/digest.hpp"
#include "base/net/frames.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::gateway::cli {
namespace {

namespace wire = postern::vault::v1;
constexpr std::chrono::milliseconds call_time_max{10'000};
constexpr std::size_t secret_bytes_max = 1024;

// One frame there, one back, while this thread waits.
Result<net::Frame> call(const std::string& socket, net::Frame frame) {
    boost::asio::io_context context;
    net::FrameClient client{context, {.path = socket, .allowed_uids = {}}};
    Result<net::Frame> reply = Error{ErrorKind::internal, "internal"};
    const auto exchange = [&]() -> boost::asio::awaitable<void> {
        reply = co_await client.call(std::move(frame), call_time_max);
        client.stop();
    };
    boost::asio::co_spawn(context, exchange, [](std::exception_ptr) {});
    context.run();
    return reply;
}

// The keeper's code becomes ours: codes are literals there and unknown here, so the text goes into the detail.
Error refusal_of(const wire::Failure& failure) {
    ErrorKind kind = ErrorKind::conflict;
    if (failure.kind() == "forbidden") kind = ErrorKind::forbidden;
    if (failure.kind() == "not_found") kind = ErrorKind::not_found;
    if (failure.kind() == "unavailable") kind = ErrorKind::unavailable;
    if (failure.kind() == "invalid_request") kind = ErrorKind::invalid_request;
    return {kind, "vault_refused", "the vault said: " + failure.code()};
}

Status send(const std::string& socket, const std::string& operator_name, wire::AdminRequest request,
            wiped::Bytes secret = {}) {
    request.set_operator_(operator_name);
    net::Frame frame;
    frame.control = request.SerializeAsString();
    frame.secret = std::move(secret);
    const auto reply = call(socket, std::move(frame));
    if (!reply) {
        return Error{reply.error().kind, reply.error().code, "the vault keeper at " + socket + " did not answer"};
    }
    wire::AdminReply said;
    if (!said.ParseFromString(reply->control)) return Error{ErrorKind::internal, "vault_reply_malformed"};
    if (said.has_failure()) return refusal_of(said.failure());
    return {};
}

void append_field(wiped::Bytes& out, std::string_view field) {
    out.push_back(static_cast<char>(field.size() >> 8));
    out.push_back(static_cast<char>(field.size() & 0xff));
    out.insert(out.end(), field.begin(), field.end());
}

struct OpenFile {
    explicit OpenFile(int opened) : descriptor{opened} {}
    ~OpenFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
    OpenFile(const OpenFile&) = delete;
    int descriptor;
};

Error bad_file(std::string_view code, const std::string& path) {
    return {ErrorKind::invalid_request, code, path};
}

}  // namespace

Status VaultAdmin::put_account(const AccountId& account, const TenantId& tenant, std::string_view destination,
                               const Credentials& credentials) const {
    wire::AdminRequest request;
    request.mutable_put_account()->set_account_id(account.text());
    request.mutable_put_account()->set_tenant_id(tenant.text());
    request.mutable_put_account()->set_destination(std::string{destination});
    wiped::Bytes secret;
    append_field(secret, credentials.merchant_id.view());
    append_field(secret, credentials.password.view());
    return send(socket_, operator_, std::move(request), std::move(secret));
}

Status VaultAdmin::disable_account(const AccountId& account) const {
    wire::AdminRequest request;
    request.mutable_disable_account()->set_account_id(account.text());
    return send(socket_, operator_, std::move(request));
}

Status VaultAdmin::put_caller_key(const ApiKeyId& key, const TenantId& tenant, std::string_view key_text) const {
    wire::AdminRequest request;
    const auto digest = crypto::sha256(key_text);
    request.mutable_put_caller_key()->set_key_id(key.text());
    request.mutable_put_caller_key()->set_tenant_id(tenant.text());
    request.mutable_put_caller_key()->set_key_digest(digest.data(), digest.size());
    return send(socket_, operator_, std::move(request));
}

Status VaultAdmin::disable_caller_key(const ApiKeyId& key) const {
    wire::AdminRequest request;
    request.mutable_disable_caller_key()->set_key_id(key.text());
    return send(socket_, operator_, std::move(request));
}

Status VaultAdmin::set_caller_key_origins(const ApiKeyId& key, const std::vector<std::string>& origins) const {
    wire::AdminRequest request;
    request.mutable_set_caller_key_origins()->set_key_id(key.text());
    for (const auto& origin : origins) request.mutable_set_caller_key_origins()->add_browser_origin(origin);
    return send(socket_, operator_, std::move(request));
}

Status VaultAdmin::set_tenant(const TenantId& tenant, bool enabled) const {
    wire::AdminRequest request;
    request.mutable_set_tenant()->set_tenant_id(tenant.text());
    request.mutable_set_tenant()->set_enabled(enabled);
    return send(socket_, operator_, std::move(request));
}

Result<wiped::Text> read_secret_line(const std::string& path) {
    const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about {};
    if (file.descriptor < 0 || ::fstat(file.descriptor, &about) != 0) return bad_file("secret_file_unreadable", path);
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) return bad_file("secret_file_open_to_others", path);
    wiped::Bytes content(secret_bytes_max);
    const ssize_t got = ::read(file.descriptor, content.data(), content.size());
    if (got < 0) return bad_file("secret_file_unreadable", path);
    content.resize(static_cast<std::size_t>(got));
    const wiped::Text whole{std::move(content)};
    const std::string_view line = whole.view().substr(0, whole.view().find_first_of("\r\n"));
    if (line.empty()) return bad_file("secret_file_empty", path);
    return wiped::Text{line};
}

Status write_secret_file(const std::string& path, std::string_view content) {
    const OpenFile file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.descriptor < 0) {
        return Error{ErrorKind::conflict, errno == EEXIST ? "file_exists" : "file_not_writable", path};
    }
    const ssize_t written = ::write(file.descriptor, content.data(), content.size());
    if (written != static_cast<ssize_t>(content.size()) || ::fsync(file.descriptor) != 0) {
        return Error{ErrorKind::internal, "file_not_writable", path};
    }
    return {};
}

}  // namespace postern::gateway::cli
