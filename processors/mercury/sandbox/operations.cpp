#include "processors/mercury/sandbox/operations.hpp"

#include <algorithm>
#include <array>

#include "processors/wire/characters.hpp"

namespace postern::mercury::sandbox {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 2> transaction{"tran", "pw"};
constexpr std::array<Names, 3> by_invoice{"merchant", "pw", "invoice"};
constexpr std::array<Names, 5> by_dates{"merchant", "pw", "invoice", "startdate", "enddate"};
constexpr std::array<Names, 6> by_code{"merchant", "pw", "invoice", "startdate", "enddate", "transactioncode"};
constexpr std::array<Names, 1> merchant{"merchant"};
constexpr std::array<Names, 3> debit{"merchant", "pw", "account"};
constexpr std::array<Names, 5> associate{"account", "identifier", "merchantid", "memo", "pw"};
constexpr std::array<Names, 4> dissociate{"account", "identifier", "merchantid", "pw"};

using Result = OperationShape::Result;
constexpr std::array<OperationShape, 12> shapes{{
    {Operation::credit_transaction, "CreditTransaction", transaction, Result::text},
    {Operation::gift_transaction, "GiftTransaction", transaction, Result::text},
    {Operation::loyalty_transaction, "LoyaltyTransaction", transaction, Result::text},
    {Operation::lookup, "Lookup", transaction, Result::text},
    {Operation::tran_detail, "CTranDetail", by_invoice, Result::text},
    {Operation::all_detail, "CAllDetail", by_dates, Result::text},
    {Operation::all_detail_ex, "CAllDetailEx", by_code, Result::text},
    {Operation::all_gift_detail, "CAllGiftDetail", by_dates, Result::text},
    {Operation::batch, "CBatch", merchant, Result::data_set},
    {Operation::allow_run_as_debit, "AllowRunAsDebit", debit, Result::boolean},
    {Operation::associate_account, "AssociateAccount", associate, Result::boolean},
    {Operation::remove_account_association, "RemoveAccountAssociation", dissociate, Result::boolean},
}};

}  // namespace

std::span<const OperationShape> operations() { return shapes; }

const OperationShape* find_operation(std::string_view name) {
    const auto found = std::ranges::find_if(shapes, [&](const OperationShape& shape) {
        return processors::wire::equal_ignoring_case(shape.name, name);
    });
    return found == shapes.end() ? nullptr : &*found;
}

std::string_view name_of(Operation operation) { return shapes[static_cast<std::size_t>(operation)].name; }

}  // namespace postern::mercury::sandbox
