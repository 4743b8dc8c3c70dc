#pragma once

// std::chrono's durations, time points and literals. The rest of <chrono>, calendars and text, would
// cost every user 0.14 s of compile time (libstdc++ 12; more where it brings <format>).
#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>  // libstdc++'s own part of <chrono>; <mutex> is built on it
#else
#include <chrono>
#endif
