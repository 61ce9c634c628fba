#include "tests/processors/conformance/suite.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/processors/conformance/books.hpp"
#include "tests/processors/conformance/claims.hpp"
#include "tests/processors/conformance/scenes.hpp"

namespace postern::conformance {
namespace {

using namespace std::chrono_literals;
using domain::Verb;

constexpr auto while_troubled = 10min;
// Later than a caller waits, and earlier than "not found" counts: what is later still only the books can show.
constexpr auto late = 35s;
constexpr auto a_day = 23h;  // from the first message it is less than what makes an adapter ask people

// What befalls the messages of one step.
struct Trouble {
    std::string name;
    std::vector<Strike> strikes;
    bool books_twice = false;
    int spared = 0;  // messages of the step that come through before
};

std::vector<Trouble> troubles_of(const Processor& processor, const Subject& subject, Extent extent) {
    std::vector<Trouble> out{{"no trouble", {}, false}};
    const auto kinds = processor.fault_kinds();
    constexpr int until_the_caller_is_gone = 12;
    for (const std::string& kind : kinds) {
        const bool twice = std::ranges::count(subject.books_twice, kind) > 0;
        out.push_back({kind, {{.kind = kind}}, twice});
        out.push_back({kind + " at the second message", {{.kind = kind}}, twice, 1});
        if (kind.starts_with("late")) out.push_back({kind + ", too late", {{.kind = kind, .delay = late}}, twice});
        if (extent == Extent::once) continue;
        out.push_back({kind + ", again and again", {{.kind = kind, .count = until_the_caller_is_gone}}, twice});
        out.push_back({kind + " at inquiries",
                       {{.kind = kinds.front()}, {.kind = kind, .count = 2, .at_inquiries = true}}, false});
        if (kind.starts_with("late"))
            out.push_back({kind + ", after its undo", {{.kind = kind, .delay = late, .until_undo = true}}, twice});
    }
    return out;
}

bool is_claimed(const processors::Capabilities& capabilities, const Scene& scene) {
    return std::ranges::all_of(scene.verbs, [&](Verb verb) { return std::ranges::count(capabilities.verbs, verb) > 0; });
}

// One scene with one trouble on one variant of the host, in a world of its own.
class Play {
public:
    Play(const Subject::Variant& variant, const vault::Policy& policy, const Wrap& wrong, const Scene& scene,
         const Trouble& trouble)
        : processor_{variant.make(time_, random_)}, wrong_{wrong ? wrong(processor_->adapter()) : nullptr},
          world_{time_, random_, {{processor_.get(), wrong_ ? wrong_.get() : &processor_->adapter(), &policy}}},
          scene_{scene}, trouble_{trouble} {
        world_.scene = variant.name + ": " + std::string(scene.name) + ", " + trouble.name;
    }

    void run() {
        time_.run(perform());
        if (!world_.alarms.plan_failures.empty()) find(Check::plans, *world_.alarms.plan_failures.begin());
    }
    World& world() { return world_; }

private:
    void find(Check check, std::string what) { world_.findings.push_back({check, world_.scene, std::move(what)}); }

    Awaitable<bool> perform() {
        const auto charge = scene_.charge ? scene_.charge(*processor_) : processor_->usual();
        Stage stage{world_, *processor_, *charge};
        co_await scene_.before(stage);
        co_await world_.settle(while_troubled);
        begin_trouble();
        co_await scene_.act(stage);
        co_await world_.settle(while_troubled);
        world_.vault.before_message = nullptr;
        processor_->calm();
        if (auto stray = find_stray(world_, *processor_)) find(stray->check, std::move(stray->what));
        if (scene_.shares_identity) co_return compare_as_a_whole();
        const bool has_ended = co_await settle_for_a_day(stage);
        judge_end(stage, has_ended);
        if (stage.payment && has_ended && !trouble_.books_twice) co_await follow_up(stage);
        co_return true;
    }

    // Once people are asked, the rest of the day tells nothing new.
    Awaitable<bool> settle_for_a_day(const Stage& stage) {
        for (auto hours = a_day; hours > 0h; hours -= 1h) {
            if (co_await world_.settle(1h)) co_return true;
            if (stage.payment && world_.alarms.has(*stage.payment, "people_needed")) co_return false;
        }
        co_return false;
    }

    void begin_trouble() {
        world_.vault.before_message = [this, spared = trouble_.spared](Processor& processor, const auto&) mutable {
            if (spared-- != 0) return;
            for (const Strike& strike : trouble_.strikes) processor.strike(strike);
        };
    }

