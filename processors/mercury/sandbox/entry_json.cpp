#include "processors/mercury/sandbox/entry_json.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <map>

namespace postern::mercury::sandbox {
namespace {

namespace json = boost::json;

struct Totals {
    std::int64_t charges = 0, authorized = 0, captured = 0, refunded = 0, voided = 0;
    std::int64_t requests = 0, duplicates = 0, declined = 0, errors = 0;
};

// What an entry moved by itself: a hold's captures count at the captures.
void add(const Entry& entry, Totals& totals) {
    if (closes_batch(entry)) return;
    ++totals.requests;
    if (entry.duplicate_of != 0) ++totals.duplicates;
    if (entry.status == "Declined") ++totals.declined;
    if (entry.status == "Error") ++totals.errors;
    if (!is_approved(entry) || entry.duplicate_of != 0) return;
    const bool is_charge = is_hold(entry);
    if (is_charge) ++totals.charges;
    if (is_charge && entry.is_voided) ++totals.voided;
    if (entry.is_voided) return;
    if (is_charge) totals.authorized += entry.authorized_minor;
    if (is_purchase(entry)) totals.captured += entry.authorized_minor;
    if (entry.tran_code == "Return") totals.refunded += entry.authorized_minor;
}

json::object to_json(const Totals& totals) {
    return {{"requests", totals.requests}, {"charges", totals.charges}, {"duplicates", totals.duplicates},
            {"declined", totals.declined}, {"errors", totals.errors}, {"authorized", totals.authorized},
            {"captured", totals.captured}, {"refunded", totals.refunded}, {"voided", totals.voided}};
}

json::object charge_json(const Entry& entry, const Book& book, const HeldBy& held) {
    const std::int64_t refunded = entry.tran_code == "Return" ? entry.authorized_minor : 0;
    return {{"number", entry.number}, {"at", to_rfc3339(entry.at)}, {"merchant", entry.merchant},
            {"tran_code", entry.tran_code}, {"invoice", entry.invoice}, {"card", entry.card},
            {"card_hash", entry.card_hash}, {"amount", entry.amount_minor}, {"authorized", entry.authorized_minor},
            {"captured", entry.captured_minor}, {"refunded", refunded}, {"voided", entry.is_voided},
            {"repeats", entry.repeats}, {"text", entry.text}, {"is_reversal", entry.is_reversal},
            {"target_invoice", entry.target == 0 ? "" : book.at(entry.target).invoice}, {"fault", entry.fault},
            {"carried", entry.carried}, {"batch", entry.batch},
            {"gratuity", entry.gratuity_minor}, {"frequency", entry.frequency},
            {"record_no", entry.record_no}, {"held", held_minor(entry, book, held)}};
}

// `by`: the merchant, or the time of day.
json::object closed_json(const Entry& entry) {
    return {{"merchant", entry.merchant}, {"number", entry.batch}, {"at", to_rfc3339(entry.at)},
            {"net", entry.amount_minor}, {"by", entry.carried}};
}
json::array open_json(const Book& book) {
    json::array out;
    for (const auto& [merchant, batch] : book.open_batches())
        out.push_back({{"merchant", merchant}, {"number", batch.number}, {"items", batch.items()},
                       {"purchases", batch.purchases}, {"purchased", batch.purchased_minor},
                       {"returns", batch.returns}, {"returned", batch.returned_minor}, {"net", batch.net_minor()}});
    return out;
}

std::int64_t microseconds(Timestamp at) { return at.time_since_epoch().count(); }

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string{};
}
std::int64_t number_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_int64() ? value->as_int64() : 0;
}

bool is_set(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_bool() && value->as_bool();
}

// Boost.JSON would build the object first; every request waits for its line.
class LineWriter {
public:
    explicit LineWriter(std::string& out) : out_{out} {}
    void add(std::string_view name, std::int64_t number) {
        add_name(name);
        std::array<char, 20> digits{};
        out_.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
    }
    void add(std::string_view name, std::string_view text) {
        add_name(name);
        out_ += '"';
        for (const char c : text) add_character(c);
        out_ += '"';
    }
    void add_flag(std::string_view name, bool is_set) {
        add_name(name);
        out_ += is_set ? "true" : "false";
    }
    void end() { out_ += "}\n"; }

private:
    void add_name(std::string_view name) {
        out_ += is_first_ ? "{\"" : ",\"";
        is_first_ = false;
        out_ += name;
        out_ += "\":";
    }
    void add_character(char c) {
        const bool is_control = static_cast<unsigned char>(c) < 0x20;
        if (c == '"' || c == '\\') out_ += '\\';
        if (!is_control) out_ += c;
        else out_ += {'\\', 'u', '0', '0', c < 0x10 ? '0' : '1', "0123456789abcdef"[c & 15]};
    }

