#include "property/random_graph.h"

#include <algorithm>

namespace property {
namespace {

constexpr std::size_t kMostOperators = 12;
constexpr std::uint64_t kMostPairs = 100'000;  // that a join may give

class GraphMaker {
 public:
  explicit GraphMaker(std::uint64_t seed) : rng_(seed) { graph_.seed = seed; }

  Graph make() {
    choose_settings();
    add_sources();
    add_batches();
    if (size_ == Size::large) add_large_fold();
    const auto operators = rng_.between(1, kMostOperators);
    // Some draws find no partner or too much data; they are not made up for.
    for (std::uint32_t i = 0; i < operators; ++i) add_operator();
    add_outputs();
    return std::move(graph_);
  }

 private:
  void choose_settings() {
    OracleSettings& s = graph_.settings;
    size_ = rng_.one_in(4) ? Size::medium : Size::small;
    // The largest slices take several chunks.
    static constexpr std::uint32_t kMostRecords[] = {1, 10, 100, 1000, 5000};
    s.slice_records = rng_.between(1, kMostRecords[rng_.below(size_ == Size::small ? 4 : 5)]);
    s.default_partitions = rng_.one_in(3) ? rng_.between(1, 128) : rng_.between(1, 5);
    s.hash_seed = rng_.word();
    if (rng_.one_in(80)) {
      size_ = Size::large;
      // Combining that does not pay stops after 16 Ki records of one slice.
      s.slice_records = rng_.one_in(3) ? rng_.between(500, 1000) : 64 << 10;
      s.default_partitions = rng_.between(1, 5);
    }
  }

  void add_sources() {
    graph_.sources = rng_.between(1, 3);
    for (std::size_t i = 0; i < graph_.sources; ++i) {
      Node node;
      // Two sources of one type can be united.
      node.type = i > 0 && rng_.one_in(2) ? graph_.nodes[i - 1].type : source_type();
      if (i == 0 && size_ == Size::large) {
        static constexpr Type kPairs[] = {Type::text_count, Type::view_count, Type::id_real};
        node.type = kPairs[rng_.below(3)];
      }
      graph_.nodes.push_back(node);
    }
  }

  /// Any; more often views, which few operators make.
  Type source_type() {
    if (rng_.one_in(5)) return rng_.one_in(2) ? Type::view : Type::view_count;
    return static_cast<Type>(rng_.below(kTypes));
  }

  /// A fold by key over the first source that shows how its slices were combined.
  void add_large_fold() {
    for (const Operator& op : operators_of(graph_.nodes[0].type)) {
      if (op.name != "reduce_by_key") continue;
      const std::uint64_t p = rng_.word();
      return add_node(0, op, p - p % 5 + static_cast<std::uint64_t>(Fold::accumulate));
    }
  }

  void add_operator() {
    if (rng_.one_in(5)) return add_meeting();
    const std::size_t input = pick_input();
    const auto& operators = operators_of(graph_.nodes[input].type);
    add_node(input, operators[rng_.below(operators.size())], rng_.word());
  }

  /// Joins and other operators of two streams of certain types, where there are such streams: left
  /// to chance they would be rare.
  void add_meeting() {
    const std::size_t input = pick_input();
    std::vector<const Operator*> meetings;
    for (const Operator& op : operators_of(graph_.nodes[input].type)) {
      const bool of_one_type = op.second == op.input && !op.product;
      if (op.binary && !of_one_type && pick_partner(op.second) < graph_.nodes.size()) {
        meetings.push_back(&op);
      }
    }
    if (!meetings.empty()) add_node(input, *meetings[rng_.below(meetings.size())], rng_.word());
  }

  void add_node(std::size_t a, const Operator& op, std::uint64_t p) {
    const std::size_t b = op.binary ? pick_partner(op.second) : a;
    if (b == graph_.nodes.size()) return;
    const Known known = std::min(graph_.nodes[a].known, graph_.nodes[b].known);
    if (known != Known::nothing && known < op.needs) return;
    Node node;
    node.op = &op;
    node.type = op.output;
    node.a = a;
    node.b = b;
    node.known = known_of(op.order, known);
    if (!sizes_fit(node)) return;
    node.params.id = static_cast<std::uint32_t>(graph_.nodes.size());
    node.params.p = p;
    // What nobody foretells may depend on everything.
    node.params.known = known == Known::nothing ? Known::slices : known;
    if (rng_.one_in(3)) node.params.partitions = rng_.one_in(2) ? 1 : rng_.between(2, 128);
    graph_.nodes.push_back(node);
  }

