#pragma once

#include <string>
#include <vector>

#include "vault/keeper/number_hunt.hpp"
#include "vault/keeper/reply_view.hpp"

namespace postern::vault {

// Marks the text of XML elements and attributes by their local names (given in lower case). Works on the characters of
// a view without a parser, so that a document that is cut or not quite XML is masked too: an element that is never
// closed is masked to the end.
void mask_fields(const View& view, const std::vector<std::string>& names, Marks& marks);

}  // namespace postern::vault
