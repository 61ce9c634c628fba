#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "base/net/http_server.hpp"
#include "base/result.hpp"

namespace postern::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// TLS 1.2 or newer, no renegotiation, decrypted records overwritten by OpenSSL once read. "tls_files_unreadable".
Result<TlsContext> make_server_tls(const TlsFiles& files);
Result<TlsContext> make_client_tls(const std::string& ca_file);

}  // namespace postern::net