  static Known known_of(Order order, Known input) {
    if (order == Order::random || input == Known::nothing) return Known::nothing;
    if (order == Order::trivial) return Known::slices;
    if (order == Order::lost) return Known::content;
    return order == Order::flat ? std::min(input, Known::order) : input;
  }

  /// Whether the node's batches stay small enough; says how large they get.
  bool sizes_fit(Node& node) const {
    const Node& a = graph_.nodes[node.a];
    const Node& b = graph_.nodes[node.b];
    node.growth = a.growth * node.op->growth;
    node.rows = a.rows * node.op->growth;
    if (node.op->product) {
      node.growth *= b.growth;
      node.rows *= b.rows;
      if (node.rows > kMostPairs) return false;
    } else if (node.op->binary) {
      node.growth += b.growth;
      node.rows += b.rows;
    }
    if (node.op->order == Order::trivial) node.growth = node.rows = 1;
    return node.growth <= (size_ == Size::large ? 3 : 24);
  }

  /// Mostly a late stream, so that graphs get deep; else any, so that streams are shared.
  std::size_t pick_input() {
    const std::size_t count = graph_.nodes.size();
    if (rng_.one_in(3)) return rng_.below(count);
    return count - 1 - rng_.below(std::min<std::size_t>(count, 3));
  }

  /// A stream of the type; the number of nodes if there is none.
  std::size_t pick_partner(Type type) {
    std::vector<std::size_t> partners;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].type == type) partners.push_back(i);
    }
    return partners.empty() ? graph_.nodes.size() : partners[rng_.below(partners.size())];
  }

  /// Every stream that nobody uses is an output, and some others are.
  void add_outputs() {
    std::vector<bool> used(graph_.nodes.size());
    for (std::size_t i = graph_.sources; i < graph_.nodes.size(); ++i) {
      used[graph_.nodes[i].a] = used[graph_.nodes[i].b] = true;
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!used[i] || rng_.one_in(8)) add_output(i);
      if (rng_.one_in(12)) add_output(i);
    }
    for (std::size_t i = graph_.outputs.size(); i > 1; --i) {
      std::swap(graph_.outputs[i - 1], graph_.outputs[rng_.below(i)]);
    }
  }
  void add_output(std::size_t node) {
    const bool plain = rng_.one_in(2);
    graph_.outputs.push_back(
        {node, plain ? OutputKind::capture : static_cast<OutputKind>(rng_.below(kOutputKinds))});
  }

  void add_batches() {
    const std::uint32_t batches = size_ == Size::large ? 1 : rng_.between(1, 4);
    for (std::uint32_t i = 0; i < batches; ++i) {
      graph_.batches.emplace_back();
      for (std::size_t s = 0; s < graph_.sources; ++s) {
        Node& source = graph_.nodes[s];
        const Element& type = element(source.type);
        graph_.batches.back().push_back(type.random_blocks(rng_, size_));
        source.rows = std::max(source.rows, type.records(graph_.batches.back().back()));
      }
    }
  }

  Rng rng_;
  Graph graph_;
  Size size_ = Size::small;
};

const char* name_of(OutputKind kind) {
  static constexpr const char* kNames[] = {"capture", "for_each", "foreach_rdd", "to_channel",
                                           "latest"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

Graph random_graph(std::uint64_t seed) { return GraphMaker(seed).make(); }

std::string describe(const Graph& graph) {
  std::string text = "graph " + std::to_string(graph.seed) + ": " +
                     std::to_string(graph.batches.size()) + " batches, slices of " +
                     std::to_string(graph.settings.slice_records) + " records, " +
                     std::to_string(graph.settings.default_partitions) + " partitions\n";
  static constexpr const char* kKnown[] = {", whatever it is\n", ", in any order\n", ", in order\n",
                                           ", in slices\n"};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    text += "  " + std::to_string(i) + ": ";
    if (node.op == nullptr) {
      text += "source";
    } else {
      text += std::string(node.op->name) + " of " + std::to_string(node.a);
      if (node.op->binary) text += " and " + std::to_string(node.b);
      if (node.params.partitions != 0) {
        text += ", " + std::to_string(node.params.partitions) + " partitions";
        if (node.params.custom()) text += " by a function";
      }
    }
    text += std::string(" -> ") + property::name_of(node.type) +
            kKnown[static_cast<std::size_t>(node.known)];
  }
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    text += "  output " + std::to_string(i) + ": " + name_of(graph.outputs[i].kind) + " of " +
            std::to_string(graph.outputs[i].node) + "\n";
  }
  return text;
}

}  // namespace property
