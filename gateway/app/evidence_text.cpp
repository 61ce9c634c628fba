#include "gateway/app/evidence_text.hpp"

#include <charconv>

namespace postern::gateway {
namespace {

std::string_view take_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

}  // namespace

std::string encode_verdict_text(const vault::Verdict& verdict) {
    if (const auto* not_sent = std::get_if<vault::NotSent>(&verdict)) return "not_sent " + not_sent->code + "\n";
    if (const auto* maybe = std::get_if<vault::MaybeSent>(&verdict)) return "maybe_sent " + maybe->code + "\n";
    const vault::Reply& reply = std::get<vault::Sent>(verdict).reply;
    const std::string type = reply.content_type.substr(0, reply.content_type.find('\n'));
    return "sent " + std::to_string(reply.http_status) + " " + type + "\n" + reply.body;
}

std::optional<vault::Verdict> decode_verdict_text(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    std::string_view head = text.substr(0, end);
    const std::string_view word = take_word(head);
    if (word == "not_sent") return vault::NotSent{std::string(head)};
    if (word == "maybe_sent") return vault::MaybeSent{std::string(head)};
    if (word != "sent") return std::nullopt;
    const std::string_view status_text = take_word(head);
    int status = 0;
    const auto [rest, failure] = std::from_chars(status_text.data(), status_text.data() + status_text.size(), status);
    if (failure != std::errc{}) return std::nullopt;
    return vault::Sent{vault::Reply{status, std::string(head), std::string(text.substr(end + 1))}};
}

}  // namespace postern::gateway
