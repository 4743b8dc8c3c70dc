#include "property/values.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

namespace property {
namespace {

constexpr std::uint64_t kOneNan = 0x7ff8000000000000;

template <class T>
std::string raw_bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

Int wrapping(std::uint64_t value) { return static_cast<Int>(value); }

/// Picks a or b, for the folds that do.
template <class T, class U>
bool keeps_first(Fold how, const T& a, const U& b) {
  if (how == Fold::largest) return word(a) >= word(b);
  if (how == Fold::smallest) return word(a) <= word(b);
  return how == Fold::first;
}

}  // namespace

std::uint64_t word(Int value) { return mix(static_cast<std::uint64_t>(value)); }

std::uint64_t word(double value) { return mix(std::bit_cast<std::uint64_t>(value)); }

std::uint64_t word(std::string_view value) {
  std::uint64_t hash = mix(value.size());
  for (const char c : value) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mix(hash);
}

std::uint64_t word(const Reading& value) {
  return mix(word(Int{value.sensor}) * 31 + word(value.value) + (value.valid ? 1 : 0));
}

Int make_int(std::uint64_t w) {
  if (w % 13 == 0) return wrapping(mix(w));
  return static_cast<Int>(w % 211) - 105;
}

double make_real(std::uint64_t w) {
  if (w % 31 == 0) return 0.0;
  if (w % 31 == 1) return -0.0;
  return static_cast<double>(static_cast<Int>(w % 20011) - 10005) * 0.1;
}

std::string make_text(std::uint64_t w) {
  std::string text = "w" + std::to_string(w % 37);
  if (w % 5 == 0) text += ' ' + std::to_string(w % 101) + "  x";
  if (w % 11 == 0) text += std::string(w % 90, static_cast<char>('a' + w % 7));
  if (w % 17 == 0) text += std::string("\0\xff", 2);
  return text;
}

Int fold_value(Fold how, Int a, Int b) {
  if (how != Fold::accumulate) return keeps_first(how, a, b) ? a : b;
  return wrapping(static_cast<std::uint64_t>(a) * 31 + static_cast<std::uint64_t>(b));
}

double fold_value(Fold how, double a, double b) {
  if (how != Fold::accumulate) return keeps_first(how, a, b) ? a : b;
  const double folded = a * 0.75 + b;
  return std::isnan(folded) ? std::bit_cast<double>(kOneNan) : folded;
}

std::string fold_value(Fold how, std::string a, std::string_view b) {
  if (how != Fold::accumulate) return keeps_first(how, a, b) ? a : std::string(b);
  if (a.size() > 200) a.erase(0, 150);
  return std::move(a.append(b.substr(0, 40)));
}

Reading fold_value(Fold how, const Reading& a, const Reading& b) {
  if (how != Fold::accumulate) return keeps_first(how, a, b) ? a : b;
  return {static_cast<std::int32_t>((Int{a.sensor} * 3 + b.sensor) % 100003),
          fold_value(how, a.value, b.value), a.valid != b.valid};
}

std::string key_bytes(Int key) { return raw_bytes(key); }
std::string key_bytes(double key) {
  if (key == 0) key = 0;
  return std::isnan(key) ? raw_bytes(kOneNan) : raw_bytes(key);
}
std::string key_bytes(const Reading& key) {
  return raw_bytes(key.sensor) + key_bytes(key.value) + (key.valid ? "t" : "f");
}

std::string exact_bytes(Int value) { return raw_bytes(value); }
std::string exact_bytes(double value) { return raw_bytes(value); }
std::string exact_bytes(const Reading& value) {
  return raw_bytes(value.sensor) + raw_bytes(value.value) + (value.valid ? "t" : "f");
}

std::string show(Int value) { return std::to_string(value); }
std::string show(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%a", value);
  return text;
}
std::string show(const Reading& value) {
  return "{" + std::to_string(value.sensor) + ", " + show(value.value) +
         (value.valid ? ", true}" : ", false}");
}
std::string show(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned char>(c));
      text += escape;
    }
  }
  return text + "\"";
}

// What Shape::distinct gives repeats itself after so many records, behind those by which a shuffle
// decides whether combining pays.
constexpr std::uint64_t kDistinct = 14000;

Int random_value(Rng& rng, Shape shape, std::uint64_t i, Int) {
  if (shape == Shape::distinct) return wrapping(i % kDistinct * 0x9e3779b97f4a7c15);
  if (shape == Shape::skewed && !rng.one_in(10)) return 7;
  switch (rng.below(16)) {
    case 0:
      return std::numeric_limits<Int>::min();
    case 1:
      return std::numeric_limits<Int>::max();
    case 2:
      return static_cast<Int>(rng.below(1 << 20));
    default:
      return static_cast<Int>(rng.below(40)) - 8;
  }
}

double random_value(Rng& rng, Shape shape, std::uint64_t i, double) {
  if (shape == Shape::distinct) return static_cast<double>(i % kDistinct) * 1.1;
  if (shape == Shape::skewed && !rng.one_in(10)) return 0.3;
  using Limits = std::numeric_limits<double>;
  switch (rng.below(24)) {
    case 0:
      return Limits::quiet_NaN();
    case 1:
      return rng.one_in(2) ? Limits::infinity() : -Limits::infinity();
    case 2:
      return 0.0;
    case 3:
      return -0.0;
    case 4:
      return Limits::denorm_min();
    case 5:
      return Limits::max();
    case 6:
      return std::bit_cast<double>(kOneNan + (std::uint64_t{1} << 63));
    default:
      return static_cast<double>(rng.below(2000)) * 0.1 - 70;
  }
}

std::string random_value(Rng& rng, Shape shape, std::uint64_t i, const std::string&) {
  static constexpr char kAlphabet[] = "ab c\0\xff\xc3\xe2 \n";
  const auto bytes = [&](std::uint64_t size, std::uint64_t letters) {
    std::string text;
    for (; size > 0; --size) text += kAlphabet[rng.below(letters)];
    return text;
  };
  if (shape == Shape::distinct) {
    return std::to_string(i % kDistinct) + std::string(i % kDistinct % 24, 'd');
  }
  if (shape == Shape::skewed && !rng.one_in(10)) return "a hot key, longer than inline";
  switch (rng.below(8)) {
    case 0:
      return {};
    case 1:
      return bytes(14 + rng.below(4), 2);
    case 2:
      return std::string(14 + rng.below(4), 'q');
    case 3:
      return bytes(64 + rng.below(150), sizeof(kAlphabet) - 1);
    case 4:
      return std::string(rng.below(20), '\0');
    default:
      return bytes(rng.below(9), sizeof(kAlphabet) - 1);
  }
}

Reading random_value(Rng& rng, Shape shape, std::uint64_t i, const Reading&) {
  const Int sensor = shape == Shape::distinct ? static_cast<Int>(i % kDistinct)
                                              : random_value(rng, shape, i, Int{});
  return {static_cast<std::int32_t>(sensor % 100000), random_value(rng, Shape::mixed, i, 0.0),
          rng.one_in(2)};
}

}  // namespace property
