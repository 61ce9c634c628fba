#include "tests/processors/conformance/sandbox_vault.hpp"

#include <algorithm>

#include "base/card_shape.hpp"
#include "processors/wire/serialize.hpp"
#include "tests/support/http_request.hpp"

namespace postern::conformance {
namespace {

using std::chrono::milliseconds;
using vault::Verdict;

constexpr milliseconds line_time{40};              // there and back
constexpr std::size_t reply_bytes_max = 1024 * 1024;  // more is let go of
constexpr std::size_t head_bytes = 200;            // of an answer, about

net::HttpRequest request_of(std::string_view bytes) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    std::string_view head = bytes.substr(0, head_end);
    const auto take_line = [&] {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        return line;
    };
    const std::string_view first = take_line();
    const std::size_t space = first.find(' ');
    std::vector<std::pair<std::string, std::string>> headers;
    while (!head.empty()) {
        const std::string_view line = take_line();
        std::string name(line.substr(0, line.find(':')));
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        headers.emplace_back(std::move(name), line.substr(std::min(line.find(':') + 2, line.size())));
    }
    return ::postern::test::http_request(std::string(first.substr(0, space)),
                                         first.substr(space + 1, first.rfind(' ') - space - 1), headers,
                                         bytes.substr(head_end + 4));
}

milliseconds time_of(const net::HttpResponse& response) {
    if (!response.mishap || response.mishap->drip_bytes == 0) return milliseconds{0};
    const auto parts = (response.body.size() + head_bytes) / response.mishap->drip_bytes;
    return response.mishap->drip_pause * static_cast<std::int64_t>(parts);
}

std::string masked(std::string text, const std::string& card) {
    for (std::size_t at = 0; !card.empty() && (at = text.find(card, at)) != text.npos;)
        text.replace(at, card.size(), card.size(), 'X');
    return text;
}

Verdict verdict_of(const net::HttpResponse& response, const std::string& card) {
    const std::size_t size = response.body.size();
    const auto& mishap = response.mishap;
    const bool is_cut = mishap && mishap->bytes_max && *mishap->bytes_max < size + head_bytes;
    if (response.status == net::hang_up || is_cut || (mishap && mishap->breaks_tls))
        return vault::MaybeSent{"connection_lost"};
    if (size > reply_bytes_max) return vault::MaybeSent{"reply_too_large"};
    const auto type = std::ranges::find(response.headers, "content-type", &std::pair<std::string, std::string>::first);
    return vault::Sent{{response.status, type == response.headers.end() ? "" : type->second,
                        masked(std::string(response.body.view()), card)}};
}

bool fits_a_card(const vault::MessageTree& tree, std::string_view content_type) {
    const auto bytes = processors::wire::serialize_http(tree, "host", content_type,
                                                        [](vault::Slot, wiped::Bytes&) { return Status{}; });
    return bytes && holds_card_number({bytes->data(), bytes->size()});
}

}  // namespace

bool SandboxVault::is_refused(const Way& way, const vault::ForwardRequest& request) {
    if (fits_a_card(request.message, way.policy->content_type())) find(Check::card_in_slots, request.operation);
    const auto allowed = way.policy->check(request.message, request.operation, request.token.has_value());
    if (allowed) return false;
    find(Check::message_allowed,
         request.operation + ": " + std::string(allowed.error().code) + " " + allowed.error().detail);
    return true;
}

void SandboxVault::check_repeat(const vault::ForwardRequest& request) {
    auto& earlier = sent_[request.key.operation_id];
    auto message = vault::without(request.message, vault::Slot::card_security_code);
    const bool is_new = std::ranges::find(earlier, message) == earlier.end();
    if (request.kind == vault::AttemptKind::resend && is_new)
        find(Check::identity_constant, request.operation + ": a repeat that was never sent before");
    if (is_new) earlier.push_back(std::move(message));
}

Awaitable<Result<Verdict>> SandboxVault::forward(vault::ForwardRequest request) {
    if (journal_.contains(request.key)) co_return Error{ErrorKind::conflict, "attempt_used"};
    const Way& way = ways_.at(request.destination);
    if (is_refused(way, request)) co_return journal_[request.key] = vault::NotSent{"policy_refused"};
    check_repeat(request);
    const std::string card = request.token ? cards_.at(*request.token) : std::string{};
    const auto bytes = processors::wire::serialize_http(
        request.message, "processor.test", way.policy->content_type(), [&](vault::Slot slot, wiped::Bytes& out) {
            for (const char c : way.processor->slot_text(slot, card)) out.push_back(c);
            return Status{};
        });
    if (!bytes) co_return journal_[request.key] = vault::NotSent{std::string(bytes.error().code)};
    journal_[request.key] = vault::MaybeSent{"underway"};
    if (before_message) before_message(*way.processor, request);
    ++messages_;
    Verdict verdict = co_await carry(*way.processor, request_of({bytes->data(), bytes->size()}), request.time_left, card);
    journal_[request.key] = verdict;
    co_return verdict;
}

Awaitable<Verdict> SandboxVault::carry(Processor& processor, net::HttpRequest request, milliseconds time_left,
                                       std::string card) {
    const auto end = time_.instant() + time_left;
    co_await time_.sleep(line_time);
    Exchange exchange = processor.handle(request);
    const auto left = [&] { return std::chrono::duration_cast<milliseconds>(end - time_.instant()); };
    while (exchange.delay + time_of(exchange.response) <= left()) {
        co_await time_.sleep(exchange.delay);
        if (!exchange.then) {
            co_await time_.sleep(time_of(exchange.response));
            co_return verdict_of(exchange.response, card);
        }
        exchange = exchange.then();
    }
    const auto rest = std::max(left(), milliseconds{0});
    if (exchange.then) {
        ++underway_;
        time_.start_beside(book_late(std::move(exchange)));
    }
    co_await time_.sleep(rest);
    co_return vault::MaybeSent{"timeout"};
}

// The caller is gone; the processor does not know.
Awaitable<void> SandboxVault::book_late(Exchange exchange) {
    constexpr milliseconds between_looks{1'000};
    while (exchange.then) {
        const auto due = time_.instant() + exchange.delay;
        while (time_.instant() < due && !(exchange.until && exchange.until()))
            co_await time_.sleep(exchange.until ? between_looks
                                                : std::chrono::ceil<milliseconds>(due - time_.instant()));
        exchange = exchange.then();
    }
    --underway_;
}

Awaitable<Result<Verdict>> SandboxVault::ask(TenantId, vault::AttemptKey key, std::string) {
    const auto [entry, is_new] = journal_.try_emplace(key, vault::NotSent{"closed"});
    co_return entry->second;
}

Awaitable<Result<vault::TokenSummary>> SandboxVault::describe(TenantId, CardToken token) {
    const std::string& number = cards_.at(token);
    const vault::CardExtras extras{.security_code = true, .holder_name = true, .address = true, .postal_code = true};
    co_return vault::TokenSummary{number.substr(0, 6), number.substr(number.size() - 4), "visa", 12, 2030, extras};
}

}  // namespace postern::conformance
