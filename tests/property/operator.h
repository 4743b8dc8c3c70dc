#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <dstream/partitions.h>

#include "property/element.h"

namespace property {

/// What an operator of a graph is told besides its inputs.
struct OpParams {
  std::uint32_t id = 0;
  std::uint32_t partitions = 0;  ///< of a shuffle; 0: the context's
  std::uint64_t p = 0;           ///< decides what the callables do
  bool ordered = false;          ///< the order of the input and its slices are known
  Faults* faults = nullptr;      ///< null for the oracle

  dstream::Partitions shuffle() const {
    return partitions == 0 ? dstream::Partitions() : dstream::Partitions(partitions);
  }
  void point(std::uint64_t record) const {
    if (faults != nullptr) faults->point(id, record);
  }
  Fold fold() const { return static_cast<Fold>(ordered ? p % 5 : p % 2); }
};

/// What the order of an operator's result is worth.
enum class Order : std::uint8_t {
  kept,     ///< known if the input's is
  lost,     ///< the same in every run, but the planner's affair
  trivial,  ///< one record
};

/// An operator with its types, for the engine and for the oracle.
struct Operator {
  std::string_view name;
  Type input;
  Type output;
  Order order = Order::kept;
  bool needs_order = false;  ///< its result's content depends on the input's order
  bool binary = false;       ///< takes a second stream, of the same type
  std::uint32_t growth = 1;  ///< records out per record in, at most
  AnyStream (*build)(const AnyStream& a, const AnyStream& b, const OpParams& params);
  AnySlices (*run)(const AnySlices& a, const AnySlices& b, const OpParams& params,
                   const OracleSettings& settings);
};

/// All operators that take a type.
const std::vector<Operator>& operators_of(Type input);

}  // namespace property
