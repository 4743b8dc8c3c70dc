#include <dstream/ndjson/ndjson.h>

#include <optional>

#include "fuzz_decoder.h"

namespace {

struct Place {
  double lat = 0;
  std::optional<float> lon;
};
struct Event {
  std::int64_t id = 0;
  std::string_view name;
  std::optional<std::uint8_t> level;
  std::vector<std::string> tags;
  std::vector<Place> places;
  bool on = false;
};

std::string show(const Event& event) {
  std::string text = std::to_string(event.id) + "|" + std::string(event.name) + "|" +
                     std::to_string(event.level.value_or(0)) + (event.on ? "|on" : "|off");
  for (const std::string& tag : event.tags) text.append("|").append(tag);
  for (const Place& place : event.places) text.append("|").append(std::to_string(place.lat));
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  fuzz::check_decoder(dstream::ndjson<Event>(), bytes, show);
  fuzz::check_decoder(dstream::ndjson<Event>({.max_bytes = 80}), bytes, show);
  return 0;
}
