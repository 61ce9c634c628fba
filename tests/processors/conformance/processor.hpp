#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "processors/port/adapter.hpp"

namespace postern::conformance {

// An answer of a sandbox, and how it is given: after a delay; with status net::hang_up, by ending the connection.
struct Exchange {
    net::HttpResponse response;
    std::chrono::milliseconds delay{0};
    std::function<bool()> until = {};     // ends the delay before its time
    std::function<Exchange()> then = {};  // what is done after the delay, in the response's place
};

// What a processor's book says of one payment: all that stands under the identities of its operations.
struct Booked {
    std::int64_t held = 0, taken = 0, returned = 0;
    int charges = 0, captures = 0, returns = 0;  // that stand
    bool hold_stays = false;   // taken back at the processor, and still held at the issuer
    bool was_repeated = false;  // by the processor itself: it booked one message twice
};

// A charge that decides its own outcome, as the sandbox's amounts and cards do.
struct SampleCharge {
    std::string card;
    std::int64_t amount_minor = 1250;
};

// One kind of trouble for the next messages.
struct Strike {
    std::string kind;  // as the sandbox names it
    int count = 1;
    std::chrono::milliseconds delay{0};
    bool at_inquiries = false;
    bool until_undo = false;  // of what is late: until it has been taken back
};

// A processor as the suite sees it: the adapter on our side, its sandbox on the other. A new adapter comes with one of
// these and nothing else.
class Processor {
public:
    virtual ~Processor() = default;
    virtual const processors::ProcessorAdapter& adapter() const = 0;
    virtual Exchange handle(const net::HttpRequest& request) = 0;
    virtual std::string slot_text(vault::Slot slot, const std::string& card) const = 0;

    // Every kind of trouble that the sandbox can make.
    virtual std::vector<std::string> fault_kinds() const = 0;
    virtual void strike(const Strike& strike) = 0;
    virtual void calm() = 0;  // no trouble is left
    // Closes what the processor settles by the day; nothing where it does that by itself.
    virtual void close_day() {}

    virtual Booked booked(const std::vector<domain::Operation>& operations) const = 0;
    virtual Booked everything() const = 0;  // whoever made it
    virtual SampleCharge usual() const = 0;
    virtual std::optional<SampleCharge> declined() const { return std::nullopt; }
    virtual std::optional<SampleCharge> partial() const { return std::nullopt; }
    virtual std::optional<SampleCharge> undone_plainly() const { return std::nullopt; }  // its hold stays at the issuer
};

// What the suite is told of an adapter.
struct Subject {
    std::string name;
    std::string policy_file;
    // A new sandbox with an empty book, and the adapter. The variants are settings of the host that no adapter may
    // depend on: the suite plays all its scenes with each.
    using Make = std::function<std::unique_ptr<Processor>(const Clock& clock, Random& random)>;
    struct Variant {
        std::string name;
        Make make;
    };
    std::vector<Variant> variants;
    // Kinds of trouble that make the processor book twice: nothing but its book can show that.
    std::vector<std::string> books_twice;
};

}  // namespace postern::conformance
