#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "property/rng.h"

namespace property {

/// Makes callables throw. Which records are cursed depends on their content; how often one throws,
/// on what is left of a budget, so that a task never fails more often than it is attempted.
class Faults {
 public:
  Faults(std::uint64_t seed, std::uint64_t one_in, int budget)
      : seed_(seed), one_in_(one_in), budget_(budget) {}

  /// Throws, or not, at a call of operator `op` for a record with this word.
  void point(std::uint32_t op, std::uint64_t record) {
    if (mix(record ^ seed_ ^ op) % one_in_ != 0) return;
    if (budget_.load(std::memory_order_relaxed) <= 0 || budget_.fetch_sub(1) <= 0) return;
    thrown_.fetch_add(1);
    throw std::runtime_error("a planted failure");
  }

  int thrown() const { return thrown_.load(); }

 private:
  const std::uint64_t seed_;
  const std::uint64_t one_in_;
  std::atomic<int> budget_;
  std::atomic<int> thrown_{0};
};

}  // namespace property
