#include "dstream/detail/plan_node.h"

#include "dstream/detail/kept.h"
#include "dstream/detail/key_partitions.h"
#include "dstream/detail/narrow_steps.h"
#include "dstream/detail/plan_context.h"
#include "dstream/error.h"
#include "dstream/hash.h"
#include "dstream/partitions.h"

#include "base/what_of.h"

namespace dstream {
inline namespace v1 {
namespace detail {

// The classes' anchors, and steps and exchanges that need no element type.

Step::~Step() = default;
SliceOutput::~SliceOutput() = default;
ExchangeReader::~ExchangeReader() = default;
void ExchangeReader::read(std::span<const SliceOutputPtr>, std::uint32_t, Step&) {}
void ExchangeReader::read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                                  std::uint32_t partition, Step& to) {
  read(parents.front(), partition, to);
}
ExchangeSide::~ExchangeSide() = default;
Exchange::~Exchange() = default;
bool Exchange::wanted(const ExchangeSettings&, std::span<const SliceOutputPtr> slices,
                      std::uint32_t partition) const {
  if (partition == 0 && reads_nothing()) return true;
  for (const SliceOutputPtr& slice : slices) {
    if (slice && slice->records(partition) != 0) return true;
  }
  return false;
}

CoExchange::CoExchange(Sides sides, ReaderFactory reader_factory)
    : sides_(std::move(sides)), make_reader_(reader_factory) {}
CoExchange::~CoExchange() = default;
std::uint32_t CoExchange::partitions(const ExchangeSettings& settings) const {
  return sides_.front()->partitions(settings);
}
TerminalPtr CoExchange::make_writer(const ExchangeSettings& settings) const {
  return sides_.front()->make_writer(settings);
}
ReaderPtr CoExchange::make_reader(const ExchangeSettings&) const { return make_reader_(); }
SourceHost::~SourceHost() = default;
InputSource::~InputSource() = default;
std::optional<ReceiverStatus> InputSource::receiver_status() const { return std::nullopt; }
std::optional<std::uint32_t> InputSource::preferred_executor() const { return std::nullopt; }
JobRunner::~JobRunner() = default;
BlockProvider::~BlockProvider() = default;
PlanNodePtr BlockProvider::plan() const { return nullptr; }
RoomWaiter::~RoomWaiter() = default;
PlanContext::~PlanContext() = default;

void TeeStep::process(Chunk chunk) {
  chunk.movable = false;
  for (Step* consumer : consumers_) hand_to(*consumer, chunk);
}

namespace {

/// Hands on the slices' records, one slice after the other.
class GatherReader final : public ExchangeReader {
 public:
  void read(std::span<const SliceOutputPtr> slices, std::uint32_t, Step& to) override {
    for (const SliceOutputPtr& slice : slices) {
      if (!slice) continue;
      const auto& block = static_cast<const Block&>(*slice);
      block.read(0, block.size(), to);
    }
  }
};

}  // namespace

ReaderPtr GatherExchange::make_reader(const ExchangeSettings&) const {
  return std::make_unique<GatherReader>();
}

PlanNode::PlanNode(NodeKind node_kind, Origin node_origin, std::string_view type,
                   std::vector<PlanNodePtr> node_parents)
    : kind(node_kind), origin(node_origin), element_type(type), parents(std::move(node_parents)) {}
PlanNode::~PlanNode() = default;

SourceNode::SourceNode(Origin node_origin, std::string_view type,
                       std::shared_ptr<InputSource> input)
    : PlanNode(NodeKind::source, node_origin, type, {}), source(std::move(input)) {}
SourceNode::SourceNode(Origin node_origin, std::string_view type, std::vector<BlockPtr> records)
    : PlanNode(NodeKind::source, node_origin, type, {}), blocks(std::move(records)) {}
SourceNode::SourceNode(Origin node_origin, std::string_view type,
                       std::shared_ptr<BlockProvider> block_provider)
    : PlanNode(NodeKind::source, node_origin, type, {}), provider(std::move(block_provider)) {}
SourceNode::~SourceNode() = default;

NarrowNode::NarrowNode(Origin node_origin, std::string_view type, PlanNodePtr parent,
                       StepFactory factory, std::shared_ptr<const void> callable)
    : PlanNode(NodeKind::narrow, node_origin, type, {std::move(parent)}),
      factory_(factory),
      callable_(std::move(callable)) {}
NarrowNode::~NarrowNode() = default;

MergeNode::MergeNode(Origin node_origin, std::string_view type,
                     std::vector<PlanNodePtr> node_parents, CollectorFactory collector)
    : PlanNode(NodeKind::merge, node_origin, type, std::move(node_parents)) {
  collect_parent.assign(parents.size(), collector);
}
MergeNode::~MergeNode() = default;

ExchangeNode::ExchangeNode(Origin node_origin, std::string_view type,
                           std::vector<PlanNodePtr> node_parents,
                           std::shared_ptr<const Exchange> shuffle)
    : PlanNode(NodeKind::exchange, node_origin, type, std::move(node_parents)),
      exchange(std::move(shuffle)) {}
ExchangeNode::~ExchangeNode() = default;

TransformNode::Function::~Function() = default;
TransformNode::TransformNode(Origin node_origin, std::string_view type,
                             std::vector<PlanNodePtr> node_parents,
                             std::vector<CollectorFactory> collectors, Box<Function> body)
    : PlanNode(NodeKind::transform, node_origin, type, std::move(node_parents)),
      function(std::move(body)) {
  collect_parent = std::move(collectors);
}
TransformNode::~TransformNode() = default;

OutputOperation::~OutputOperation() = default;
void OutputOperation::open(const OutputEnvironment&) {}
StepPtr OutputOperation::make_step() const { return nullptr; }
void OutputOperation::run(JobRunner&, std::vector<BlockPtr>, const BatchInfo&) {}
void OutputOperation::commit(Time) {}
void OutputOperation::abort(Time) noexcept {}
std::uint64_t OutputOperation::failed_aborts() const { return 0; }
bool OutputOperation::ready(const std::shared_ptr<RoomWaiter>&) { return true; }
void OutputOperation::publish(std::vector<BlockPtr>, const BatchInfo&) {}
void OutputOperation::close() {}

OutputNode::OutputNode(Origin node_origin, std::string_view type, PlanNodePtr parent,
                       std::shared_ptr<OutputOperation> output, CollectorFactory collector)
    : PlanNode(NodeKind::output, node_origin, type, {std::move(parent)}),
      operation(std::move(output)) {
  collect_parent.assign(1, collector);
}
OutputNode::~OutputNode() = default;

PlanNodePtr make_narrow_node(const Origin& origin, std::string_view element_type,
                             const PlanNodePtr& parent, NarrowNode::StepFactory factory,
                             std::shared_ptr<const void> callable) {
  return std::make_shared<NarrowNode>(origin, element_type, parent, factory, std::move(callable));
}

PlanNodePtr make_exchange_node(const Origin& origin, std::string_view element_type,
                               const PlanNodePtr& parent,
                               std::shared_ptr<const Exchange>&& exchange) {
  return std::make_shared<ExchangeNode>(origin, element_type, std::vector<PlanNodePtr>{parent},
                                        std::move(exchange));
}

PlanNodePtr make_co_exchange_node(Origin origin, std::string_view element_type,
                                  std::vector<PlanNodePtr> parents, CoExchange::Sides sides,
                                  CoExchange::ReaderFactory make_reader) {
  return std::make_shared<ExchangeNode>(
      origin, element_type, std::move(parents),
      std::make_shared<CoExchange>(std::move(sides), make_reader));
}

std::shared_ptr<SourceNode> make_source_node(Origin origin, std::string_view element_type,
                                             std::shared_ptr<InputSource> source) {
  return std::make_shared<SourceNode>(origin, element_type, std::move(source));
}
std::shared_ptr<SourceNode> make_source_node(Origin origin, std::string_view element_type,
                                             std::vector<BlockPtr> blocks) {
  return std::make_shared<SourceNode>(origin, element_type, std::move(blocks));
}
std::shared_ptr<SourceNode> make_source_node(Origin origin, std::string_view element_type,
                                             std::shared_ptr<BlockProvider> provider) {
  return std::make_shared<SourceNode>(origin, element_type, std::move(provider));
}

std::shared_ptr<const void> keep(const void* object, void (*destroy)(const void*)) {
  return {object, destroy};
}

PlanNodePtr make_merge_node(Origin origin, std::string_view element_type,
                            std::vector<PlanNodePtr> parents, CollectorFactory collector) {
  if (parents.empty()) {
    throw Error(Errc::invalid_argument,
                "there is no stream to unite; pass at least one, or make an empty one with "
                "queue_stream",
                {origin.operation, origin.where, {}, {}});
  }
  return std::make_shared<MergeNode>(origin, element_type, std::move(parents), collector);
}
PlanNodePtr make_merge_node(const Origin& origin, std::string_view element_type,
                            const PlanNodePtr& first, const PlanNodePtr& second,
                            CollectorFactory collector) {
  return make_merge_node(origin, element_type, {first, second}, collector);
}

PlanNodePtr make_union_node(Origin origin, std::string_view element_type,
                            const PlanNodePtr* const* parents, std::size_t count,
                            CollectorFactory collector) {
  std::vector<PlanNodePtr> nodes;
  for (std::size_t i = 0; i < count; ++i) nodes.push_back(*parents[i]);
  return make_merge_node(origin, element_type, std::move(nodes), collector);
}

PlanNodePtr make_gather_node(Origin origin, std::string_view element_type, PlanNodePtr parent,
                             CollectorFactory collector, std::size_t limit, bool reads_nothing) {
  return make_exchange_node(origin, element_type, std::move(parent),
                            std::make_shared<GatherExchange>(collector, limit, reads_nothing));
}

std::shared_ptr<OutputNode> make_output_node(Origin origin, std::string_view element_type,
                                             PlanNodePtr parent,
                                             std::shared_ptr<OutputOperation> operation,
                                             CollectorFactory collector) {
  return std::make_shared<OutputNode>(origin, element_type, std::move(parent), std::move(operation),
                                      collector);
}

std::shared_ptr<JobRunner> lock_jobs(const std::weak_ptr<JobRunner>& jobs) {
  if (auto runner = jobs.lock()) return runner;
  throw Error(Errc::illegal_state,
              "the context of this Rdd is gone; an Rdd can be used as long as its StreamingContext "
              "lives: collect() what you need before");
}

void check_same_jobs(const std::weak_ptr<JobRunner>& a, const std::weak_ptr<JobRunner>& b,
                     const Origin& origin) {
  if (!a.owner_before(b) && !b.owner_before(a)) return;
  throw Error(Errc::invalid_argument,
              "the Rdds belong to different contexts; make both from one StreamingContext",
              {origin.operation, origin.where, {}, {}});
}

void add_output(PlanContext& context, const Origin& origin, std::string_view element_type,
                PlanNodePtr parent, std::shared_ptr<OutputOperation> operation,
                CollectorFactory collector, OutputOptions options, std::string uid) {
  operation->on_failure = options.on_failure;
  auto node =
      make_output_node(origin, element_type, std::move(parent), std::move(operation), collector);
  node->name = std::move(options.name);
  node->uid = std::move(uid);
  context.add_output(std::move(node));
}

void check_same_context(const PlanContext* a, const PlanContext* b, const Origin& origin) {
  if (a == b) return;
  throw Error(Errc::invalid_argument,
              "the streams belong to different contexts; make both from one StreamingContext",
              {origin.operation, origin.where, {}, {}});
}

}  // namespace detail

std::uint32_t Partitions::checked(const detail::Origin& origin) const {
  if (!given_) return 0;
  if (count_ >= 1 && count_ <= std::int64_t{kKeyGroups}) return static_cast<std::uint32_t>(count_);
  throw Error(Errc::invalid_argument,
              "a shuffle has 1 to 128 partitions, not " + std::to_string(count_) +
                  "; leave the number out for Options::default_partitions",
              {origin.operation, origin.where, {}, {}});
}

}  // namespace v1
}  // namespace dstream
