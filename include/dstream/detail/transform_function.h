#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/collector.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
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

/// What such a function gave, without its type.
struct TransformedPlan {
  PlanNodePtr node;
  std::weak_ptr<JobRunner> jobs;
};

/// Such a function without its type; called by one thread at a time.
struct TransformFunction {
  std::shared_ptr<const void> function;
  /// `sources` are nodes with the batch of each parent.
  TransformedPlan (*call)(const void* function, const std::weak_ptr<JobRunner>& jobs,
                          const PlanNodePtr* sources, Time batch_time);
  std::string_view element_type;  ///< of the result
  CollectorFactory collector;     ///< of the result
};

/// The records of one parent.
struct TransformParent {
  std::string_view element_type;
  CollectorFactory collector;
};

template <class... T>
struct CallTransform {
  template <class F, std::size_t... I>
  static auto call(F& f, const std::weak_ptr<JobRunner>& jobs, const PlanNodePtr* sources,
                   [[maybe_unused]] Time batch_time, std::index_sequence<I...>) {
    if constexpr (std::is_invocable_v<F&, Rdd<T>...>) {
      return f(Rdd<T>(jobs, sources[I])...);
    } else {
      return f(Rdd<T>(jobs, sources[I])..., batch_time);
    }
  }
  template <class F>
  static TransformedPlan run(const void* function, const std::weak_ptr<JobRunner>& jobs,
                             const PlanNodePtr* sources, Time batch_time) {
    F& f = *const_cast<F*>(static_cast<const F*>(function));
    const auto result = call(f, jobs, sources, batch_time, std::index_sequence_for<T...>());
    return {result.node(), result.handle()};
  }
};

/// A node that applies a function to the parents, batch by batch.
DSTREAM_EXPORT PlanNodePtr make_transform_node(const Origin& origin,
                                               std::initializer_list<const PlanNodePtr*> parents,
                                               const TransformParent* types,
                                               TransformFunction function);

/// A node that applies f to the parents, whose element types are T..., batch by batch.
template <class... T, class F>
PlanNodePtr make_transform_node(const Origin& origin,
                                std::initializer_list<const PlanNodePtr*> parents, F f) {
  using U = typename TransformResult<F, T...>::type::value_type;
  const TransformParent types[] = {{type_name<T>(), &make_collector<T>}...};
  return make_transform_node(
      origin, parents, types,
      {keep(new F(std::move(f)), &destroy_object<F>), &CallTransform<T...>::template run<F>,
       type_name<U>(), &make_collector<U>});
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
