#include "processors/mercury/sandbox/sandbox.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <string>

#include "processors/mercury/sandbox/echo.hpp"
#include "processors/mercury/sandbox/entry_json.hpp"
#include "processors/mercury/sandbox/fields.hpp"
#include "processors/mercury/sandbox/reply.hpp"
#include "processors/mercury/sandbox/request.hpp"
#include "processors/mercury/sandbox/wsdl.hpp"

namespace postern::mercury::sandbox {
namespace {

Exchange reply(int status, std::string_view content_type, std::string_view body) {
    Exchange exchange;
    exchange.response.status = status;
    exchange.response.headers = {{"content-type", std::string(content_type)},
                                 {"cache-control", "private, max-age=0"},
                                 {"x-aspnet-version", "4.0.30319"}};
    exchange.response.body = wiped::Text(body);
    return exchange;
}
Exchange xml(std::string_view body, int status = 200) { return reply(status, "text/xml; charset=utf-8", body); }
Exchange json(std::string_view body, int status = 200) { return reply(status, "application/json", body); }
Exchange hung_up() {
    Exchange exchange;
    exchange.response.status = net::hang_up;
    return exchange;
}

// The value of a query's parameter as it stands there (our own names and values need no decoding).
std::string_view parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
    return {};
}

bool asks_for_wsdl(std::string_view query) { return upper(query) == "WSDL"; }

Exchange server_error(const Transaction& transaction, std::string_view code, std::string_view text) {
    return xml(soap_reply("CreditTransaction", rstream(Host::error(transaction.merchant, code, text), "")));
}

// What happened before the host looked at the request.
Exchange unbooked(const Transaction& transaction, const Fault& fault) {
    Exchange exchange = fault.kind == FaultKind::drop_before_booking ? hung_up()
                        : fault.kind == FaultKind::busy ? server_error(transaction, "004003", "Global String Error.")
                        : reply(503, "text/html", "<html><body>Service Unavailable</body></html>");
    exchange.delay = fault.delay;
    return exchange;
}

// How far ahead the clock is afterwards.
Result<std::chrono::microseconds> parse_clock_move(std::string_view text, const VirtualClock& clock) {
    const auto refused = [](std::string_view what) {
        return Error{ErrorKind::invalid_request, "malformed_clock", std::string(what)};
    };
    boost::system::error_code error;
    const auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return refused("json");
    if (const auto* advance = value.as_object().if_contains("advance_s")) {
        constexpr std::int64_t longest_s = 10 * 366 * 86'400;
        const bool fits = advance->is_int64() && advance->as_int64() >= 0 && advance->as_int64() <= longest_s;
        if (!fits) return refused("advance_s");
        return clock.ahead() + std::chrono::seconds(advance->as_int64());
    }
    const auto* set = value.as_object().if_contains("set");
    const auto to = set && set->is_string() ? parse_rfc3339(std::string(set->as_string())) : std::nullopt;
    if (!to) return refused("set");
    if (*to < clock.now()) return refused("it goes forward only; a reset begins anew");
    return clock.ahead_at(*to);
}

constexpr std::string_view error_page =
    "<!DOCTYPE html><html><head><title>Runtime Error</title></head><body><h1>Server Error in '/ws' Application.</h1>"
    "</body></html>";
constexpr std::string_view unwritable = "The book cannot be written: nothing was decided";
constexpr std::string_view garbage = "\x01\x7f<<<RStream not here %%% \x02 4.00 AP";

}  // namespace

Sandbox::Sandbox(Settings settings, Book book, const Clock& clock, Random& random, CardKey card_key)
    : settings_{std::move(settings)}, book_{std::move(book)}, clock_{clock, book_.clock_ahead()},
      faults_{random}, host_{settings_, book_, clock_, random, card_key} {}

