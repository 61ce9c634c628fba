#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "processors/stripe/sandbox/book.hpp"
#include "processors/stripe/sandbox/faults.hpp"
#include "processors/stripe/sandbox/host.hpp"
#include "processors/stripe/sandbox/settings.hpp"

namespace postern::stripe::sandbox {

using HashKey = std::array<std::uint8_t, 32>;  // of the requests' fingerprints: a card number stands in some of them

// A whole answer and how it is given: after a delay; with status net::hang_up, by ending the connection.
struct Exchange {
    net::HttpResponse response;
    std::chrono::milliseconds delay{0};
};

// A stand-in for the processor with a book of its own. Everything but the waiting, so that tests need no socket. For
// one thread.
//
//   /v1/...                 the API: payment_methods, payment_intents, refunds
//   GET  /sandbox/book      ?identity=                     POST /sandbox/reset     book and faults
//   POST /sandbox/faults    see faults.hpp                 GET, DELETE /sandbox/faults    GET /healthz
//   GET  /sandbox/received  how many calls of the API came, whatever was in them
class Sandbox {
public:
    Sandbox(Settings settings, Book book, const Clock& clock, Random& random, HashKey hash_key);
    Exchange handle(const net::HttpRequest& request);
    const Book& book() const { return book_; }

private:
    Exchange api(const net::HttpRequest& request);
    Exchange question(const Call& call);
    Exchange keyed(const Call& call, const std::string& key);
    Exchange answered(const Decision& decision, const std::optional<Fault>& fault, const std::string& key, bool is_replay);
    Exchange not_done(const Fault& fault, const Call& call, const std::string& key);
    std::string fingerprint(const Call& call) const;
    std::string request_id() const;

    Settings settings_;
    Book book_;
    const Clock& clock_;
    Random& random_;
    HashKey hash_key_;
    Faults faults_;
    Host host_;
    std::int64_t received_ = 0;
    std::map<std::string, Timestamp> in_use_until_;  // by account and key
};

}  // namespace postern::stripe::sandbox