    std::string& out_;
    bool is_first_ = true;
};

}  // namespace

void append_line(const Entry& e, std::int64_t number, std::string& out) {
    LineWriter line{out};
    line.add("number", number);
    line.add("at", microseconds(e.at));
    line.add("merchant", e.merchant);
    line.add("tran_code", e.tran_code);
    line.add("invoice", e.invoice);
    line.add("amount", e.amount_minor);
    line.add("authorized", e.authorized_minor);
    line.add("card", e.card);
    line.add("card_hash", e.card_hash);
    line.add("status", e.status);
    line.add("code", e.code);
    line.add("text", e.text);
    line.add("auth_code", e.auth_code);
    line.add("ref_no", e.ref_no);
    line.add("acq_ref_data", e.acq_ref_data);
    line.add("process_data", e.process_data);
    line.add("duplicate_of", e.duplicate_of);
    line.add("target", e.target);
    line.add_flag("is_reversal", e.is_reversal);
    line.add("fault", e.fault);
    line.add("carried", e.carried);
    if (e.gratuity_minor != 0) line.add("gratuity", e.gratuity_minor);
    if (!e.record_no.empty()) {
        line.add("record_no", e.record_no);
        line.add("frequency", e.frequency);
    }
    if (e.record_from != 0) line.add("record_from", e.record_from);
    line.end();
}

std::optional<Entry> parse_line(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error || !value.is_object()) return std::nullopt;
    const json::object& o = value.as_object();
    Entry e;
    e.number = number_of(o, "number");
    e.at = Timestamp{std::chrono::microseconds(number_of(o, "at"))};
    e.merchant = text_of(o, "merchant");
    e.tran_code = text_of(o, "tran_code");
    e.invoice = text_of(o, "invoice");
    e.amount_minor = number_of(o, "amount");
    e.authorized_minor = number_of(o, "authorized");
    e.card = text_of(o, "card");
    e.card_hash = text_of(o, "card_hash");
    e.status = text_of(o, "status");
    e.code = text_of(o, "code");
    e.text = text_of(o, "text");
    e.auth_code = text_of(o, "auth_code");
    e.ref_no = text_of(o, "ref_no");
    e.acq_ref_data = text_of(o, "acq_ref_data");
    e.process_data = text_of(o, "process_data");
    e.duplicate_of = number_of(o, "duplicate_of");
    e.target = number_of(o, "target");
    e.is_reversal = is_set(o, "is_reversal");
    e.fault = text_of(o, "fault");
    e.carried = text_of(o, "carried");
    e.gratuity_minor = number_of(o, "gratuity");
    e.record_no = text_of(o, "record_no");
    e.frequency = text_of(o, "frequency");
    e.record_from = number_of(o, "record_from");
    return e;
}

constexpr std::string_view clock_line_start = "{\"clock_ahead_us\":";

std::string clock_line(std::chrono::microseconds ahead) {
    return std::string(clock_line_start) + std::to_string(ahead.count()) + "}\n";
}
std::optional<std::chrono::microseconds> parse_clock_line(std::string_view line) {
    if (!line.starts_with(clock_line_start) || !line.ends_with('}')) return std::nullopt;
    line.remove_prefix(clock_line_start.size());
    line.remove_suffix(1);
    std::int64_t ahead = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), ahead);
    const bool is_number = error == std::errc{} && end == line.data() + line.size();
    return is_number ? std::optional(std::chrono::microseconds(ahead)) : std::nullopt;
}

std::string book_json(const Book& book, const BookQuery& query) {
    const std::string invoice = upper(query.invoice);
    json::array charges, closed;
    Totals all;
    std::map<std::string, Totals> by_invoice;
    for (const Entry& entry : book.entries()) {
        const bool wanted = entry.number > query.since && (invoice.empty() || entry.invoice == invoice);
        if (!wanted) continue;
        add(entry, all);
        if (query.totals_only) continue;
        if (closes_batch(entry)) closed.push_back(closed_json(entry));
        else add(entry, by_invoice[entry.invoice]);
        if (is_approved(entry) && entry.duplicate_of == 0) charges.push_back(charge_json(entry, book, query.held));
    }
    json::object out{{"last", book.next_number() - 1}, {"totals", to_json(all)}};
    if (!query.totals_only) {
        json::object invoices;
        for (const auto& [name, totals] : by_invoice) invoices[name] = to_json(totals);
        out["invoices"] = std::move(invoices);
        out["charges"] = std::move(charges);
        out["batches"] = {{"open", open_json(book)}, {"closed", std::move(closed)}};
    }
    return json::serialize(out) + "\n";
}

}  // namespace postern::mercury::sandbox
