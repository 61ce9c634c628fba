#pragma once

#include <functional>
#include <span>

#include "tests/processors/conformance/world.hpp"

namespace postern::conformance {

// One payment on its way through a scene.
struct Stage {
    World& world;
    Processor& processor;
    SampleCharge charge;
    std::optional<PaymentId> payment = {};

    Awaitable<void> pay(domain::Verb verb, bool partial_approval = false);  // the stage's payment
    Awaitable<void> accept();
    Awaitable<void> increment(std::int64_t minor);
    Awaitable<void> capture(std::optional<std::int64_t> minor = {}, std::optional<std::int64_t> tip_minor = {});
    Awaitable<void> adjust_tip(std::int64_t tip_minor);
    Awaitable<void> refund(std::optional<std::int64_t> minor = {});
    Awaitable<void> take_back();
};

// A story in two steps: what goes before, without trouble, and the step that trouble befalls.
struct Scene {
    std::string_view name;
    std::vector<domain::Verb> verbs;  // played only where all of them are claimed
    Awaitable<void> (*before)(Stage& stage);
    Awaitable<void> (*act)(Stage& stage);
    // How the last operation ends where nothing befalls it; nothing: either way is right.
    std::optional<domain::OperationStatus> ends_as = domain::OperationStatus::approved;
    std::optional<SampleCharge> (*charge)(const Processor&) = nullptr;  // else the usual one; nothing there: not played
    // Whose book cannot tell two payments apart: compared as a whole, and one of them may stay open.
    bool shares_identity = false;
};
std::span<const Scene> scenes();

}  // namespace postern::conformance
