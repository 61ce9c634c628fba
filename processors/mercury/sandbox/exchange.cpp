#include "processors/mercury/sandbox/exchange.hpp"

#include <string>

#include "processors/mercury/sandbox/reply.hpp"

namespace postern::mercury::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view error_page =
    "<!DOCTYPE html><html><head><title>Runtime Error</title></head><body><h1>Server Error in '/ws' Application.</h1>"
    "</body></html>";
constexpr std::string_view maintenance_page =
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>";
constexpr std::string_view garbage = "\x01\x7f<<<RStream not here %%% \x02 4.00 AP";

Exchange hung_up() {
    Exchange exchange;
    exchange.response.status = net::hang_up;
    return exchange;
}
Exchange page(int status, std::string_view body) { return reply(status, "text/html; charset=utf-8", body); }

net::Mishap cut(const net::HttpResponse& response, const Fault& fault) {
    const auto half = static_cast<std::int64_t>(response.body.size() / 2);
    net::Mishap mishap;
    mishap.bytes_max = static_cast<std::size_t>(fault.bytes.value_or(half));
    return mishap;
}
net::Mishap drip(const Fault& fault) {
    constexpr std::int64_t few = 32;
    constexpr milliseconds pause{100};
    net::Mishap mishap;
    mishap.drip_bytes = static_cast<std::size_t>(fault.bytes.value_or(few));
    mishap.drip_pause = fault.delay.count() > 0 ? fault.delay : pause;
    return mishap;
}

}  // namespace

Exchange reply(int status, std::string_view content_type, std::string_view body) {
    Exchange exchange;
    exchange.response.status = status;
    exchange.response.headers = {{"content-type", std::string(content_type)},
                                 {"cache-control", "private, max-age=0"},
                                 {"x-aspnet-version", "4.0.30319"}};
    exchange.response.body = wiped::Text(body);
    return exchange;
}
Exchange xml(std::string_view body, int status) { return reply(status, "text/xml; charset=utf-8", body); }
Exchange json(std::string_view body, int status) { return reply(status, "application/json", body); }

Exchange unbooked(const Fault& fault, std::string_view busy) {
    Exchange exchange = fault.kind == FaultKind::drop_before_booking ? hung_up()
                        : fault.kind == FaultKind::busy ? xml(busy)
                        : reply(503, "text/html", "<html><body>Service Unavailable</body></html>");
    exchange.delay = fault.delay;
    return exchange;
}

void damage(Exchange& exchange, const Fault& fault, milliseconds late_answer) {
    net::HttpResponse& response = exchange.response;
    constexpr milliseconds longest_wait{60'000};
    switch (fault.kind) {
        case FaultKind::lost_answer: exchange = hung_up(); break;
        case FaultKind::late_answer: exchange.delay = fault.until_undo ? longest_wait : late_answer; break;
        case FaultKind::cut: exchange = xml(response.body.view().substr(0, response.body.size() / 2)); break;
        case FaultKind::garbage: exchange = xml(garbage); break;
        case FaultKind::empty: exchange = xml(""); break;
        case FaultKind::html_500: exchange = page(500, error_page); break;
        case FaultKind::html_200: exchange = page(200, maintenance_page); break;
        case FaultKind::bad_gateway: exchange = page(502, maintenance_page); break;
        case FaultKind::soap_fault: exchange = xml(soap_fault("Server was unable to process request."), 500); break;
        case FaultKind::truncated: response.mishap = cut(response, fault); break;
        case FaultKind::tls_break: response.mishap.emplace().breaks_tls = true; break;
        case FaultKind::slow_drip: response.mishap = drip(fault); return;  // its delay is the pause
        case FaultKind::silent_server:
        case FaultKind::refuse:
        case FaultKind::drop_before_booking:
        case FaultKind::busy:
        case FaultKind::late_booking:
        case FaultKind::duplicated:
        case FaultKind::wrong_invoice:
        case FaultKind::two_prologs:
        case FaultKind::oversized:
        case FaultKind::deep_xml:
        case FaultKind::not_utf8:
        case FaultKind::echo_card: break;
    }
    if (fault.delay.count() > 0 && fault.kind != FaultKind::late_booking) exchange.delay = fault.delay;
}

}  // namespace postern::mercury::sandbox
