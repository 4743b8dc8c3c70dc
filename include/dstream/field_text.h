#pragma once

#include <string_view>

namespace dstream {
inline namespace v1 {

/// How a field of type T is read from text, for types that the library does not know. Specialise it:
///
///     template <>
///     struct dstream::FieldText<Colour> {
///       static bool read(std::string_view text, Colour& to);  // false: not a Colour
///     };
template <class T>
struct FieldText {};

}  // namespace v1
}  // namespace dstream
