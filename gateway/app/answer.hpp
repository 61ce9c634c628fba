#pragma once

#include <string>

#include "gateway/domain/payment.hpp"

namespace postern::gateway {

// What a caller is told, as it is kept beside the idempotency key and replayed byte for byte.
struct Answer {
    int status = 0;     // HTTP
    std::string body;   // JSON
    bool is_final = false;
    friend bool operator==(const Answer&, const Answer&) = default;
};

// Draws answers (gateway/http), so that the resolver replaces a pending one with the bytes that the API would give.
class AnswerRenderer {
public:
    virtual ~AnswerRenderer() = default;
    virtual Answer render(const domain::Payment& payment, const domain::CardSummary& card,
                          const domain::Operation& operation) const = 0;
};

}  // namespace postern::gateway
