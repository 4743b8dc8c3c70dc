#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/dstream.h>

namespace dstream::bench {

using PublishFunction =
    std::function<void(const std::vector<detail::BlockPtr>& blocks, const BatchInfo& info)>;

/// An output that calls a function after each COMMIT, one batch after the other.
class PublishOutput final : public detail::OutputOperation {
 public:
  explicit PublishOutput(PublishFunction function)
      : OutputOperation(detail::OutputPhase::publish), function_(std::move(function)) {}
  void publish(std::vector<detail::BlockPtr> blocks, const BatchInfo& info) override {
    function_(blocks, info);
  }

 private:
  PublishFunction function_;
};

/// Has `function` called with the blocks of every batch of `stream`.
template <class T>
void on_publish(const DStream<T>& stream, PublishFunction function) {
  stream.add_collecting_output({"on_publish"},
                               std::make_shared<PublishOutput>(std::move(function)));
}

/// Calls `visit` with every record of blocks that were collected from a stream of T.
template <class T, class Visit>
void for_each_published(const std::vector<detail::BlockPtr>& blocks, const Visit& visit) {
  for (const detail::BlockPtr& block : blocks) {
    for (const auto& record : detail::array_of<T>(*block)) {
      visit(record);
    }
  }
}

}  // namespace dstream::bench
