#include "gateway/storage/identity_epoch.hpp"

#include <array>

#include "base/base32.hpp"
#include "base/sql/session.hpp"
#include "gateway/storage/statements.hpp"

namespace postern::gateway {
namespace {

constexpr int draws_max = 64;
constexpr std::chrono::sys_days year_2025{std::chrono::year{2025} / 1 / 1};

std::uint64_t draw(Timestamp now, Random& random) {
    std::array<std::uint8_t, 1> low{};
    random.fill(low);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now - year_2025).count();
    return (static_cast<std::uint64_t>(seconds) & 0xffff'ffff) << 8 | low[0];
}

std::string text_of(std::uint64_t epoch) {
    std::array<std::uint8_t, 5> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(epoch >> (8 * (4 - i)));
    return base32_encode(bytes);
}

}  // namespace

// In doubt is as good as taken: the number is drawn again, and the row that may be there hurts nobody.
Result<std::uint64_t> take_identity_epoch(const std::string& connection_string, const std::string& instance,
                                          Timestamp now, Random& random) {
    sql::Session session{connection_string, rows::prepare_statements};
    for (int draws = 0; draws < draws_max; ++draws) {
        const std::uint64_t epoch = draw(now, random);
        const auto inserted = session.write([&](pqxx::work& tx) {
            return tx.exec_prepared("insert_identity_epoch", text_of(epoch), stored_text(instance)).affected_rows();
        });
        if (!inserted && inserted.error().kind != ErrorKind::outcome_unknown) return inserted.error();
        if (inserted && *inserted == 1) return epoch;
    }
    return Error{ErrorKind::unavailable, "identity_epoch_taken", "no free epoch within this second"};
}

}  // namespace postern::gateway
