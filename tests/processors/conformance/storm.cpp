#include "tests/processors/conformance/storm.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

#include "tests/processors/conformance/books.hpp"

namespace postern::conformance {
namespace {

using namespace std::chrono_literals;
using domain::Verb;

// Kinds of trouble in a new order each round, so that each comes equally often.
class Deck {
public:
    explicit Deck(std::vector<std::string> kinds) : kinds_{std::move(kinds)} {}
    const std::string& draw(std::mt19937_64& dice) {
        if (next_ == 0)
            for (std::size_t i = kinds_.size(); i > 1; --i) std::swap(kinds_[i - 1], kinds_[dice() % i]);
        const std::string& kind = kinds_[next_];
        next_ = (next_ + 1) % kinds_.size();
        return kind;
    }

private:
    std::vector<std::string> kinds_;
    std::size_t next_ = 0;
};

struct Host {
    std::unique_ptr<Processor> processor;
    vault::Policy policy;
    Deck deck;
    std::vector<PaymentId> payments = {};  // made there
};

class Storm {
public:
    Storm(const std::vector<Subject>& subjects, const StormSettings& settings)
        : settings_{settings}, dice_{settings.seed}, random_{settings.seed}, hosts_{hosts_of(subjects)},
          world_{time_, random_, sides()} {
        world_.scene = "storm " + std::to_string(settings.seed);
        world_.vault.before_message = [this](Processor& processor, const vault::ForwardRequest& request) {
            if (is_stormy_) trouble(processor, request.kind == vault::AttemptKind::inquire);
        };
    }

    StormReport run() {
        world_.start_resolver();
        guests_left_ = settings_.guests;
        for (int i = 0; i < settings_.guests; ++i) time_.start_beside(guest());
        time_.run_until([this] { return guests_left_ == 0; });
        is_stormy_ = false;
        for (Host& host : hosts_) host.processor->calm();
        report_.stormy = std::chrono::duration_cast<std::chrono::hours>(time_.passed());
        const auto calm_since = time_.passed();
        const bool has_ended = time_.run(until_all_ended());
        report_.calm = std::chrono::ceil<std::chrono::hours>(time_.passed() - calm_since);
        world_.stop_resolver();
        if (!has_ended) list_open();
        count();
        for (const Host& host : hosts_) compare_all(host);
        report_.findings = world_.findings;
        return std::move(report_);
    }

private:
    std::vector<Host> hosts_of(const std::vector<Subject>& subjects) {
        std::vector<Host> out;
        for (const Subject& subject : subjects) {
            auto policy = vault::Policy::load(subject.policy_file);
            if (!policy) throw std::runtime_error(policy.error().detail);
            auto processor = subject.variants.front().make(time_, random_);
            auto kinds = processor->fault_kinds();
            out.push_back({std::move(processor), std::move(*policy), Deck{std::move(kinds)}});
        }
        return out;
    }
    std::vector<World::Side> sides() const {
        std::vector<World::Side> out;
        for (const Host& host : hosts_) out.push_back({host.processor.get(), &host.processor->adapter(), &host.policy});
        return out;
    }
    void find(Check check, std::string what) { world_.findings.push_back({check, world_.scene, std::move(what)}); }
    std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(dice_() % sides); }

    void trouble(Processor& processor, bool at_inquiries) {
        if (roll(100) >= static_cast<std::size_t>(settings_.faulty_percent)) return;
        Host& host = *std::ranges::find(hosts_, &processor, [](const Host& h) { return h.processor.get(); });
        Strike strike{.kind = host.deck.draw(dice_), .at_inquiries = at_inquiries};
        if (strike.kind.starts_with("late") && roll(2) == 0) strike.delay = 35s;
        if (strike.kind.starts_with("late") && roll(4) == 0) strike.until_undo = true;
        processor.strike(strike);
        ++report_.faults;
        ++report_.faults_by_kind[processor.adapter().capabilities().name + " " + strike.kind];
    }

