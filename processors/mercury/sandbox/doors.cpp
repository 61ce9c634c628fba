#include "processors/mercury/sandbox/doors.hpp"

#include <boost/json.hpp>

#include "base/ops/log.hpp"

namespace postern::mercury::sandbox {
namespace {

constexpr std::chrono::milliseconds again{100};  // a port that is not free yet is tried so soon again

struct Closing {
    bool first = false, backup = false;
    std::chrono::milliseconds time{0};
};

Result<Closing> parse_closing(std::string_view text) {
    const Error malformed{ErrorKind::invalid_request, "malformed_hosts", {}, {}};
    boost::system::error_code error;
    const auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return malformed;
    const auto* closed = value.as_object().if_contains("closed");
    const auto* time = value.as_object().if_contains("for_ms");
    constexpr std::int64_t time_max_ms = 600'000;
    if (!closed || !closed->is_array() || !time || !time->is_int64() || time->as_int64() < 1 || time->as_int64() > time_max_ms)
        return malformed;
    Closing closing{.time = std::chrono::milliseconds{time->as_int64()}};
    for (const auto& name : closed->as_array()) {
        if (!name.is_string()) return malformed;
        if (name.as_string() == "first") closing.first = true;
        else if (name.as_string() == "backup") closing.backup = true;
        else return Error{ErrorKind::invalid_request, "unknown_host", {}, {}};
    }
    return closing;
}

}  // namespace

Doors::Doors(net::asio::io_context& context, net::HttpServerOptions first, net::HttpHandler first_handler,
             std::optional<net::HttpServerOptions> backup, net::HttpHandler backup_handler)
    : context_{context}, first_{std::move(first), std::move(first_handler)} {
    if (backup) backup_.emplace(std::move(*backup), std::move(backup_handler));
}

Status Doors::open(Door& door) {
    door.server.emplace(context_, door.options, door.handler);
    auto opened = door.server->listen();
    if (opened) door.options.port = door.server->port();  // one that was chosen stays
    return opened;
}

Status Doors::open() {
    if (auto opened = open(first_); !opened || !backup_) return opened;
    return open(*backup_);
}

void Doors::stop() {
    if (first_.server) first_.server->stop_accepting();
    if (backup_ && backup_->server) backup_->server->stop_accepting();
}

Status Doors::close(std::string_view json) {
    const auto closing = parse_closing(json);
    if (!closing) return closing.error();
    if (closing->backup && !backup_) return Error{ErrorKind::invalid_request, "unknown_host", {}, {}};
    if (closing->first) close(first_, closing->time);
    if (closing->backup) close(*backup_, closing->time);
    return {};
}

// What runs there is answered; kept connections close within a second.
void Doors::close(Door& door, std::chrono::milliseconds time) {
    if (door.server) door.server->stop_accepting();
    door.timer.emplace(context_, time);
    door.timer->async_wait([this, &door](const boost::system::error_code& ended) {
        if (ended) return;
        if (const auto opened = open(door); !opened) {
            ops::warn("the host cannot open yet", {{"code", std::string{opened.error().code}}});
            close(door, again);
        }
    });
}

}  // namespace postern::mercury::sandbox
