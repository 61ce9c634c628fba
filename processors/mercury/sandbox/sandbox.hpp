#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "processors/mercury/sandbox/book.hpp"
#include "processors/mercury/sandbox/exchange.hpp"
#include "processors/mercury/sandbox/faults.hpp"
#include "processors/mercury/sandbox/host.hpp"
#include "processors/mercury/sandbox/settings.hpp"
#include "processors/mercury/sandbox/virtual_clock.hpp"

namespace postern::mercury::sandbox {

// A stand-in for the processor with a book of its own. Everything but the waiting, so that tests need no socket. For
// one thread.
//
//   POST /ws/ws.asmx        the operations of the WSDL             GET /ws/ws.asmx?WSDL
//   GET  /sandbox/book      ?invoice=&since=&totals=1              POST /sandbox/reset     book and faults
//   POST /sandbox/faults    see faults.hpp                         GET, DELETE /sandbox/faults    GET /healthz
//   POST /sandbox/clock     {"advance_s": 3600}, {"set": "2026-11-26T09:00:00Z"}; only forward    GET /sandbox/clock
//   GET  /sandbox/received  how many messages came, whatever was in them, and how often the card was echoed by form
class Sandbox {
public:
    Sandbox(Settings settings, Book book, const Clock& clock, Random& random, CardKey card_key);
    Exchange handle(const net::HttpRequest& request);
    const Book& book() const { return book_; }

private:
    Exchange soap(const net::HttpRequest& request);
    Exchange transaction(const Transaction& transaction);
    Exchange gift(const Transaction& transaction);
    Exchange admin(const AdminRequest& request);
    Exchange batch(const DetailRequest& request);
    Exchange detail(Operation operation, const DetailRequest& request);
    Exchange decided(const Transaction& transaction, const std::optional<Fault>& fault);
    Exchange booked_late(const Transaction& transaction, const Fault& fault);
    std::string answer_text(const HostAnswer& answer, const Transaction& transaction, const Fault& fault) const;
    Exchange answered(const HostAnswer& answer, const Transaction& transaction, const std::optional<Fault>& fault);
    Exchange detail_of(Operation operation, const DetailRequest& request);
    Exchange show_book(const net::HttpRequest& request);
    Exchange add_fault(const net::HttpRequest& request);
    Exchange show_received() const;
    Exchange show_clock() const;
    Exchange move_clock(const net::HttpRequest& request);
    Exchange reset();

    Settings settings_;
    Book book_;
    VirtualClock clock_;
    Faults faults_;
    Host host_;
    std::int64_t messages_ = 0;
    std::map<std::string, std::int64_t> echoes_;  // by form
};

}  // namespace postern::mercury::sandbox
