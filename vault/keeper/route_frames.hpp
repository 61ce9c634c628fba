#pragma once

#include <string>

#include "base/net/frames.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"
#include "vault/keeper/custody.hpp"

namespace postern::vault {

inline Caller caller_of(std::string actor, const net::PeerCredentials& peer) {
    return {std::move(actor), "uid " + std::to_string(peer.uid)};
}

template <class Message>
net::Frame frame_of(std::uint64_t correlation, const Message& message) {
    return {correlation, message.SerializeAsString(), {}};
}

template <class Message>
net::Frame failure_frame(std::uint64_t correlation, const Error& error) {
    Message message;
    encode_failure(error, *message.mutable_failure());
    return frame_of(correlation, message);
}

inline Error malformed_request() { return {ErrorKind::invalid_request, "malformed_request"}; }

}  // namespace postern::vault
