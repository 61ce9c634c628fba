#include "processors/stripe/sandbox/book.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>
#include <utility>

#include "processors/stripe/sandbox/object_json.hpp"

namespace postern::stripe::sandbox {
namespace {

namespace json = boost::json;

std::optional<std::vector<Change>> parse_line(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error || !value.is_array()) return std::nullopt;
    std::vector<Change> changes;
    for (const json::value& item : value.as_array()) {
        auto change = parse_change(item);
        if (!change) return std::nullopt;
        changes.push_back(std::move(*change));
    }
    return changes;
}

bool write_whole(int file, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t written = ::write(file, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

template <class Object>
const Object* find_of(const std::map<std::string, Object, std::less<>>& all, std::string_view account, std::string_view id) {
    const auto found = all.find(id);
    return found == all.end() || found->second.account != account ? nullptr : &found->second;
}

template <class Object>
bool carries(const Object& object, std::string_view identity) {
    if (identity.empty()) return true;
    for (const auto& [name, value] : object.metadata)
        if (value == identity) return true;
    return false;
}

}  // namespace

Result<Book> Book::open(const std::string& path) {
    Book book;
    std::size_t whole_bytes = 0;
    if (std::ifstream in(path, std::ios::binary); in) {
        std::string line;
        while (std::getline(in, line) && !in.eof()) {  // a last line without its end was never answered
            const auto changes = parse_line(line);
            if (!changes) return Error{ErrorKind::internal, "book_unreadable", path, {}};
            for (const Change& change : *changes) book.apply(change);
            whole_bytes += line.size() + 1;
        }
    }
    book.file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool ready = book.file_ >= 0 && ::ftruncate(book.file_, static_cast<off_t>(whole_bytes)) == 0;
    if (!ready) return Error{ErrorKind::internal, "book_unwritable", path, {}};
    book.path_ = path;
    return book;
}

Book::Book(Book&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, path_{std::move(other.path_)}, cards_{std::move(other.cards_)},
      intents_{std::move(other.intents_)}, refunds_{std::move(other.refunds_)},
      intent_order_{std::move(other.intent_order_)}, refund_order_{std::move(other.refund_order_)},
      intents_by_value_{std::move(other.intents_by_value_)}, refunds_by_intent_{std::move(other.refunds_by_intent_)},
      kept_{std::move(other.kept_)} {}

Book::~Book() {
    if (file_ >= 0) ::close(file_);
}

Status Book::commit(const std::vector<Change>& changes) {
    if (changes.empty()) return {};
    json::array line;
    for (const Change& change : changes) line.push_back(to_line(change));
    if (file_ >= 0 && !write_whole(file_, json::serialize(line) + "\n"))
        return Error{ErrorKind::internal, "book_unwritable", path_, {}};
    for (const Change& change : changes) apply(change);
    return {};
}

Status Book::clear() {
    if (file_ >= 0 && ::ftruncate(file_, 0) != 0) return Error{ErrorKind::internal, "book_unwritable", path_, {}};
    cards_.clear();
    intents_.clear();
    refunds_.clear();
    intent_order_.clear();
    refund_order_.clear();
    intents_by_value_.clear();
    refunds_by_intent_.clear();
    kept_.clear();
    return {};
}

void Book::apply(const Change& change) {
    if (const auto* card = std::get_if<Card>(&change)) cards_.insert_or_assign(card->id, *card);
    if (const auto* kept = std::get_if<Kept>(&change)) kept_.insert_or_assign({kept->account, kept->key}, *kept);
    if (const auto* intent = std::get_if<Intent>(&change))
        if (intents_.insert_or_assign(intent->id, *intent).second) {
            intent_order_.push_back(intent->id);
            for (const auto& [name, value] : intent->metadata) intents_by_value_[value].push_back(intent->id);
        }
    if (const auto* refund = std::get_if<Refund>(&change))
        if (refunds_.insert_or_assign(refund->id, *refund).second) {
            refund_order_.push_back(refund->id);
            refunds_by_intent_[refund->intent].push_back(refund->id);
        }
}

const Card* Book::find_card(std::string_view account, std::string_view id) const { return find_of(cards_, account, id); }
const Intent* Book::find_intent(std::string_view account, std::string_view id) const { return find_of(intents_, account, id); }
const Kept* Book::find_kept(const std::string& account, const std::string& key) const {
    const auto found = kept_.find({account, key});
    return found == kept_.end() ? nullptr : &found->second;
}
std::vector<const Intent*> Book::intents_carrying(const std::string& value) const {
    std::vector<const Intent*> out;
    if (const auto found = intents_by_value_.find(value); found != intents_by_value_.end())
        for (const std::string& id : found->second) out.push_back(&intents_.find(id)->second);
    return out;
}
std::vector<const Refund*> Book::refunds_of(const std::string& intent) const {
    std::vector<const Refund*> out;
    if (const auto found = refunds_by_intent_.find(intent); found != refunds_by_intent_.end())
        for (const std::string& id : found->second) out.push_back(&refunds_.find(id)->second);
    return out;
}
std::vector<const Intent*> Book::intents() const {
    std::vector<const Intent*> out;
    for (const std::string& id : intent_order_) out.push_back(&intents_.find(id)->second);
    return out;
}
std::vector<const Refund*> Book::refunds() const {
    std::vector<const Refund*> out;
    for (const std::string& id : refund_order_) out.push_back(&refunds_.find(id)->second);
    return out;
}

std::string book_json(const Book& book, std::string_view identity) {
    json::array intents, refunds;
    std::int64_t charges = 0, authorized = 0, captured = 0, refunded = 0, canceled = 0, declined = 0;
    for (const Intent* intent : book.intents()) {
        if (!carries(*intent, identity)) continue;
        json::object shown = to_line(*intent);
        const Card* card = book.find_card(intent->account, intent->card);
        shown["last4"] = card ? card->last4 : "";
        shown["carried"] = card ? card->carried : "";
        intents.push_back(std::move(shown));
        const bool is_charge = intent->status != "requires_payment_method";
        charges += is_charge ? 1 : 0;
        declined += is_charge ? 0 : 1;
        canceled += intent->status == "canceled" ? 1 : 0;
        if (intent->status == "requires_capture" || intent->status == "succeeded") authorized += intent->amount;
        captured += intent->received;
    }
    for (const Refund* refund : book.refunds()) {
        if (!carries(*refund, identity)) continue;
        refunds.push_back(to_line(*refund));
        if (refund->status == "succeeded") refunded += refund->amount;
    }
    const json::object totals{{"charges", charges}, {"authorized", authorized}, {"captured", captured},
                              {"refunded", refunded}, {"canceled", canceled}, {"declined", declined}};
    return json::serialize(json::object{{"intents", std::move(intents)}, {"refunds", std::move(refunds)}, {"totals", totals}}) + "\n";
}

}  // namespace postern::stripe::sandbox
