#include "processors/mercury/codes.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "processors/mercury/amounts.hpp"
#include "processors/wire/characters.hpp"

namespace postern::mercury {
namespace {

using enum CodeClass;
using domain::DeclineReason;

constexpr std::array codes{
    CodeRow{"000000", "000000", final, "completed; the status decides"},
    CodeRow{"001001", "001001", final, "general failure"},
    CodeRow{"001003", "001003", final, "command format"},
    CodeRow{"001004", "001004", final, "fields missing"},
    CodeRow{"001006", "001006", resend, "client not initialised"},
    CodeRow{"001007", "001007", unknown, "no response in time"},
    CodeRow{"001011", "001011", final, "empty command"},
    CodeRow{"001024", "001024", final, "batch full"},
    CodeRow{"001500", "001600", unknown, "server database"},
    CodeRow{"002000", "002000", unknown, "password accepted"},
    CodeRow{"002001", "002001", resend, "queue full"},
    CodeRow{"002002", "002002", final, "password failed"},
    CodeRow{"002003", "002004", resend, "going offline"},
    CodeRow{"002006", "002006", resend, "too many connections"},
    CodeRow{"002008", "002008", final, "serial used twice"},
    CodeRow{"002009", "002010", final, "password failed"},
    CodeRow{"002011", "002011", unknown, "server, internal"},
    CodeRow{"002012", "002012", final, "merchant id not found"},
    CodeRow{"003002", "003002", final, "still processing another command"},
    CodeRow{"003003", "003003", unknown, "socket failed while sending"},
    CodeRow{"003004", "003006", resend, "no connection was made"},
    CodeRow{"003007", "003007", unknown, "connection lost"},
    CodeRow{"003008", "003008", resend, "no network"},
    CodeRow{"003009", "003009", final, "client condition"},
    CodeRow{"003010", "003010", unknown, "server silent"},
    CodeRow{"003011", "003011", resend, "connect cancelled"},
    CodeRow{"003012", "003012", final, "client condition"},
    CodeRow{"003014", "003014", final, "client condition"},
    CodeRow{"003017", "003017", final, "client condition"},
    CodeRow{"003050", "003050", final, "request is no XML"},
    CodeRow{"003051", "003053", resend, "no connection was made"},
    CodeRow{"003327", "003327", final, "client condition"},
    CodeRow{"004001", "004002", unknown, "host's answer unreadable"},
    CodeRow{"004003", "004003", resend, "transient; the next host may take it"},
    CodeRow{"004004", "004005", unknown, "internal"},
    CodeRow{"004010", "004011", final, "format or decryption"},
    CodeRow{"004014", "004014", final, "record not found"},
    CodeRow{"004017", "004019", final, "number, merchant id or type"},
    CodeRow{"004020", "004020", unknown, "answer could not be encrypted"},
    CodeRow{"004040", "004040", final, "card type not taken"},
    CodeRow{"004050", "004050", unknown, "server, unknown"},
    CodeRow{"004101", "004102", final, "test card on a live merchant id"},
    CodeRow{"004115", "004115", final, "merchant must encrypt"},
    CodeRow{"004116", "004116", resend, "decryption service away"},
    CodeRow{"004117", "004117", final, "merchant has no tokens"},
    CodeRow{"004118", "004119", resend, "decryption or token service away"},
    CodeRow{"009999", "009999", unknown, "unknown; final where the text blames credentials"},
    CodeRow{"100201", "100231", final, "a field is malformed"},
    CodeRow{"100245", "100246", final, "look-up data"},
    CodeRow{"100254", "100254", final, "encrypted block"},
};

constexpr std::array texts{
    TextRow{"DECLINE", DeclineReason::generic, false},
    TextRow{"CALL ND", DeclineReason::call_issuer, false},
    TextRow{"CALL AE", DeclineReason::call_issuer, false},
    TextRow{"CALL DISCOVER", DeclineReason::call_issuer, false},
    TextRow{"PIC UP", DeclineReason::pick_up_card, false},
    TextRow{"DECLINED-CV2 FAIL", DeclineReason::security_code_mismatch, false},
    TextRow{"INVLD CID", DeclineReason::security_code_mismatch, false},
    TextRow{"INVLD EXP DATE", DeclineReason::expired_card, false},
    TextRow{"INVLD PIN", DeclineReason::pin, false},
    TextRow{"MAX PIN TRIES", DeclineReason::pin, false},
    TextRow{"PLEASE RETRY", DeclineReason::retry_later, true},
    TextRow{"ISSUER UNAVAIL", DeclineReason::issuer_unavailable, true},
    TextRow{"NO TRAN FOUND", DeclineReason::reversal_target_missing, false},
    TextRow{"INV ITEM NUM", DeclineReason::reversal_target_missing, false},
    TextRow{"MUST BALANCE NOW", DeclineReason::batch_must_close, true},
    TextRow{"USE DUP THEN BAL", DeclineReason::batch_must_close, true},
};

bool contains_ignoring_case(std::string_view text, std::string_view word) {
    return !std::ranges::search(text, word, [](char a, char b) {
        return processors::wire::ascii_lower(a) == processors::wire::ascii_lower(b);
    }).empty();
}

bool blames_credentials(std::string_view text) {
    return contains_ignoring_case(text, "credential") || contains_ignoring_case(text, "password");
}

}  // namespace

std::span<const CodeRow> code_rows() { return codes; }
std::span<const TextRow> text_rows() { return texts; }

CodeClass class_of(std::string_view code, std::string_view text) {
    code = trimmed(code);
    if (code == "009999" && blames_credentials(text)) return final;
    const auto row = std::ranges::find_if(codes, [&](const CodeRow& candidate) {
        return code.size() == candidate.first.size() && candidate.first <= code && code <= candidate.last;
    });
    return row == codes.end() ? unknown : row->code_class;
}

domain::Decline decline_of(std::string_view code, std::string_view text) {
    const auto row = std::ranges::find_if(texts, [&](const TextRow& candidate) {
        return processors::wire::equal_ignoring_case(candidate.text, trimmed(text));
    });
    if (row == texts.end()) return {DeclineReason::generic, raw_code(code, text), false};
    return {row->reason, raw_code(code, text), row->retry_may_help};
}

std::string raw_code(std::string_view code, std::string_view text) {
    constexpr std::size_t characters_max = 80;
    std::string raw = std::string(trimmed(code)) + " " + std::string(trimmed(text));
    if (raw.size() > characters_max) raw.resize(characters_max);
    for (char& c : raw)
        if (c < 0x20 || c > 0x7E) c = '?';
    return raw;
}

}  // namespace postern::mercury
