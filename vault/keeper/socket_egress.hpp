#pragma once

#include "base/net/frames.hpp"
#include "vault/keeper/egress_port.hpp"

namespace postern::vault {

// EgressPort over the socket of the egress process.
class SocketEgress final : public EgressPort {
public:
    SocketEgress(boost::asio::io_context& context, net::FrameClientOptions options)
        : client_{context, std::move(options)} {}
    boost::asio::awaitable<EgressAnswer> exchange(EgressHost host, wiped::Bytes request,
                                                  std::chrono::milliseconds time_left) override;
    void stop() { client_.stop(); }

private:
    net::FrameClient client_;
};

}  // namespace postern::vault
