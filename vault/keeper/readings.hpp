#pragma once

#include <functional>

#include "vault/keeper/reply_view.hpp"

namespace postern::vault {

// Calls `use` with a view; the second also with whatever its base64 and hex runs hold, at each alignment, read forwards
// and backwards, to a small depth. What is too short for any secret is left out.
template <class AnyView>
using UseReading = std::function<void(const AnyView& view)>;
template <class AnyView>
void read_as_it_is(const AnyView& view, const UseReading<AnyView>& use);
template <class AnyView>
void read_with_what_it_holds(const AnyView& view, const UseReading<AnyView>& use);

}  // namespace postern::vault
