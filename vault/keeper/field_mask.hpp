#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/wiped/wiped.hpp"
#include "vault/keeper/number_hunt.hpp"
#include "vault/keeper/reply_view.hpp"

namespace postern::vault {

// Marks the text of XML elements and attributes by their local names, and the values of JSON members by theirs (given in
// lower case). Works on the characters of a view without a parser, so that a document that is cut or not quite XML or
// JSON is masked too: an element or a string that is never closed is masked to the end.
void mask_fields(const View& view, const std::vector<std::string>& names, Marks& marks);

// The text of the first XML element of this local name, also in a document that is carried escaped. Nothing where there
// is none.
std::optional<wiped::Bytes> find_element(std::string_view reply, std::string_view name);

}  // namespace postern::vault
