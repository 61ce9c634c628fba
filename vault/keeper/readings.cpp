#include "vault/keeper/number_hunt.hpp"

namespace postern::vault {
namespace {

constexpr int depth_max = 2;                 // base64 in hex, hex in base64
constexpr std::size_t packed_bytes_least = 6;  // 13 packed digits, the halves at the ends not counted
constexpr std::size_t base64_run_least = 9;    // that many bytes, and a bit
constexpr std::size_t hex_run_least = 26;    // 13 ASCII digits

class Readings {
public:
    explicit Readings(const UseReading& use) : use_(use) {}

    void read(const View& view, int depth) {
        if (view.size() < packed_bytes_least) return;
        wiped::Bytes characters;
        characters.reserve(view.size());
        for (const auto& seen : view) characters.push_back(seen.character);
        use_({view, {characters.data(), characters.size()}});
        if (depth == depth_max) return;
        read_inside(view, depth);
        if (depth == 0) read_inside(reversed(view), depth);
    }

private:
    void read_inside(const View& view, int depth) {
        for (const auto& run : base64_runs(view, base64_run_least))
            for (std::size_t skip = 0; skip < 4 && run.first + skip < run.last; ++skip)
                read_held(base64_decoded(view, run.first + skip, run.last), depth + 1);
        if (view.size() < hex_run_least) return;
        for (const auto& run : hex_runs(view, hex_run_least))
            for (std::size_t skip = 0; skip < 2 && run.first + skip < run.last; ++skip)
                read_held(hex_decoded(view, run.first + skip, run.last), depth + 1);
    }
    void read_held(const View& held, int depth) {
        read(held, depth);
        if (const auto further = decoded(held); further.size() != held.size()) read(further, depth);
    }
    const UseReading& use_;
};

}  // namespace

void read_as_it_is(const View& view, const UseReading& use) { Readings{use}.read(view, depth_max); }
void read_with_what_it_holds(const View& view, const UseReading& use) { Readings{use}.read(view, 0); }

}  // namespace postern::vault
