#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace postern::wiped {

// Overwrites memory in a way that the optimizer keeps.
void wipe(void* data, std::size_t bytes);

// An allocator that overwrites what it gives back. For std::vector and Beast buffers; not for std::basic_string, whose
// short form lives inside the object, where no allocator sees it.
template <class T>
struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <class U>
    Allocator(const Allocator<U>&) noexcept {}
    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* data, std::size_t count) noexcept {
        wipe(data, count * sizeof(T));
        std::allocator<T>{}.deallocate(data, count);
    }
    friend bool operator==(const Allocator&, const Allocator&) { return true; }
};

using Bytes = std::vector<char, Allocator<char>>;

// Text that may hold what must not stay in memory: a caller's header, URL or body. Move-only; wiped when it ends.
class Text {
public:
    Text() = default;
    explicit Text(std::string_view text) : bytes_(text.begin(), text.end()) {}
    explicit Text(Bytes bytes) : bytes_(std::move(bytes)) {}
    Text(Text&&) = default;
    Text& operator=(Text&&) = default;
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;

    std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
    bool empty() const { return bytes_.empty(); }
    std::size_t size() const { return bytes_.size(); }
    Bytes& bytes() { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace postern::wiped