    Awaitable<void> guest() {
        while (world_.store.operations.size() < settings_.operations) {
            co_await time_.sleep(std::chrono::milliseconds{roll(20'000)});
            Host& host = hosts_[roll(hosts_.size())];
            if (host.payments.empty() || roll(100) < 45) co_await pay(host);
            else co_await change(host);
        }
        --guests_left_;
    }

    SampleCharge charge_at(const Processor& processor) {
        SampleCharge charge = processor.usual();
        charge.amount_minor = static_cast<std::int64_t>(1000 + roll(1000));
        const std::size_t luck = roll(100);
        if (luck < 3) return processor.declined().value_or(charge);
        if (luck < 6) return processor.partial().value_or(charge);
        if (luck < 9) return processor.undone_plainly().value_or(charge);
        return charge;
    }

    Awaitable<void> pay(Host& host) {
        const auto paid = co_await world_.pay(*host.processor, roll(2) == 0 ? Verb::sale : Verb::authorize,
                                              charge_at(*host.processor), roll(2) == 0);
        if (!paid) co_return;
        host.payments.push_back(paid->payment_id);
        if (roll(20) == 0) (void)co_await world_.take_back(paid->payment_id);  // whatever came of it
    }

    // One of the newest, most often: older ones have come to their end, and that is refused.
    Awaitable<void> change(Host& host) {
        constexpr std::size_t newest = 40;
        const std::size_t behind = roll(std::min(newest, host.payments.size()));
        const PaymentId payment = host.payments[host.payments.size() - 1 - behind];
        const domain::Payment row = world_.store.payments.at(payment).payment;
        const auto part = [&](domain::Money whole) -> std::optional<std::int64_t> {
            if (roll(2) == 0 || whole.amount_minor() < 2) return std::nullopt;
            return 1 + static_cast<std::int64_t>(roll(static_cast<std::size_t>(whole.amount_minor() - 1)));
        };
        const auto little = [&] { return static_cast<std::int64_t>(roll(200)); };
        switch (roll(6)) {
            case 0: (void)co_await world_.capture(payment, part(row.capturable())); break;
            case 1: (void)co_await world_.refund(payment, part(row.refundable())); break;
            case 2: (void)co_await world_.take_back(payment); break;
            case 3: (void)co_await world_.adjust_tip(payment, little()); break;
            case 4: (void)co_await world_.increment(payment, 1 + little()); break;
            default:
                if (row.is_offered()) (void)co_await world_.accept(payment);
                else (void)co_await world_.capture(payment, std::nullopt, little());
        }
    }

    Awaitable<bool> until_all_ended() {
        const auto end = time_.instant() + 24h;
        while (world_.open_operations() > 0 || world_.vault.underway() > 0) {
            if (time_.instant() >= end) co_return false;
            co_await time_.sleep(10s);
        }
        co_return true;
    }

    void list_open() {
        for (const OperationId& id : world_.store.open_operations()) {
            const auto& row = world_.store.operations.at(id);
            find(Check::ends, row.operation.processor + " " + std::string(domain::to_text(row.operation.verb)) + " " +
                                  id.text() + " of " + row.operation.payment_id.text() + ": " + row.next_step + ", after " +
                                  std::to_string(row.operation.attempts) + " messages");
        }
    }

    void count() {
        report_.operations = world_.store.operations.size();
        report_.payments = world_.store.payments.size();
        report_.left_unknown = static_cast<std::size_t>(world_.open_operations());
        report_.messages = world_.vault.messages();
        for (const auto& [id, row] : world_.store.operations)
            ++report_.by_end[std::string(domain::to_text(row.operation.verb)) + " " +
                             std::string(domain::to_text(row.operation.status))];
        for (const auto& [payment, codes] : world_.alarms.by_payment)
            if (codes.contains("people_needed")) find(Check::ends, "people were asked about " + payment.text());
    }

    std::string story_of(const PaymentId& payment) const {
        std::string story;
        for (const domain::Operation& operation : world_.operations_of(payment))
            story += (story.empty() ? "" : ", ") + operation.processor + " " + std::string(domain::to_text(operation.verb)) +
                     " " + std::to_string(operation.requested.amount_minor()) + " " +
                     std::string(domain::to_text(operation.status)) + operation.failure_code +
                     (operation.cause ? " (" + std::string(domain::to_text(*operation.cause)) + ")" : "");
        return story;
    }

    void compare_all(const Host& host) {
        const auto accounts = accounts_of(world_.store.entries);
        for (const PaymentId& payment : host.payments) {
            const auto found = accounts.find(payment);
            const Accounted ours = found == accounts.end() ? Accounted{} : found->second;
            const bool was_repeated = host.processor->booked(world_.operations_of(payment)).was_repeated;
            for (const Difference& difference : compare(world_, *host.processor, payment, ours)) {
                const std::string what = payment.text() + " " + difference.what + "; " + story_of(payment);
                if (was_repeated && difference.check != Check::hold_told) report_.breaks.push_back(what);
                else find(difference.check, what);
            }
            report_.held += ours.held;
            report_.taken += ours.taken;
        }
        if (const auto stray = find_stray(world_, *host.processor)) find(stray->check, stray->what);
    }

    StormSettings settings_;
    std::mt19937_64 dice_;
    ::postern::test::SeededRandom random_;
    VirtualTime time_;
    std::vector<Host> hosts_;
    World world_;
    StormReport report_;
    bool is_stormy_ = true;
    int guests_left_ = 0;
};

}  // namespace

StormReport storm(const std::vector<Subject>& subjects, const StormSettings& settings) {
    return Storm{subjects, settings}.run();
}

}  // namespace postern::conformance
