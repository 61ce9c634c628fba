#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "processors/mercury/sandbox/book.hpp"
#include "processors/mercury/sandbox/faults.hpp"
#include "processors/mercury/sandbox/host.hpp"
#include "processors/mercury/sandbox/settings.hpp"

namespace postern::mercury::sandbox {

// A whole answer and how it is given: after a delay; with status net::hang_up, by ending the connection.
struct Exchange {
    net::HttpResponse response;
    std::chrono::milliseconds delay{0};
};

// A stand-in for the processor with a book of its own. Everything but the waiting, so that tests need no socket. For
// one thread.
//
//   POST /ws/ws.asmx        the operations of the WSDL             GET /ws/ws.asmx?WSDL
//   GET  /sandbox/book      ?invoice=&since=&totals=1              POST /sandbox/reset     book and faults
//   POST /sandbox/faults    see faults.hpp                         GET  /sandbox/faults    GET /healthz
//   GET  /sandbox/received  how many messages came, whatever was in them, and how often the card was echoed by form
class Sandbox {
public:
    Sandbox(Settings settings, Book book, const Clock& clock, Random& random, CardKey card_key);
    Exchange handle(const net::HttpRequest& request);
    const Book& book() const { return book_; }

private:
    Exchange soap(const net::HttpRequest& request);
    Exchange transaction(const Transaction& transaction);
    Exchange detail(Operation operation, const DetailRequest& request);
    Exchange answered(const HostAnswer& answer, const Transaction& transaction, const std::optional<Fault>& fault);
    Exchange show_book(const net::HttpRequest& request) const;
    Exchange add_fault(const net::HttpRequest& request);
    Exchange show_received() const;
    Exchange reset();

    Settings settings_;
    Book book_;
    Faults faults_;
    Host host_;
    std::int64_t messages_ = 0;
    std::map<std::string, std::int64_t> echoes_;  // by form
};

}  // namespace postern::mercury::sandbox
