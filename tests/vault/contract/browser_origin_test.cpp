#include "vault/contract/browser_origin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::vault {
namespace {

TEST(BrowserOrigin, IsWhatABrowserWritesForASafePage) {
    for (const auto* text : {"https://shop.example", "https://pay.shop.example:8443", "http://localhost:3000",
                             "http://127.0.0.1:8080", "https://a"})
        EXPECT_TRUE(is_browser_origin(text)) << text;
}

TEST(BrowserOrigin, IsNothingElse) {
    for (const auto* text : {"", "null", "shop.example", "https://", "https://shop.example/", "https://shop.example/pay",
                             "http://shop.example", "HTTPS://shop.example", "https://Shop.example", "https://*",
                             "https://*.shop.example", "https://a@shop.example", "https://shop.example:443",
                             "https://shop.example:", "https://shop.example:099", "https://shop.example:123456",
                             "https://shop.example https://other.example", "https://4111111111111111.example",
                             "https://.shop.example", "ftp://shop.example", "http://localhost.evil.example"})
        EXPECT_FALSE(is_browser_origin(text)) << text;
    EXPECT_FALSE(is_browser_origin("https://" + std::string(200, 'a')));
}

}  // namespace
}  // namespace postern::vault
