#include "base/net/tls.hpp"

#include <openssl/ssl.h>

namespace postern::net {
namespace {

namespace ssl = boost::asio::ssl;

TlsContext make_context(ssl::context::method method) {
    auto context = std::make_shared<ssl::context>(method);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    return context;
}

Error unreadable(const std::string& file, const boost::system::error_code& error) {
    return Error{ErrorKind::invalid_request, "tls_files_unreadable", file + ": " + error.message()};
}

}  // namespace

Result<TlsContext> make_server_tls(const TlsFiles& files) {
    auto context = make_context(ssl::context::tls_server);
    boost::system::error_code error;
    context->use_certificate_chain_file(files.certificate_chain, error);
    if (error) return unreadable(files.certificate_chain, error);
    context->use_private_key_file(files.private_key, ssl::context::pem, error);
    if (error) return unreadable(files.private_key, error);
    constexpr unsigned char session_scope[] = "postern";  // OpenSSL resumes only sessions of the same scope
    SSL_CTX_set_session_id_context(context->native_handle(), session_scope, sizeof session_scope);
    if (files.client_ca.empty()) return context;
    context->load_verify_file(files.client_ca, error);
    if (error) return unreadable(files.client_ca, error);
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    return context;
}

Result<TlsContext> make_client_tls(const std::string& ca_file) {
    auto context = make_context(ssl::context::tls_client);
    boost::system::error_code error;
    context->load_verify_file(ca_file, error);
    if (error) return unreadable(ca_file, error);
    context->set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    return context;
}

}  // namespace postern::net