Exchange Sandbox::handle(const net::HttpRequest& request) {
    const std::string_view path = request.path();
    const bool gets = request.method == "GET", posts = request.method == "POST";
    if (posts && path == "/ws/ws.asmx") return soap(request);
    if (gets && path == "/ws/ws.asmx" && asks_for_wsdl(request.query()))
        return xml(wsdl("https://" + std::string(request.header("host")) + "/ws/ws.asmx"));
    if (gets && path == "/sandbox/book") return show_book(request);
    if (gets && path == "/sandbox/clock") return show_clock();
    if (posts && path == "/sandbox/clock") return move_clock(request);
    if (gets && path == "/sandbox/received") return show_received();
    if (gets && path == "/sandbox/faults") return json(faults_.json());
    if (posts && path == "/sandbox/faults") return add_fault(request);
    if (request.method == "DELETE" && path == "/sandbox/faults") {
        faults_.clear();
        return json(faults_.json());
    }
    if (posts && path == "/sandbox/reset") return reset();
    if (gets && path == "/healthz") return json("{\"status\":\"ok\"}\n");
    return reply(404, "text/html", "<html><body>The resource cannot be found.</body></html>");
}

Exchange Sandbox::soap(const net::HttpRequest& request) {
    ++messages_;
    const auto read = read_request(request.body.view());
    if (!read) return xml(soap_fault("Server was unable to read request: " + std::string(read.error().code)), 500);
    switch (read->operation) {
        case Operation::credit_transaction:
            return read->admin ? admin(*read->admin) : transaction(read->transaction);
        case Operation::batch: return batch(read->detail);
        case Operation::tran_detail:
        case Operation::all_detail:
        case Operation::all_detail_ex: return detail(read->operation, read->detail);
        case Operation::gift_transaction:
        case Operation::loyalty_transaction:
        case Operation::lookup:
        case Operation::all_gift_detail:
        case Operation::allow_run_as_debit:
        case Operation::associate_account:
        case Operation::remove_account_association: break;
    }
    return xml(soap_fault(std::string(name_of(read->operation)) + " is not simulated."), 500);
}

Exchange Sandbox::transaction(const Transaction& transaction) {
    const auto amount = parse_minor(transaction.purchase);
    const auto fault = faults_.strike(base_code(transaction), upper(transaction.invoice), amount.value_or(0));
    if (fault && !is_booked(fault->kind)) return unbooked(transaction, *fault);
    const auto answer = host_.decide(transaction, fault ? to_text(fault->kind) : "");
    if (!answer) return xml(soap_fault(unwritable), 500);
    return answered(*answer, transaction, fault);
}

