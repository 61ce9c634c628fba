#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "processors/stripe/sandbox/book.hpp"
#include "processors/stripe/sandbox/settings.hpp"
#include "processors/wire/form_tree.hpp"

namespace postern::stripe::sandbox {

// One call of the API, its caller known.
struct Call {
    std::string account, method, path;
    processors::wire::FormTree fields;  // of the body, or of a GET's query
};
// What the host decided, and what that changes in the book. `is_kept`: execution had begun, so the answer stays under
// the request's key.
struct Decision {
    int status = 200;
    boost::json::object body;
    std::vector<Change> changes;
    bool is_kept = true;
};

// Decides like the host: parameters first, then the object's state, then the card. It refuses parameters that it does
// not know, and holds the limits of captures and refunds.
class Host {
public:
    Host(const Settings& settings, const Book& book, const Clock& clock, Random& random)
        : settings_{settings}, book_{book}, clock_{clock}, random_{random} {}
    Decision decide(const Call& call) const;

private:
    Decision make_card(const Call& call) const;
    Decision make_intent(const Call& call) const;
    Decision capture(const Call& call, Intent intent) const;
    Decision increment(const Call& call, Intent intent) const;
    Decision cancel(const Call& call, Intent intent) const;
    Decision make_refund(const Call& call) const;
    Decision search(const Call& call) const;
    Decision list_refunds(const Call& call) const;
    Decision on_intent(const Call& call, std::string_view id, std::string_view verb) const;
    const Card* find_card(const Call& call, std::string_view id, Card& magic) const;
    std::string new_id(std::string_view prefix) const;

    const Settings& settings_;
    const Book& book_;
    const Clock& clock_;
    Random& random_;
};

}  // namespace postern::stripe::sandbox
