#include <gtest/gtest.h>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;

struct Amounts {
    std::int64_t approved = 1000, captured = 0, refunded = 0, released = 0, capture_reserved = 0, refund_reserved = 0;
    bool void_requested = false;
    bool edited = false;
    Standing standing = Standing::live;
};
Payment payment_with(const Amounts& amounts) {
    Payment payment = test::sample_payment();
    payment.requested = usd(1000);
    payment.approved = usd(amounts.approved);
    payment.captured = usd(amounts.captured);
    payment.refunded = usd(amounts.refunded);
    payment.released = usd(amounts.released);
    payment.capture_reserved = usd(amounts.capture_reserved);
    payment.refund_reserved = usd(amounts.refund_reserved);
    payment.void_requested = amounts.void_requested;
    if (amounts.edited) payment.edit_above = usd(0);
    payment.standing = amounts.standing;
    return payment;
}

struct StateCase {
    std::string_view name;
    Amounts amounts;
};
class PaymentStates : public testing::TestWithParam<StateCase> {};

TEST_P(PaymentStates, FollowFromTheAmounts) {
    EXPECT_EQ(to_text(payment_with(GetParam().amounts).state()), GetParam().name);
}
INSTANTIATE_TEST_SUITE_P(Table, PaymentStates, testing::Values(
    StateCase{"pending",              {.approved = 0, .standing = Standing::pending}},
    StateCase{"authorized",           {}},
    StateCase{"partially_authorized", {.approved = 999}},
    StateCase{"partially_authorized", {.approved = 400, .captured = 400}},  // a sale that got less is not paid
    StateCase{"partially_captured",   {.captured = 1}},
    StateCase{"captured",             {.captured = 1000}},
    StateCase{"captured",             {.captured = 900, .released = 100}},  // a tip was lowered
    StateCase{"partially_refunded",   {.captured = 1000, .refunded = 999}},
    StateCase{"partially_refunded",   {.captured = 600, .refunded = 1}},
    StateCase{"refunded",             {.captured = 600, .refunded = 600}},
    StateCase{"voided",               {.released = 1000, .standing = Standing::voided}},
    StateCase{"declined",             {.approved = 0, .standing = Standing::declined}},
    StateCase{"failed",               {.approved = 0, .standing = Standing::failed}},
    StateCase{"expired",              {.standing = Standing::expired}}),
    [](const auto& test) { return std::string(test.param.name) + std::to_string(test.index); });

struct StartCase {
    std::string_view name;
    Amounts amounts;
    Request request;
    std::int64_t amount;
    std::string_view code;  // empty: may start
    std::int64_t above = 0;
};
class MayStart : public testing::TestWithParam<StartCase> {};

