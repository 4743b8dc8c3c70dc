#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/task_arena.h>

#include "runtime/flow_graph_runner.h"
#include "runtime/inbox.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Stands for a worker: an arena with a flow graph attached to it, an inbox, and one real thread
/// that sits in the arena's reserved slot and feeds the graph; TBB adds workers for further slots.
class Executor {
 public:
  Executor(FlowGraphRunner& runner, std::uint32_t slots, std::optional<std::uint32_t> core);
  ~Executor();

  void start();
  void stop();

  /// Hands over tokens from any other thread.
  void send(const std::vector<Token>& tokens);
  /// Asks for a poll of the host; any thread.
  void request_poll();

  /// Puts tokens into the graph; only on a thread that is inside this executor. `from`: the stage
  /// whose node sends them, or UINT32_MAX. A single token is not put but run next by the calling
  /// thread: spawning it would wake a worker of TBB's for nothing.
  void put(const std::vector<Token>& tokens, std::uint32_t from);

  /// The executor whose task or thread the calling thread is; null for other threads.
  static Executor* current();

 private:
  using Node = tbb::flow::multifunction_node<Token, std::tuple<Token>>;

  void work();
  void build_graph();
  void run(Token token);
  void execute(const Token& token);
  void feed();
  void feed_graph();
  void call_helper();
  void spawn(const Token& token, std::uint32_t from);
  Node& node_for(const Token& token);

  FlowGraphRunner& runner_;
  const std::optional<std::uint32_t> core_;
  const std::uint32_t slots_;
  std::atomic<std::uint32_t> running_{0};  // tasks at work
  tbb::task_arena arena_;
  Inbox inbox_;
  // Built by the executor's thread, inside the arena. Destroyed with the executor, when all of a
  // runner's have stopped: a task of another one may be on its way through call_helper() until then.
  std::unique_ptr<tbb::flow::graph> graph_;
  std::vector<std::unique_ptr<Node>> stage_nodes_;
  std::unique_ptr<Node> job_node_;
  std::thread thread_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
