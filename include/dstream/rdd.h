#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/batch.h>
#include <dstream/detail/plan_node.h>
#include <dstream/keyed.h>
#include <dstream/transformations.h>

namespace dstream {
inline namespace v1 {

/// One batch's data set: partitions of records, in this process. Lazy, like a DStream: the
/// transformations describe, the actions (collect, count, take, …) run. Made by the library for the
/// functions of `transform` and `foreach_rdd`; valid as long as its context.
///
/// An action blocks the calling thread until its job is done, and throws the Error of a failed
/// task. Called inside an operator's callable it throws Errc::illegal_state: tasks may not wait for
/// other tasks.
template <class T>
class Rdd : public Transformations<T, Rdd> {
 public:
  /// All records, in slice order.
  std::vector<Owned<T>> collect() const {
    return detail::take_records<T>(jobs_->run_job(node_, &detail::make_collector<T>));
  }

  /// The number of records.
  std::int64_t count(std::source_location where = std::source_location::current()) const {
    return Transformations<T, Rdd>::count(where).collect().front();
  }

  /// The first n records.
  std::vector<Owned<T>> take(std::size_t n) const {
    std::vector<Owned<T>> records;
    for (detail::BlockPtr& block : jobs_->run_job(node_, &detail::make_collector<T>)) {
      if (records.size() >= n) break;
      detail::append_records<T>(std::move(block), records);
    }
    if (records.size() > n) records.erase(records.begin() + static_cast<std::ptrdiff_t>(n), records.end());
    return records;
  }

  /// The n largest records, the largest first; see PartitionTransformations::top.
  template <class Less = detail::NaturalOrder>
  std::vector<Owned<T>> top(std::int64_t n, Less less = {},
                            std::source_location where = std::source_location::current()) const {
    return Transformations<T, Rdd>::top(n, std::move(less), where).collect();
  }

  /// The n smallest records, the smallest first; see PartitionTransformations::take_ordered.
  template <class Less = detail::NaturalOrder>
  std::vector<Owned<T>> take_ordered(
      std::int64_t n, Less less = {},
      std::source_location where = std::source_location::current()) const {
    return Transformations<T, Rdd>::take_ordered(n, std::move(less), where).collect();
  }

  /// Calls f(std::span<const Owned<T>>) once per partition, one after the other in this thread.
  template <class F>
  void for_each_partition(F&& f) const {
    for (detail::BlockPtr& block : jobs_->run_job(node_, &detail::make_collector<T>)) {
      std::vector<detail::BlockPtr> one(1, std::move(block));
      const std::vector<Owned<T>> records = detail::take_records<T>(std::move(one));
      f(std::span<const Owned<T>>(records));
    }
  }

  // For the library.
  Rdd(detail::JobRunner& jobs, detail::PlanNodePtr node) : jobs_(&jobs), node_(std::move(node)) {}
  const detail::PlanNodePtr& node() const { return node_; }
  void check(const detail::Origin&) const {}
  template <class U>
  Rdd<U> derive(const detail::Origin&, detail::PlanNodePtr node) const {
    return Rdd<U>(*jobs_, std::move(node));
  }
  template <class U, class Other>
  Rdd<U> derive_from(const Rdd<Other>&, const detail::Origin&, detail::PlanNodePtr node) const {
    return Rdd<U>(*jobs_, std::move(node));
  }

 private:
  detail::JobRunner* jobs_;
  detail::PlanNodePtr node_;
};

namespace detail {

/// The data set of blocks that collectors of T made.
template <class T>
Rdd<T> rdd_of_blocks(JobRunner& jobs, std::vector<BlockPtr> blocks, const Origin& origin) {
  return Rdd<T>(jobs, std::make_shared<SourceNode>(origin, type_name<T>(), std::move(blocks)));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
