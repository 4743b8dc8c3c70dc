#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "property/operator.h"

/// The callables of the random graphs. They compute from the words of records, so that whatever is
/// wrong with a record shows in everything that is made of it.
namespace property {

inline std::string_view text_of(std::string_view text) { return text; }
template <class A>
std::string_view text_of(const std::pair<A, Int>& record) {
  return record.first;
}

/// Few or many different results.
inline std::uint64_t spread(std::uint64_t w, std::uint64_t p) {
  static constexpr std::uint64_t kKinds[] = {3, 40, 1000, UINT64_MAX};
  return mix((w ^ p) % kKinds[p % 4] + p);
}

/// record -> U
template <class U>
struct Make {
  OpParams o;
  template <class A>
  U operator()(const A& record) const {
    o.point(word(record));
    return make<U>(spread(word(record), o.p));
  }
};

/// Takes a record over and changes it.
template <class T>
struct Alter {
  OpParams o;
  T operator()(T&& record) const {
    const std::uint64_t w = word(record);
    if constexpr (std::is_same_v<T, std::string>) {
      record.append(w % 20, '+');
      o.point(w);
      return std::move(record);
    } else {
      T changed = std::move(record);
      o.point(w);
      changed.second ^= 1;
      return changed;
    }
  }
};

/// A view of a part of the record's text.
template <class U>
struct ViewPart {
  OpParams o;
  template <class A>
  U operator()(const A& record) const {
    const std::string_view text = text_of(record);
    o.point(word(text));
    const std::string_view part = text.substr(o.p % (text.size() + 1)).substr(0, o.p % 29);
    if constexpr (std::is_same_v<U, std::string_view>) {
      return part;
    } else {
      return {part, static_cast<Int>(text.size() % 10)};
    }
  }
};

/// record -> range of U
template <class U>
struct MakeSome {
  OpParams o;
  template <class A>
  std::vector<U> operator()(const A& record) const {
    const std::uint64_t w = word(record);
    o.point(w);
    std::vector<U> some;
    for (std::uint64_t i = (w ^ o.p) % 4; i > 0; --i) some.push_back(make<U>(spread(w + i, o.p)));
    return some;
  }
};

/// record, emit -> any number of U
template <class U>
struct EmitSome {
  OpParams o;
  template <class A, class Emit>
  void operator()(const A& record, Emit& emit) const {
    const std::uint64_t w = word(record);
    for (std::uint64_t i = (w ^ o.p) % 3; i > 0; --i) {
      emit(make<U>(spread(w + i, o.p)));
      o.point(w + i);
    }
  }
};

struct Keep {
  OpParams o;
  template <class A>
  bool operator()(const A& record) const {
    const std::uint64_t w = word(record);
    o.point(w);
    switch (o.p % 8) {
      case 0:
        return false;
      case 1:
        return true;
      case 2:
        return mix(w) % 100 == 0;
      default:
        return mix(w ^ o.p) % 8 < o.p % 8;
    }
  }
};

/// Folds T, as `reduce`, and the values of keys.
struct Combine {
  OpParams o;
  template <class A, class B>
  A operator()(A folded, const B& record) const {
    o.point(word(record) + 1);
    return fold_value(o.fold(), std::move(folded), record);
  }
};

// ---- keys ----

/// In a small range, in a range that an array can still index, or anywhere.
struct IntKey {
  using Key = Int;
  OpParams o;
  template <class A>
  Int operator()(const A& record) const {
    const std::uint64_t w = word(record);
    o.point(w);
    static constexpr std::uint64_t kRanges[] = {1, 30, 50000, 200000, UINT64_MAX};
    return static_cast<Int>(w % kRanges[o.p % 5] - 10);
  }
};

struct TextKey {
  using Key = std::string;
  OpParams o;
  template <class A>
  std::string operator()(const A& record) const {
    const std::uint64_t w = word(record);
    o.point(w);
    return make_text(spread(w, o.p));
  }
};

struct ViewKey {
  using Key = std::string;
  OpParams o;
  template <class A>
  std::string_view operator()(const A& record) const {
    return ViewPart<std::string_view>{o}(record);
  }
};

struct RealKey {
  using Key = double;
  OpParams o;
  template <class A>
  double operator()(const A& record) const {
    const std::uint64_t w = word(record);
    o.point(w);
    return make_real(spread(w, o.p));
  }
};

}  // namespace property
