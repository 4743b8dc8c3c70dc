#include "dstream/dead_letter.h"

namespace dstream {
inline namespace v1 {

DeadLetterOutput::~DeadLetterOutput() = default;

}  // namespace v1
}  // namespace dstream
