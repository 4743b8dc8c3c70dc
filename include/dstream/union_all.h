#pragma once

#include <cstddef>
#include <initializer_list>
#include <source_location>
#include <span>
#include <utility>
#include <vector>

#include <dstream/detail/box.h>
#include <dstream/detail/collector.h>
#include <dstream/detail/plan_node.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {

/// The records of several streams (DStreams or Rdds) as one: the partitions of the first come first.
/// As `union_with` for two. Throws Error{Errc::invalid_argument} if there is no stream, or if they
/// belong to different contexts.
template <class T, template <class> class Stream>
Stream<T> union_all(std::span<const Stream<T>> streams,
                    std::source_location where = std::source_location::current()) {
  const detail::Origin origin{"union_all", where};
  const detail::Box<const detail::PlanNodePtr*[]> parents(
      new const detail::PlanNodePtr*[streams.size()]);
  for (std::size_t i = 0; i < streams.size(); ++i) parents[i] = &streams[i].node();
  detail::PlanNodePtr merged = detail::make_union_node(origin, type_name<T>(), parents.get(),
                                                       streams.size(), &detail::make_collector<T>);
  for (const Stream<T>& stream : streams.subspan(1)) {
    streams.front().template derive_from<T>(stream, origin,
                                            detail::PlanNodePtr(merged));  // checks the contexts
  }
  return streams.front().template derive<T>(origin, std::move(merged));
}
template <class T, template <class> class Stream>
Stream<T> union_all(const std::vector<Stream<T>>& streams,
                    std::source_location where = std::source_location::current()) {
  return union_all(std::span<const Stream<T>>(streams), where);
}
template <class T, template <class> class Stream>
Stream<T> union_all(std::initializer_list<Stream<T>> streams,
                    std::source_location where = std::source_location::current()) {
  return union_all(std::span<const Stream<T>>(streams.begin(), streams.size()), where);
}

}  // namespace v1
}  // namespace dstream