    void judge_end(const Stage& stage, bool has_ended) {
        if (!stage.payment) return find(Check::works, "no payment was made");
        if (!has_ended) find(Check::ends, "unknown after a day");
        if (world_.alarms.has(*stage.payment, "people_needed")) find(Check::ends, "people were asked");
        const auto last = last_operation(*stage.payment);
        if (trouble_.strikes.empty() && scene_.ends_as && last.status != scene_.ends_as)
            find(Check::works, std::string(domain::to_text(last.verb)) + " ends as " +
                                   std::string(domain::to_text(last.status)) + " " + last.failure_code);
        if (has_ended) compare_books(*stage.payment);
    }
    domain::Operation last_operation(const PaymentId& payment) const { return world_.operations_of(payment).back(); }

    void compare_books(const PaymentId& payment) {
        const auto accounts = accounts_of(world_.store.entries);
        const auto found = accounts.find(payment);
        const Accounted ours = found == accounts.end() ? Accounted{} : found->second;
        // What the processor booked twice only the comparison can see, and it must.
        for (auto& difference : compare(world_, *processor_, payment, ours))
            if (!trouble_.books_twice || difference.check == Check::hold_told)
                find(difference.check, std::move(difference.what));
    }

    bool compare_as_a_whole() {
        Accounted ours;
        std::vector<domain::Operation> all;
        for (const auto& [payment, account] : accounts_of(world_.store.entries)) {
            ours.held += account.held;
            ours.taken += account.taken;
        }
        for (const auto& [id, row] : world_.store.operations) all.push_back(row.operation);
        const Booked theirs = processor_->booked(all);
        const bool agrees = theirs.held == ours.held && theirs.taken - theirs.returned == ours.taken;
        if (!agrees && !trouble_.books_twice) find(Check::books_agree, "what stands under one identity differs");
        return agrees;
    }

    // What stands is taken back, without trouble: that needs all that its approval was known by.
    Awaitable<void> follow_up(Stage& stage) {
        const domain::Payment& row = world_.store.payments.at(*stage.payment).payment;
        const auto before = world_.operations_of(*stage.payment).size();
        if (row.standing != domain::Standing::live || (row.captured == row.refunded && !row.captured.is_zero())) co_return;
        const auto done = co_await world_.take_back(*stage.payment);
        if (!done) co_await stage.refund();
        const bool has_ended = co_await world_.settle(a_day);
        const auto last = last_operation(*stage.payment);
        const bool is_undone = world_.operations_of(*stage.payment).size() > before &&
                               last.status == domain::OperationStatus::approved;
        if (!has_ended || !is_undone)
            find(Check::follow_up, std::string(domain::to_text(last.verb)) + " ends as " +
                                       std::string(domain::to_text(last.status)) + " " + last.failure_code);
        else
            compare_books(*stage.payment);
    }

    VirtualTime time_;
    ::postern::test::SeededRandom random_;
    std::unique_ptr<Processor> processor_;
    std::unique_ptr<processors::ProcessorAdapter> wrong_;
    World world_;
    const Scene& scene_;
    const Trouble& trouble_;
};

void add_left(std::vector<std::string>& left, const Scene& scene, const Findings& findings) {
    for (const Finding& finding : findings) {
        const std::string line = std::string(scene.name) + ": " + std::string(to_text(finding.check)) + ": " + finding.what;
        if (std::ranges::find(left, line) == left.end()) left.push_back(line);
    }
}

}  // namespace

Judgement judge(const Subject& subject, const Subject::Variant& variant, Extent extent, const Wrap& wrong) {
    const auto policy = vault::Policy::load(subject.policy_file);
    if (!policy) throw std::runtime_error(policy.error().detail);
    VirtualTime time;
    ::postern::test::SeededRandom random;
    const auto sample = variant.make(time, random);
    const auto troubles = troubles_of(*sample, subject, extent);
    Judgement out;
    out.findings = check_claims(variant, *policy, wrong);
    for (const Scene& scene : scenes()) {
        const bool is_played =
            is_claimed(sample->adapter().capabilities(), scene) && (!scene.charge || scene.charge(*sample));
        if (!is_played) continue;
        out.scenes.emplace_back(scene.name);
        for (const Trouble& trouble : troubles) {
            Play play{variant, *policy, wrong, scene, trouble};
            play.run();
            ++out.plays;
            out.messages += play.world().vault.messages();
            if (trouble.strikes.empty()) add_left(out.left, scene, play.world().findings);
            std::ranges::move(play.world().findings, std::back_inserter(out.findings));
        }
    }
    return out;
}

}  // namespace postern::conformance
