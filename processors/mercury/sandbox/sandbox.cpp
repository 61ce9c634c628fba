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

std::string server_error(const Transaction& transaction, std::string_view code, std::string_view text) {
    return soap_reply("CreditTransaction", rstream(Host::error(transaction.merchant, code, text), ""));
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

constexpr std::string_view unwritable = "The book cannot be written: nothing was decided";

// The number of the invoice's neighbour.
std::string other_invoice(std::string invoice) {
    if (!invoice.empty()) invoice.back() = invoice.back() == '7' ? '8' : '7';
    return invoice;
}

std::string repeated(std::string_view text, std::int64_t times) {
    std::string out;
    out.reserve(text.size() * static_cast<std::size_t>(times));
    for (; times > 0; --times) out += text;
    return out;
}

// What stands in UserTraceData: nothing, or what an answer should not have.
std::string unwanted(const Fault& fault) {
    constexpr std::int64_t megabytes = 8 * 1024 * 1024, depth = 100'000;
    switch (fault.kind) {
        case FaultKind::oversized: return std::string(static_cast<std::size_t>(fault.bytes.value_or(megabytes)), 'A');
        case FaultKind::deep_xml: {
            const auto times = fault.bytes.value_or(depth);
            return repeated("<a>", times) + repeated("</a>", times);
        }
        case FaultKind::not_utf8: return "\xFF\xFE\xC3(";
        default: return {};
    }
}

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
        case Operation::all_gift_detail:
        case Operation::all_detail_ex: return detail(read->operation, read->detail);
        case Operation::gift_transaction: return gift(read->transaction);
        case Operation::loyalty_transaction:
        case Operation::lookup:
        case Operation::allow_run_as_debit:
        case Operation::associate_account:
        case Operation::remove_account_association: break;
    }
    return xml(soap_fault(std::string(name_of(read->operation)) + " is not simulated."), 500);
}

Exchange Sandbox::transaction(const Transaction& transaction) {
    const auto amount = parse_minor(transaction.purchase);
    const auto fault = faults_.strike(base_code(transaction), upper(transaction.invoice), amount.value_or(0));
    if (fault && !is_booked(fault->kind))
        return unbooked(*fault, server_error(transaction, "004003", "Global String Error."));
    if (fault && fault->kind == FaultKind::late_booking) return booked_late(transaction, *fault);
    return decided(transaction, fault);
}

Exchange Sandbox::decided(const Transaction& transaction, const std::optional<Fault>& fault) {
    const std::string_view name = fault ? to_text(fault->kind) : "";
    const auto answer = host_.decide(transaction, name);
    if (!answer) return xml(soap_fault(unwritable), 500);
    const bool is_twice = fault && fault->kind == FaultKind::duplicated;
    if (is_twice && !host_.decide(transaction, name, false)) return xml(soap_fault(unwritable), 500);
    return answered(*answer, transaction, fault);
}

// The caller may be gone by then; the host does not know.
Exchange Sandbox::booked_late(const Transaction& transaction, const Fault& fault) {
    constexpr std::chrono::milliseconds longest_wait{50'000};  // look-ups count on a minute
    Exchange exchange;
    exchange.delay = fault.delay.count() > 0 ? fault.delay : fault.until_undo ? longest_wait : settings_.late_answer;
    exchange.then = [this, transaction, fault] { return decided(transaction, fault); };
    if (fault.until_undo)
        exchange.until = [this, transaction, after = book_.next_number() - 1] {
            return host_.was_undone(transaction.merchant, transaction.invoice, after);
        };
    return exchange;
}

std::string Sandbox::answer_text(const HostAnswer& answer, const Transaction& transaction, const Fault& fault) const {
    if (fault.kind == FaultKind::silent_server)
        return server_error(transaction, "003010", "Timeout waiting for server.");
    if (fault.kind == FaultKind::wrong_invoice) {
        HostAnswer other = answer;
        other.entry.invoice = other_invoice(answer.entry.invoice);
        return soap_reply("CreditTransaction", rstream(other, ""));
    }
    const bool is_twice = fault.kind == FaultKind::two_prologs;
    const std::string inner = rstream(answer, unwanted(fault));
    return soap_reply("CreditTransaction", is_twice ? "<?xml version=\"1.0\"?>" + inner : inner);
}

Exchange Sandbox::answered(const HostAnswer& answer, const Transaction& transaction,
                           const std::optional<Fault>& fault) {
    constexpr std::chrono::milliseconds slow_approval{10'000};
    Exchange exchange = xml(fault ? answer_text(answer, transaction, *fault)
                                  : soap_reply("CreditTransaction", rstream(answer, "")));
    if (answer.entry.amount_minor == 2400 && answer.has_transaction) exchange.delay = slow_approval;
    if (!fault) return exchange;
    const bool echoes = fault->kind == FaultKind::echo_card && !transaction.account_number.empty();
    if (echoes) {
        const auto echo = echoed(transaction.account_number, fault->form);
        exchange = xml(soap_reply("CreditTransaction", rstream(answer, echo ? *echo : "")));
        change_reply(exchange.response, transaction.account_number, fault->form);
        ++echoes_[fault->form];
    }
    damage(exchange, *fault, settings_.late_answer);
    if (fault->until_undo && fault->kind == FaultKind::late_answer)
        exchange.until = [this, transaction, after = book_.next_number() - 1] {
            return host_.was_undone(transaction.merchant, transaction.invoice, after);
        };
    return exchange;
}

// Struck by faults that name it, and then only on its way.
Exchange Sandbox::gift(const Transaction& transaction) {
    const std::string_view name = name_of(Operation::gift_transaction);
    const auto fault = faults_.strike_named(name);
    if (fault && !is_booked(fault->kind)) return unbooked(*fault, soap_fault("Server was unable to process request."));
    const auto answer = host_.gift(transaction, fault ? to_text(fault->kind) : "");
    if (!answer) return xml(soap_fault(unwritable), 500);
    Exchange exchange = xml(soap_reply(name, rstream(*answer, "")));
    if (fault) damage(exchange, *fault, settings_.late_answer);
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
    const auto fault = faults_.strike_named(name_of(operation));
    if (fault && !is_booked(fault->kind)) return unbooked(*fault, soap_fault("Server was unable to process request."));
    Exchange exchange = detail_of(operation, request);
    if (fault) damage(exchange, *fault, settings_.late_answer);
    return exchange;
}

Exchange Sandbox::detail_of(Operation operation, const DetailRequest& request) {
    if (!host_.knows(request.merchant, request.password))
        return xml(soap_fault("Invalid Credentials. Please call support."), 500);
    if (operation == Operation::tran_detail)
        return xml(soap_reply(name_of(operation), detail_document(host_.detail(request), book_)));
    const auto rows = host_.all_detail(request, operation == Operation::all_gift_detail);
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