Exchange Sandbox::answered(const HostAnswer& answer, const Transaction& transaction,
                           const std::optional<Fault>& fault) {
    const auto whole = [&](std::string_view echo) {
        return soap_reply("CreditTransaction", rstream(answer, echo));
    };
    constexpr std::chrono::milliseconds slow_approval{10'000};
    Exchange exchange = xml(whole(""));
    if (answer.entry.amount_minor == 2400 && answer.has_transaction) exchange.delay = slow_approval;
    if (!fault) return exchange;
    switch (fault->kind) {
        case FaultKind::lost_answer: exchange = hung_up(); break;
        case FaultKind::late_answer: exchange.delay = settings_.late_answer; break;
        case FaultKind::cut: exchange = xml(whole("").substr(0, whole("").size() / 2)); break;
        case FaultKind::garbage: exchange = xml(garbage); break;
        case FaultKind::empty: exchange = xml(""); break;
        case FaultKind::html_500: exchange = reply(500, "text/html; charset=utf-8", error_page); break;
        case FaultKind::soap_fault: exchange = xml(soap_fault("Server was unable to process request."), 500); break;
        case FaultKind::silent_server:
            exchange = server_error(transaction, "003010", "Timeout waiting for server.");
            break;
        case FaultKind::echo_card: {
            if (transaction.account_number.empty()) break;  // a record came in its place
            const auto echo = echoed(transaction.account_number, fault->form);
            exchange = xml(whole(echo ? *echo : ""));
            change_reply(exchange.response, transaction.account_number, fault->form);
            ++echoes_[fault->form];
            break;
        }
        case FaultKind::refuse:
        case FaultKind::drop_before_booking:
        case FaultKind::busy: break;  // struck before booking
    }
    if (fault->delay.count() > 0) exchange.delay = fault->delay;
    return exchange;
}

Exchange Sandbox::admin(const AdminRequest& request) {
    const auto answer = host_.administer(request);
    if (!answer) return xml(soap_fault(unwritable), 500);
    return xml(soap_reply("CreditTransaction", admin_rstream(*answer)));
}

// The one operation without a password.
Exchange Sandbox::batch(const DetailRequest& request) {
    if (!settings_.merchants.contains(request.merchant)) return xml(soap_fault("Merchant ID not found."), 500);
    if (!host_.close_due()) return xml(soap_fault(unwritable), 500);
    return xml(batch_reply(request.merchant, book_.open_batch(request.merchant)));
}

Exchange Sandbox::detail(Operation operation, const DetailRequest& request) {
    if (!host_.knows(request.merchant, request.password))
        return xml(soap_fault("Invalid Credentials. Please call support."), 500);
    if (operation == Operation::tran_detail)
        return xml(soap_reply(name_of(operation), detail_document(host_.detail(request), book_)));
    const auto rows = host_.all_detail(request);
    if (!rows) return xml(soap_fault("Invalid Date. Use MM/DD/YYYY or YYYY-MM-DD."), 500);
    return xml(soap_reply(name_of(operation), detail_document(*rows, book_)));
}

Exchange Sandbox::show_book(const net::HttpRequest& request) {
    if (!host_.close_due()) return json("{\"error\":\"book_unwritable\"}\n", 500);
    BookQuery query;
    query.held = {clock_.now(), settings_.hold_life};
    query.invoice = parameter(request.query(), "invoice");
    query.totals_only = parameter(request.query(), "totals") == "1";
    const std::string_view since = parameter(request.query(), "since");
    const auto [end, error] = std::from_chars(since.data(), since.data() + since.size(), query.since);
    const bool is_number = since.empty() || (error == std::errc{} && end == since.data() + since.size());
    if (!is_number) return json("{\"error\":\"since\"}\n", 400);
    return json(book_json(book_, query));
}

Exchange Sandbox::add_fault(const net::HttpRequest& request) {
    auto fault = parse_fault(request.body.view());
    if (!fault) return json("{\"error\":\"" + fault.error().detail + "\"}\n", 400);
    faults_.add(std::move(*fault));
    return json(faults_.json(), 201);
}

Exchange Sandbox::show_received() const {
    boost::json::object echoes;
    for (const auto& [form, times] : echoes_) echoes[form] = times;
    const boost::json::object out{{"messages", messages_},
                                  {"echoes", std::move(echoes)},
                                  {"echo_forms", boost::json::value_from(echo_forms())},
                                  {"reply_forms", boost::json::value_from(reply_forms())}};
    return json(boost::json::serialize(out) + "\n");
}

Exchange Sandbox::show_clock() const {
    const auto ahead = std::chrono::floor<std::chrono::seconds>(clock_.ahead());
    const boost::json::object out{{"now", to_rfc3339(clock_.now())}, {"ahead_s", ahead.count()}};
    return json(boost::json::serialize(out) + "\n");
}

// Forward alone: a host whose day goes back would close batches before they were opened.
Exchange Sandbox::move_clock(const net::HttpRequest& request) {
    const auto moved = parse_clock_move(request.body.view(), clock_);
    if (!moved) return json("{\"error\":\"" + moved.error().detail + "\"}\n", 400);
    if (!book_.set_clock_ahead(*moved)) return json("{\"error\":\"book_unwritable\"}\n", 500);
    clock_.move_ahead(*moved);
    if (!host_.close_due()) return json("{\"error\":\"book_unwritable\"}\n", 500);
    return show_clock();
}

Exchange Sandbox::reset() {
    faults_.clear();
    if (!book_.clear()) return json("{\"error\":\"book_unwritable\"}\n", 500);
    host_.forget();
    clock_.move_ahead({});
    return json("{}\n");
}

}  // namespace postern::mercury::sandbox