TEST_P(MayStart, OrSaysWhyNot) {
    const auto& [name, amounts, request, amount, code, above] = GetParam();
    const auto may = may_start(payment_with(amounts), request, usd(amount), above);
    EXPECT_EQ(may ? "" : may.error().code, code);
}
constexpr Standing pending = Standing::pending, voided = Standing::voided;
INSTANTIATE_TEST_SUITE_P(Table, MayStart, testing::Values(
    StartCase{"capture_all",          {}, Request::capture, 1000, ""},
    StartCase{"capture_too_much",     {}, Request::capture, 1001, "amount_exceeds_capturable"},
    StartCase{"capture_nothing",      {}, Request::capture, 0, "amount_not_positive"},
    StartCase{"capture_beside",       {.capture_reserved = 600}, Request::capture, 400, ""},
    StartCase{"capture_over_beside",  {.capture_reserved = 600}, Request::capture, 401, "amount_exceeds_capturable"},
    StartCase{"capture_captured",     {.captured = 1000}, Request::capture, 1, "payment_not_capturable"},
    StartCase{"capture_pending",      {.approved = 0, .standing = pending}, Request::capture, 1, "payment_pending"},
    StartCase{"capture_partial",      {.approved = 400}, Request::capture, 400, "payment_not_capturable"},
    StartCase{"capture_while_void",   {.void_requested = true}, Request::capture, 1, "void_in_progress"},
    StartCase{"capture_while_edit",   {.edited = true}, Request::capture, 1, "operation_in_progress"},
    StartCase{"capture_above",        {}, Request::capture, 1200, "", 200},
    StartCase{"capture_too_far",      {}, Request::capture, 1201, "amount_exceeds_capturable", 200},
    StartCase{"capture_above_beside", {.capture_reserved = 1}, Request::capture, 1000, "operation_in_progress", 200},
    StartCase{"capture_above_nothing", {.captured = 1000}, Request::capture, 100, "payment_not_capturable", 200},
    StartCase{"tip_of_sale",          {.captured = 1000}, Request::adjust_tip, 1200, ""},
    StartCase{"tip_of_part",          {.captured = 600}, Request::adjust_tip, 700, ""},
    StartCase{"tip_of_hold",          {}, Request::adjust_tip, 1200, "tip_not_adjustable"},
    StartCase{"tip_of_partial",       {.approved = 400, .captured = 400}, Request::adjust_tip, 500, "tip_not_adjustable"},
    StartCase{"tip_of_voided",        {.released = 1000, .standing = voided}, Request::adjust_tip, 1200, "tip_not_adjustable"},
    StartCase{"tip_refunded",         {.captured = 1000, .refunded = 1}, Request::adjust_tip, 1200, "payment_partly_refunded"},
    StartCase{"tip_while_refund",     {.captured = 1000, .refund_reserved = 1}, Request::adjust_tip, 1200, "operation_in_progress"},
    StartCase{"tip_while_tip",        {.captured = 1000, .edited = true}, Request::adjust_tip, 1200, "operation_in_progress"},
    StartCase{"tip_while_void",       {.captured = 1000, .void_requested = true}, Request::adjust_tip, 1200, "void_in_progress"},
    StartCase{"increment_hold",       {}, Request::increment, 500, ""},
    StartCase{"increment_nothing",    {}, Request::increment, 0, "amount_not_positive"},
    StartCase{"increment_captured",   {.captured = 1}, Request::increment, 500, "payment_not_incrementable"},
    StartCase{"increment_beside",     {.capture_reserved = 1}, Request::increment, 500, "operation_in_progress"},
    StartCase{"increment_twice",      {.edited = true}, Request::increment, 500, "operation_in_progress"},
    StartCase{"refund_while_edit",    {.captured = 1000, .edited = true}, Request::refund, 1, "operation_in_progress"},
    StartCase{"void_while_edit",      {.captured = 1000, .edited = true}, Request::void_payment, 1000, "operation_in_progress"},
    StartCase{"refund_all",           {.captured = 1000}, Request::refund, 1000, ""},
    StartCase{"refund_too_much",      {.captured = 1000}, Request::refund, 1001, "amount_exceeds_refundable"},
    StartCase{"refund_beside",        {.captured = 1000, .refund_reserved = 999}, Request::refund, 1, ""},
    StartCase{"refund_over_beside",   {.captured = 1000, .refund_reserved = 999}, Request::refund, 2, "amount_exceeds_refundable"},
    StartCase{"refund_hold",          {}, Request::refund, 1, "payment_not_refundable"},
    StartCase{"refund_refunded",      {.captured = 1000, .refunded = 1000}, Request::refund, 1, "payment_not_refundable"},
    StartCase{"refund_partial_sale",  {.approved = 400, .captured = 400}, Request::refund, 1, "payment_not_refundable"},
    StartCase{"void_hold",            {}, Request::void_payment, 1000, ""},
    StartCase{"void_captured",        {.captured = 1000}, Request::void_payment, 1000, ""},
    StartCase{"void_pending",         {.approved = 0, .standing = pending}, Request::void_payment, 0, ""},
    StartCase{"void_twice",           {.void_requested = true}, Request::void_payment, 1000, "void_in_progress"},
    StartCase{"void_voided",          {.released = 1000, .standing = voided}, Request::void_payment, 1000, "payment_not_voidable"},
    StartCase{"void_while_capture",   {.capture_reserved = 1}, Request::void_payment, 1000, "operation_in_progress"},
    StartCase{"void_while_refund",    {.captured = 1000, .refund_reserved = 1}, Request::void_payment, 1000, "operation_in_progress"},
    StartCase{"void_refunded",        {.captured = 1000, .refunded = 1}, Request::void_payment, 1000, "payment_partly_refunded"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(MayStartInAnotherCurrency, IsRefusedWithItsField) {
    const auto may = may_start(payment_with({}), Request::capture, *Money::of_minor(1, Currency::eur));
    EXPECT_EQ(may.error().code, "currency_mismatch");
    EXPECT_EQ(may.error().field, "/amount/currency");
}

}  // namespace
}  // namespace postern::domain
