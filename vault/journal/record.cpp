#include "vault/journal/record.hpp"

#include <tuple>

namespace postern::vault {
namespace {

constexpr char encoding_version = 1;

void put_number(std::uint64_t value, int bytes, std::string& out) {  // big endian
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void put_text(std::string_view text, std::string& out) {
    const auto kept = text.substr(0, journal_text_bytes_max);
    put_number(kept.size(), 2, out);
    out.append(kept);
}

// Reads forward; what does not fit makes everything after it empty, and `whole` false.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_{bytes} {}
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (const char c : take(bytes)) value = (value << 8) | static_cast<unsigned char>(c);
        return value;
    }
    std::string text() {
        const auto size = number(2);
        if (size > journal_text_bytes_max) failed_ = true;
        return std::string(take(size));
    }
    void refuse() { failed_ = true; }
    bool whole() const { return !failed_ && rest_.empty(); }

private:
    std::string_view take(std::size_t bytes) {
        failed_ = failed_ || bytes > rest_.size();
        if (failed_) return {};
        const auto taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }
    std::string_view rest_;
    bool failed_ = false;
};

void put_attempt(const JournaledAttempt& attempt, std::string& out) {
    put_text(attempt.key.operation_id.text(), out);
    put_number(static_cast<std::uint32_t>(attempt.key.attempt), 4, out);
    out.push_back(static_cast<char>(attempt.kind));
    put_text(attempt.destination, out);
    put_text(attempt.operation, out);
}

std::optional<JournaledAttempt> read_attempt(Reader& reader) {
    auto operation_id = OperationId::parse(reader.text());
    const auto attempt = static_cast<std::int32_t>(reader.number(4));
    const auto kind = reader.number(1);
    auto destination = reader.text();
    auto operation = reader.text();
    if (!operation_id || attempt < 1 || kind > static_cast<std::uint64_t>(AttemptKind::reverse)) {
        reader.refuse();
        return std::nullopt;
    }
    return JournaledAttempt{{std::move(*operation_id), attempt}, static_cast<AttemptKind>(kind),
                            std::move(destination), std::move(operation)};
}

bool is_event(std::uint64_t number) {
    return number >= static_cast<std::uint64_t>(JournalEvent::opened) &&
           number <= static_cast<std::uint64_t>(last_journal_event);
}

}  // namespace

std::string_view to_text(JournalEvent event) {
    switch (event) {
        case JournalEvent::opened: return "opened";
        case JournalEvent::intent: return "intent";
        case JournalEvent::closed: return "closed";
        case JournalEvent::tokenized: return "tokenized";
        case JournalEvent::token_read: return "token_read";
        case JournalEvent::token_deleted: return "token_deleted";
        case JournalEvent::account_put: return "account_put";
        case JournalEvent::account_disabled: return "account_disabled";
        case JournalEvent::caller_key_put: return "caller_key_put";
        case JournalEvent::caller_key_disabled: return "caller_key_disabled";
        case JournalEvent::access_refused: return "access_refused";
        case JournalEvent::started: return "started";
        case JournalEvent::stopped: return "stopped";
        case JournalEvent::verified: return "verified";
        case JournalEvent::key_created: return "key_created";
        case JournalEvent::probed: return "probed";
        case JournalEvent::tenant_enabled: return "tenant_enabled";
        case JournalEvent::tenant_disabled: return "tenant_disabled";
        case JournalEvent::caller_key_origins_set: return "caller_key_origins_set";
    }
    __builtin_unreachable();
}

bool operator==(const JournaledAttempt& a, const JournaledAttempt& b) {
    return std::tie(a.key, a.kind, a.destination, a.operation) == std::tie(b.key, b.kind, b.destination, b.operation);
}

bool operator==(const JournalRecord& a, const JournalRecord& b) {
    const auto fields = [](const JournalRecord& r) {
        return std::tie(r.event, r.at, r.success, r.actor, r.origin, r.object, r.reason, r.attempt);
    };
    return fields(a) == fields(b);
}

std::string encode_record(std::uint64_t sequence, const JournalRecord& record) {
    std::string out;
    out.push_back(encoding_version);
    out.push_back(static_cast<char>(record.event));
    put_number(sequence, 8, out);
    put_number(static_cast<std::uint64_t>(record.at.time_since_epoch().count()), 8, out);
    out.push_back(record.success ? 1 : 0);
    put_text(record.actor, out);
    put_text(record.origin, out);
    put_text(record.object, out);
    put_text(record.reason, out);
    out.push_back(record.attempt ? 1 : 0);
    if (record.attempt) put_attempt(*record.attempt, out);
    return out;
}

Result<DecodedRecord> decode_record(std::string_view bytes) {
    Reader reader{bytes};
    DecodedRecord decoded;
    auto& record = decoded.record;
    if (reader.number(1) != static_cast<std::uint64_t>(encoding_version)) reader.refuse();
    const auto event = reader.number(1);
    decoded.sequence = reader.number(8);
    record.at = Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(reader.number(8))}};
    const auto success = reader.number(1);
    record.actor = reader.text();
    record.origin = reader.text();
    record.object = reader.text();
    record.reason = reader.text();
    const auto has_attempt = reader.number(1);
    if (has_attempt == 1) record.attempt = read_attempt(reader);
    if (!is_event(event) || success > 1 || has_attempt > 1 || !reader.whole())
        return Error{ErrorKind::internal, "malformed_record"};
    record.event = static_cast<JournalEvent>(event);
    record.success = success == 1;
    return decoded;
}

}  // namespace postern::vault
