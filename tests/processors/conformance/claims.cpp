#include "tests/processors/conformance/claims.hpp"

#include <algorithm>
#include <array>

#include "tests/processors/conformance/scenes.hpp"

namespace postern::conformance {
namespace {

using domain::Operation;
using domain::Verb;

constexpr std::array verbs{Verb::authorize, Verb::sale,    Verb::capture, Verb::increment, Verb::adjust_tip,
                           Verb::void_sale, Verb::reverse, Verb::refund,  Verb::verify,    Verb::batch_close};

// What a verb builds on: a hold, a sale, or nothing.
std::optional<Verb> base_of(Verb verb) {
    switch (verb) {
        case Verb::capture:
        case Verb::increment:
        case Verb::reverse: return Verb::authorize;
        case Verb::void_sale:
        case Verb::refund:
        case Verb::adjust_tip: return Verb::sale;
        case Verb::authorize:
        case Verb::sale:
        case Verb::verify:
        case Verb::batch_close: return std::nullopt;
    }
    __builtin_unreachable();
}

vault::AttemptKind kind_of(Verb verb) {
    return verb == Verb::reverse || verb == Verb::void_sale ? vault::AttemptKind::reverse : vault::AttemptKind::send;
}

class Claims {
public:
    Claims(const processors::ProcessorAdapter& adapter, const vault::Policy& policy, const World& world)
        : adapter_{adapter}, policy_{policy}, world_{world} {}

    // Nothing: the verb is as it is claimed to be.
    std::optional<Finding> judge(Verb verb, const std::map<Verb, PaymentId>& payments) const {
        const std::string name(domain::to_text(verb));
        const auto base = base_of(verb);
        const auto payment = payments.find(base.value_or(Verb::authorize));
        if (payment == payments.end()) return std::nullopt;  // the scenes say so
        const Operation original = world_.operations_of(payment->second).front();
        Operation operation = original;
        operation.verb = verb;
        operation.status = domain::OperationStatus::prepared;
        operation.approved.reset();
        operation.processor_identity = adapter_.identity(9, 9);
        if (base) operation.reference.clear();
        if (verb == Verb::adjust_tip) operation.tip = domain::Money::of_minor(1, operation.requested.currency()).value();
        const processors::History history{.operation = operation,
                                          .payment = world_.store.payments.at(payment->second).payment,
                                          .original = base ? &original : nullptr,
                                          .attempts = {},
                                          .now = operation.created_at};
        const auto tree = adapter_.plan(kind_of(verb), history);
        const bool is_claimed = std::ranges::count(adapter_.capabilities().verbs, verb) > 0;
        if (!is_claimed && tree) return Finding{Check::capabilities, name, "is not claimed, and yet a message is made"};
        if (!is_claimed) return std::nullopt;
        if (!tree) return Finding{Check::plans, name, std::string(tree.error().code)};
        const auto allowed = policy_.check(*tree, adapter_.policy_operation(kind_of(verb), history), vault::names_card(*tree));
        if (!allowed) return Finding{Check::message_allowed, name, std::string(allowed.error().code)};
        return std::nullopt;
    }

private:
    const processors::ProcessorAdapter& adapter_;
    const vault::Policy& policy_;
    const World& world_;
};

}  // namespace

Findings check_claims(const Subject::Variant& variant, const vault::Policy& policy, const Wrap& wrong) {
    VirtualTime time;
    ::postern::test::SeededRandom random;
    const auto processor = variant.make(time, random);
    const auto wrapped = wrong ? wrong(processor->adapter()) : nullptr;
    const auto& adapter = wrapped ? *wrapped : processor->adapter();
    World world{time, random, {{processor.get(), &adapter, &policy}}};
    std::map<Verb, PaymentId> payments;
    for (const Verb verb : {Verb::authorize, Verb::sale})
        if (const auto paid = time.run(world.pay(*processor, verb, processor->usual())))
            if (world.operations_of(paid->payment_id).front().status == domain::OperationStatus::approved)
                payments.emplace(verb, paid->payment_id);
    const Claims claims{adapter, policy, world};
    Findings out;
    for (const Verb verb : verbs)
        if (auto finding = claims.judge(verb, payments)) out.push_back(std::move(*finding));
    return out;
}

}  // namespace postern::conformance
