#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace postern::ops {

// The program's Prometheus registry behind three verbs. Names follow prometheus.io's rules (`postern_..._total`, base
// units); labels come from closed sets, never ids.
using Labels = std::initializer_list<std::pair<std::string, std::string>>;
void count(std::string_view name, Labels labels = {}, double by = 1);
void observe_seconds(std::string_view name, Labels labels, double seconds);
void set_gauge(std::string_view name, Labels labels, double value);
void describe(std::string_view name, std::string_view help);  // once, before its first use
std::string metrics_text();  // text format 0.0.4

}  // namespace postern::ops
