#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "base/net/frames.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::gateway::cli {

namespace wire = postern::vault::v1;

inline std::string temporary_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "postern-cli-XXXXXX").string();
    return ::mkdtemp(path.data()) ? path : std::string{};
}

// The keeper's admin socket, remembering what came.
class FakeKeeper {
public:
    explicit FakeKeeper(std::string path, wire::AdminReply reply = done())
        : server_{context_, {.path = std::move(path), .allowed_uids = {::getuid()}, .on_refused = {}},
                  [this, reply](net::Frame frame, const net::PeerCredentials&) -> net::asio::awaitable<net::Frame> {
                      request.ParseFromString(frame.control);
                      secret.assign(frame.secret.data(), frame.secret.size());
                      net::Frame answer;
                      answer.control = reply.SerializeAsString();
                      co_return answer;
                  }} {
        EXPECT_TRUE(server_.listen());
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ~FakeKeeper() {
        server_.stop();
        context_.stop();
        thread_.join();
    }
    static wire::AdminReply done() {
        wire::AdminReply reply;
        reply.mutable_done();
        return reply;
    }
    wire::AdminRequest request;
    std::string secret;

private:
    net::asio::io_context context_;
    net::FrameServer server_;
    std::thread thread_;
};

}  // namespace postern::gateway::cli
