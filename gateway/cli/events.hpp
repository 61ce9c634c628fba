#pragma once

#include <cstdint>
#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

struct ReplayOptions {
    std::string payment;  // one payment's events; empty: all
    std::string since;    // RFC 3339; empty: from the beginning
    bool raw = false;     // the events' own bytes, each behind its length as a Protobuf varint
};
// What Kafka carried, again, from the event table: byte-identical, per payment in order of version.
Status replay_events(Shell& shell, const ReplayOptions& options);

struct TailOptions {
    bool from_beginning = false;
    std::int64_t count_max = 0;         // 0: until interrupted
    std::int64_t idle_seconds_max = 0;  // ends after so long without an event; 0: never
};
// What Kafka carries now, as JSON lines.
Status tail_events(Shell& shell, const TailOptions& options);

// One event's bytes as a line of JSON, with where it was read.
std::string event_line(const std::string& payload, const std::string& where_json);

}  // namespace postern::gateway::cli
