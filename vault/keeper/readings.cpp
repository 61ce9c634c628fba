#include "vault/keeper/readings.hpp"

#include <array>
#include <span>

namespace postern::vault {
namespace {

constexpr std::size_t depth_max = 2;           // base64 in hex, hex in base64
constexpr std::size_t packed_bytes_least = 6;  // 13 packed digits, the halves at the ends not counted
constexpr std::size_t packed_in_base64_least = packed_bytes_least * 4 / 3;
constexpr std::size_t base64_run_least = 9;    // that many bytes of a secret, and a bit
constexpr std::size_t hex_run_least = 26;      // 13 ASCII digits

template <class AnyView>
class Readings {
public:
    explicit Readings(const UseReading<AnyView>& use) : use_(use) {}

    void read(const AnyView& view, std::size_t depth) {
        read_as_it_is(view, use_);
        if (depth == depth_max || view.size() < packed_bytes_least) return;
        read_inside(view, depth);
        if (depth > 0) return;
        reversed_.assign(view.rbegin(), view.rend());
        read_inside(reversed_, depth);
    }

private:
    void read_inside(const AnyView& view, std::size_t depth) {
        const auto read_run = [&](Run run, std::size_t alignments, std::size_t least, auto decode) {
            for (auto first = run.first; first < run.first + alignments && first + least <= run.last; ++first) {
                decode(std::span{view}.subspan(first, run.last - first), held_[depth]);
                read_held(held_[depth], depth);
            }
        };
        for (const auto& run : base64_runs(view, base64_run_least))
            read_run(run, 4, packed_in_base64_least, decode_base64<AnyView>);
        if (view.size() < hex_run_least) return;
        for (const auto& run : hex_runs(view, hex_run_least)) read_run(run, 2, 1, decode_hex<AnyView>);
    }
    void read_held(const AnyView& held, std::size_t depth) {
        read(held, depth + 1);
        if (decode_escapes(held, unescaped_[depth])) read(unescaped_[depth], depth + 1);
    }
    const UseReading<AnyView>& use_;
    AnyView reversed_;
    std::array<AnyView, depth_max> held_, unescaped_;  // what stands in the view of each depth
};

}  // namespace

template <class AnyView>
void read_as_it_is(const AnyView& view, const UseReading<AnyView>& use) {
    if (view.size() >= packed_bytes_least) use(view);
}

template <class AnyView>
void read_with_what_it_holds(const AnyView& view, const UseReading<AnyView>& use) {
    Readings<AnyView>{use}.read(view, 0);
}

template void read_as_it_is(const View&, const UseReading<View>&);
template void read_as_it_is(const PlainView&, const UseReading<PlainView>&);
template void read_with_what_it_holds(const View&, const UseReading<View>&);
template void read_with_what_it_holds(const PlainView&, const UseReading<PlainView>&);

}  // namespace postern::vault
