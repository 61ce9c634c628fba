#include "vault/keeper/socket_egress.hpp"

#include "vault/contract/vault.pb.h"

namespace postern::vault {

using Reached = EgressAnswer::Reached;

boost::asio::awaitable<EgressAnswer> SocketEgress::exchange(EgressHost host, wiped::Bytes request,
                                                            std::chrono::milliseconds time_left) {
    v1::EgressRequest control;
    control.set_host(host.host);
    control.set_port(host.port);
    control.set_address(host.address);
    control.set_time_left_ms(time_left.count());
    control.set_connect_time_max_ms(host.connect_time_max.count());
    // The egress gives up at the deadline and says how far it came; its answer needs a moment to get here.
    constexpr std::chrono::milliseconds answer_slack{100};
    auto answer = co_await client_.call({0, control.SerializeAsString(), std::move(request)}, time_left + answer_slack);
    if (!answer) {
        if (answer.error().kind == ErrorKind::unavailable)
            co_return EgressAnswer{Reached::nothing_left, "egress_unavailable", 0, {}, {}};
        co_return EgressAnswer{Reached::maybe_sent, "egress_lost", 0, {}, {}};
    }
    v1::EgressReply reply;
    if (!reply.ParseFromString(answer->control)) co_return EgressAnswer{Reached::maybe_sent, "egress_lost", 0, {}, {}};
    EgressAnswer out{Reached::maybe_sent, reply.code(), reply.http_status(), reply.content_type(),
                     std::move(answer->secret)};
    if (reply.reached() == "nothing_left") out.reached = Reached::nothing_left;
    if (reply.reached() == "answered") out.reached = Reached::answered;
    co_return out;
}

}  // namespace postern::vault
