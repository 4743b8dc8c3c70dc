#include "runtime/executor.h"

#include <algorithm>
#include <utility>

#include "base/pin_thread.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

thread_local Executor* t_executor = nullptr;
// The token that this thread runs next, where it can run one.
thread_local std::optional<Token>* t_next = nullptr;

/// Marks the calling thread as inside an executor; TBB's workers move from arena to arena.
class InsideExecutor {
 public:
  InsideExecutor(Executor* executor, std::optional<Token>* next)
      : before_(std::exchange(t_executor, executor)), next_before_(std::exchange(t_next, next)) {}
  ~InsideExecutor() {
    t_executor = before_;
    t_next = next_before_;
  }

 private:
  Executor* const before_;
  std::optional<Token>* const next_before_;
};

}  // namespace

Executor* Executor::current() { return t_executor; }

Executor::Executor(FlowGraphRunner& runner, std::uint32_t slots, std::optional<std::uint32_t> core)
    : runner_(runner), core_(core), slots_(slots), arena_(static_cast<int>(slots), 1) {}

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

void Executor::send(const std::vector<Token>& tokens) {
  inbox_.put(tokens);
  call_helper();
}

void Executor::request_poll() {
  inbox_.request_poll();
  call_helper();
}

/// Where all threads at work may be inside long tasks and a slot is free, has a worker look into
/// the inbox. Seldom: in most batches tokens come while all slots or none are at work.
void Executor::call_helper() {
  const std::uint32_t running = running_.load();
  if (running == 0 || running >= slots_ || !inbox_.pending()) return;
  graph_->reserve_wait();
  arena_.enqueue([this] {
    feed_graph();
    graph_->release_wait();
  });
}

/// Feeds, and keeps no token for the calling thread: other threads can take all of them.
void Executor::feed_graph() {
  const InsideExecutor inside(this, nullptr);
  if (inbox_.pending()) feed();
}

void Executor::build_graph() {
  graph_ = std::make_unique<tbb::flow::graph>();
  const auto add_node = [this](std::uint32_t stage) {
    return std::make_unique<Node>(*graph_, tbb::flow::unlimited,
                                  [this, stage](const Token& token, auto&) {
                                    // A stage with several successors sends each token to all of them.
                                    if (stage == UINT32_MAX || token.stage == stage) run(token);
                                  });
  };
  const auto& stages = runner_.streaming().graph().stages();
  for (const Stage& stage : stages) stage_nodes_.push_back(add_node(stage.id));
  for (const Stage& stage : stages) {
    for (const std::uint32_t child : stage.children) {
      tbb::flow::make_edge(tbb::flow::output_port<0>(*stage_nodes_[stage.id]),
                           *stage_nodes_[child]);
    }
  }
  job_node_ = add_node(UINT32_MAX);
  tbb::flow::make_edge(tbb::flow::output_port<0>(*job_node_), *job_node_);
}

void Executor::work() {
  build_graph();
  while (inbox_.wait()) {
    std::optional<Token> next;
    {
      const InsideExecutor inside(this, &next);
      feed();
    }
    if (next) run(*next);
    graph_->wait_for_all();
  }
  graph_->wait_for_all();  // for a helper that found nothing
}

/// Takes over what other threads have sent.
void Executor::feed() {
  std::vector<Token> tokens;
  const bool poll = inbox_.take(tokens);
  put(tokens, UINT32_MAX);
  if (poll) runner_.host().poll();
}

void Executor::put(const std::vector<Token>& tokens, std::uint32_t from) {
  if (tokens.size() == 1 && t_next != nullptr && !*t_next) {
    *t_next = tokens.front();
    return;
  }
  for (const Token& token : tokens) spawn(token, from);
}

Executor::Node& Executor::node_for(const Token& token) {
  return &token.run->compiled() == &runner_.streaming() ? *stage_nodes_[token.stage] : *job_node_;
}

void Executor::spawn(const Token& token, std::uint32_t from) {
  if (from != UINT32_MAX && &token.run->compiled() != &runner_.streaming()) {
    tbb::flow::output_port<0>(*job_node_).try_put(token);
    return;
  }
  if (from != UINT32_MAX) {
    const auto& children = runner_.streaming().graph().stages()[from].children;
    if (std::find(children.begin(), children.end(), token.stage) != children.end()) {
      tbb::flow::output_port<0>(*stage_nodes_[from]).try_put(token);
      return;
    }
  }
  node_for(token).try_put(token);
}

void Executor::run(Token token) {
  std::optional<Token> next;
  const InsideExecutor inside(this, &next);
  while (true) {
    running_.fetch_add(1);
    // What came before running_ could be seen would otherwise wait for this task.
    if (slots_ > 1 && inbox_.pending()) feed_graph();
    execute(token);
    running_.fetch_sub(1);
    if (inbox_.pending()) feed();
    if (!next) return;
    token = *std::exchange(next, std::nullopt);
  }
}

void Executor::execute(const Token& token) {
  Run& run = *token.run;
  const std::uint32_t stage = token.stage;
  run.execute(stage, token.task);
  if (!run.finish_task(stage)) return;
  // The last arrival at the barrier opens the next stages.
  std::vector<std::uint32_t> ready;
  if (run.finish_stage(stage, ready)) {
    run.complete();
  } else if (!ready.empty()) {
    runner_.dispatch(run, std::move(ready), stage);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
