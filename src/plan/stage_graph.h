#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dstream/detail/exchange.h>
#include <dstream/detail/plan_node.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a stage keeps for others: a shuffle's slices, or records put at rest.
struct StageTerminal {
  const PlanNode* of = nullptr;            ///< the node whose records it takes
  const ExchangeNode* exchange = nullptr;  ///< a shuffle's writing side, or
  CollectorFactory collector = nullptr;    ///< records at rest
  std::uint32_t parent = 0;                ///< which of the shuffle's parents `of` is

  const ExchangeSide& side() const { return exchange->exchange->side(parent); }
  TerminalPtr make(const ExchangeSettings& settings) const {
    return exchange != nullptr ? side().make_writer(settings) : collector(SIZE_MAX);
  }
};

/// A terminal's address.
struct TerminalId {
  std::uint32_t stage = 0;
  std::uint32_t terminal = 0;
  friend bool operator==(const TerminalId&, const TerminalId&) = default;
};

/// Where records enter a stage.
struct StageInput {
  enum class Kind : std::uint8_t {
    source,    ///< blocks of a source, cut into slices
    exchange,  ///< partitions of a shuffle
    blocks,    ///< records that another stage put at rest, cut into slices
  };
  Kind kind = Kind::source;
  const PlanNode* entry = nullptr;  ///< the records go to this node's consumers in the stage
  const SourceNode* source = nullptr;
  std::vector<TerminalId> from;  ///< exchange: one per parent; blocks of a task stage: one
  std::uint32_t driver_stage = UINT32_MAX;  ///< blocks of a driver stage
  std::uint32_t parent = 0;  ///< where entry is a merge: which of its parents the records come from
};

/// A piece of the plan that runs without crossing partitions: what one task does in one go, or one
/// function on the driver thread.
struct Stage {
  std::uint32_t id = 0;
  std::vector<const PlanNode*> nodes;  ///< parents first
  std::vector<StageInput> inputs;
  std::vector<StageTerminal> terminals;
  std::vector<std::uint32_t> parents;  ///< stages that must be complete before
  std::vector<std::uint32_t> children;
  /// Holds an output that the outside sees before COMMIT: waits for the batch before.
  bool gated = false;

  /// The outputs that run as steps of the stage or on its driver thread.
  std::vector<const OutputNode*> outputs;

  // A driver stage has one of these and its inputs at rest in `collected`.
  const TransformNode* transform = nullptr;
  const OutputNode* driver_output = nullptr;
  std::vector<TerminalId> collected;

  bool is_driver() const { return transform != nullptr || driver_output != nullptr; }
};

/// An output that is served after COMMIT, and where its records are.
struct PublishedOutput {
  const OutputNode* node = nullptr;
  TerminalId from;
  bool is_last = true;  ///< no later output is served from there
};

/// A plan cut into stages: at shuffles, at functions of whole data sets, and where streams of
/// different depth meet. Narrow operators never cut: a stream with several narrow consumers is a
/// tee inside its stage. Immutable; knows nothing of threads.
class StageGraph {
 public:
  /// Cuts what `outputs` need. sources() are `inputs`, whether an output needs them or not; without
  /// `inputs` those that the outputs need.
  /// `gates_transforms`: functions of whole data sets wait for the batch before, because they may
  /// look at what it kept.
  static StageGraph build(const std::vector<PlanNodePtr>& outputs,
                          std::vector<const SourceNode*> inputs = {},
                          bool gates_transforms = false);

  const std::vector<Stage>& stages() const { return stages_; }
  const std::vector<const SourceNode*>& sources() const { return sources_; }
  const std::vector<PublishedOutput>& published() const { return published_; }
  /// All outputs, in order of definition.
  std::vector<const OutputNode*> outputs() const;
  bool has_driver_stages() const;

 private:
  friend class StageCutter;
  std::vector<PlanNodePtr> outputs_;  // keeps the plan alive
  std::vector<Stage> stages_;
  std::vector<const SourceNode*> sources_;
  std::vector<PublishedOutput> published_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
