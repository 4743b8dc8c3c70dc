#include "runtime/executor.h"

#include <algorithm>
#include <utility>

#include "base/pin_thread.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

thread_local Executor* t_executor = nullptr;

/// Marks the calling thread as inside an executor; TBB's workers move from arena to arena.
class InsideExecutor {
 public:
  explicit InsideExecutor(Executor* executor) : before_(std::exchange(t_executor, executor)) {}
  ~InsideExecutor() { t_executor = before_; }

 private:
  Executor* const before_;
};

}  // namespace

Executor* Executor::current() { return t_executor; }

Executor::Executor(FlowGraphRunner& runner, std::uint32_t slots, std::optional<std::uint32_t> core)
    : runner_(runner), core_(core), arena_(static_cast<int>(slots), 1) {}

Executor::~Executor() { stop(); }

void Executor::start() {
  thread_ = std::thread([this] {
    if (core_) pin_this_thread(*core_);
    arena_.execute([this] { work(); });
  });
}

void Executor::stop() {
  if (!thread_.joinable()) return;
  inbox_.close();
  thread_.join();
}

void Executor::build_graph() {
  graph_ = std::make_unique<tbb::flow::graph>();
  const auto add_node = [this](std::uint32_t stage) {
    return std::make_unique<Node>(
        *graph_, tbb::flow::unlimited, [this, stage](const Token& token, auto&) {
          // A stage with several successors sends each token to all of them.
          if (stage == UINT32_MAX || token.stage == stage) execute(token);
        });
  };
  const auto& stages = runner_.streaming().graph().stages();
  for (const Stage& stage : stages) stage_nodes_.push_back(add_node(stage.id));
  for (const Stage& stage : stages) {
    for (const std::uint32_t child : stage.children) {
      tbb::flow::make_edge(tbb::flow::output_port<0>(*stage_nodes_[stage.id]), *stage_nodes_[child]);
    }
  }
  job_node_ = add_node(UINT32_MAX);
  tbb::flow::make_edge(tbb::flow::output_port<0>(*job_node_), *job_node_);
}

void Executor::work() {
  const InsideExecutor inside(this);
  build_graph();
  while (inbox_.wait()) {
    feed();
    graph_->wait_for_all();
  }
  graph_->wait_for_all();
  job_node_.reset();
  stage_nodes_.clear();
  graph_.reset();
}

/// Moves what other threads have sent into the graph.
void Executor::feed() {
  std::vector<Token> tokens;
  const bool poll = inbox_.take(tokens);
  for (const Token& token : tokens) node_for(token).try_put(token);
  if (poll) runner_.host().poll();
}

Executor::Node& Executor::node_for(const Token& token) {
  return &token.run->compiled() == &runner_.streaming() ? *stage_nodes_[token.stage] : *job_node_;
}

void Executor::put(const Token& token, std::uint32_t from) {
  if (from == UINT32_MAX) {
    node_for(token).try_put(token);
    return;
  }
  if (&token.run->compiled() != &runner_.streaming()) {
    tbb::flow::output_port<0>(*job_node_).try_put(token);
    return;
  }
  const auto& children = runner_.streaming().graph().stages()[from].children;
  if (std::find(children.begin(), children.end(), token.stage) != children.end()) {
    tbb::flow::output_port<0>(*stage_nodes_[from]).try_put(token);
  } else {
    node_for(token).try_put(token);
  }
}

void Executor::execute(const Token& token) {
  const InsideExecutor inside(this);
  Run& run = *token.run;
  const std::uint32_t stage = token.stage;
  run.execute(stage, token.task);
  if (run.finish_task(stage)) {
    // The last arrival at the barrier opens the next stages.
    std::vector<std::uint32_t> ready;
    if (run.finish_stage(stage, ready)) {
      run.complete();
    } else if (!ready.empty()) {
      runner_.dispatch(run, std::move(ready), stage);
    }
  }
  if (inbox_.pending()) feed();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
