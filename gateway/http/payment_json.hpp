#pragma once

#include <string>

#include "gateway/app/answer.hpp"
#include "gateway/app/store.hpp"

namespace postern::gateway {

// Draws what callers are told of a money-moving call: 201 for what is final, declines included, and 202 for what has
// no trusted answer yet. The resolver uses it too, so that a replay gives the bytes the API would give.
class JsonAnswerRenderer final : public AnswerRenderer {
public:
    Answer render(const domain::Payment& payment, const domain::CardSummary& card,
                  const domain::Operation& operation) const override;
};

std::string payment_json(const PaymentView& view);  // with all its operations
std::string page_json(const ListPage& page);

}  // namespace postern::gateway
