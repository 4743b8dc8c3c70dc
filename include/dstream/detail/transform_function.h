#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/plan_node.h>
#include <dstream/rdd.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class R>
struct IsRdd : std::false_type {};
template <class T>
struct IsRdd<Rdd<T>> : std::true_type {};

/// What F makes of data sets of T...: called with the time where it takes one.
template <class F, class... T>
struct TransformResult {
  using type = void;
};
template <class F, class... T>
  requires std::is_invocable_v<F&, Rdd<T>...>
struct TransformResult<F, T...> {
  using type = std::decay_t<std::invoke_result_t<F&, Rdd<T>...>>;
};
template <class F, class... T>
  requires(!std::is_invocable_v<F&, Rdd<T>...> && std::is_invocable_v<F&, Rdd<T>..., Time>)
struct TransformResult<F, T...> {
  using type = std::decay_t<std::invoke_result_t<F&, Rdd<T>..., Time>>;
};

/// A function from data sets of T... to a data set.
template <class F, class... T>
concept TransformCallable = IsRdd<typename TransformResult<F, T...>::type>::value;

/// Such a function as the body of a node.
template <class F, class... T>
class TransformFunction final : public TransformNode::Function {
 public:
  using U = typename TransformResult<F, T...>::type::value_type;

  TransformFunction(F f, Origin origin) : f_(std::move(f)), origin_(origin) {}

  std::vector<BlockPtr> run(JobRunner& jobs, std::vector<BlockPtr>* parents,
                            Time batch_time) const override {
    return call(jobs, parents, batch_time, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... I>
  std::vector<BlockPtr> call(JobRunner& jobs, std::vector<BlockPtr>* parents,
                             [[maybe_unused]] Time batch_time, std::index_sequence<I...>) const {
    if constexpr (std::is_invocable_v<F&, Rdd<T>...>) {
      return records(jobs, f_(rdd_of_blocks<T>(jobs, std::move(parents[I]), origin_)...));
    } else {
      return records(jobs,
                     f_(rdd_of_blocks<T>(jobs, std::move(parents[I]), origin_)..., batch_time));
    }
  }
  std::vector<BlockPtr> records(JobRunner& jobs, const Rdd<U>& result) const {
    check_same_jobs(jobs.handle(), result.handle(), origin_);
    return jobs.run_job(result.node(), &make_collector<U>);
  }

  mutable F f_;  // called by one thread at a time
  Origin origin_;
};

/// A node that applies f to the parents, whose element types are T..., batch by batch.
template <class... T, class F>
PlanNodePtr make_transform_node(const Origin& origin, std::vector<PlanNodePtr> parents, F f) {
  using Function = TransformFunction<F, T...>;
  return make_transform_node(
      origin, type_name<typename Function::U>(), std::move(parents),
      std::vector<CollectorFactory>{&make_collector<T>...},
      Box<TransformNode::Function>(new Function(std::move(f), origin)));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
