#pragma once

#include <boost/json.hpp>
#include <optional>

#include "processors/stripe/sandbox/objects.hpp"

namespace postern::stripe::sandbox {

// As the API shows them.
boost::json::object card_json(const Card& card);
boost::json::object intent_json(const Intent& intent);
boost::json::object refund_json(const Refund& refund);
boost::json::object error_json(std::string_view type, std::string_view code, std::string_view message);
// The error of a decline by this verdict, with the intent where there is one.
boost::json::object decline_json(std::string_view verdict, const Intent* intent);

// As a line of the book's file holds them.
boost::json::object to_line(const Change& change);
std::optional<Change> parse_change(const boost::json::value& value);

}  // namespace postern::stripe::sandbox
