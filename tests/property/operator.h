#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <dstream/partitions.h>

#include "property/element.h"

namespace property {

/// What the oracle knows of a stream's batches, from least to most.
enum class Known : std::uint8_t {
  nothing,  ///< only that they are the same in every run
  content,  ///< the records, in any order
  order,    ///< the records in order
  slices,   ///< and where slices end
};

/// What an operator of a graph is told besides its inputs.
struct OpParams {
  std::uint32_t id = 0;
  std::uint32_t partitions = 0;                  ///< of a shuffle; 0: the context's
  std::uint64_t p = 0;                           ///< decides what the callables do
  Known known = Known::content;                  ///< of the input: what the result may depend on
  Faults* faults = nullptr;                      ///< null for the oracle
  dstream::StreamingContext* context = nullptr;  ///< null for the oracle

  dstream::Partitions shuffle() const {
    return partitions == 0 ? dstream::Partitions() : dstream::Partitions(partitions);
  }
  void point(std::uint64_t record) const {
    if (faults != nullptr) faults->point(id, record);
  }
  bool in_order() const { return known >= Known::order; }
  Fold fold() const {
    return static_cast<Fold>(p % (known == Known::slices ? 5 : in_order() ? 4 : 2));
  }
  /// Whether a shuffle by key is partitioned by a function.
  bool custom() const { return partitions != 0 && p / 64 % 4 == 0; }
  Placement placement() const { return {partitions, custom()}; }
};

/// What the order of an operator's result is worth.
enum class Order : std::uint8_t {
  kept,     ///< known as far as the input's is
  flat,     ///< likewise, but where slices end is the engine's affair
  lost,     ///< the same in every run, but the planner's affair
  random,   ///< not even the content is known
  trivial,  ///< one record
};

/// An operator with its types, for the engine and for the oracle.
struct Operator {
  std::string_view name;
  Type input;
  Type output;
  Order order = Order::kept;
  Known needs = Known::content;  ///< what the result's content depends on
  bool binary = false;           ///< takes a second stream, of type `second`
  Type second = Type::integer;
  bool product = false;      ///< records of the inputs meet in pairs
  std::uint32_t growth = 1;  ///< records out per record in, at most
  AnyStream (*build)(const AnyStream& a, const AnyStream& b, const OpParams& params);
  AnySlices (*run)(const AnySlices& a, const AnySlices& b, const OpParams& params,
                   const OracleSettings& settings);
};

/// All operators that take a type as their first input.
const std::vector<Operator>& operators_of(Type input);

}  // namespace property
