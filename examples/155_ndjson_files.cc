// JSON objects, one a line, into structs with structs, lists and optionals in them. Needs the
// component dstream::ndjson.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/ndjson/ndjson.h>

struct Place {
  double lat;
  double lon;
};
struct Post {
  std::string user;
  std::vector<std::string> tags;
  std::optional<Place> place;
};

int main() {
  const auto path =
      std::filesystem::temp_directory_path() / ("dstream_" + std::to_string(std::rand()) + ".json");
  std::ofstream(path) << R"({"user":"ann","tags":["sea","sun"],"place":{"lat":54.2,"lon":7.9}})"
                         "\n"
                         R"({"tags":["sun"],"likes":12,"user":"bob"})"
                         "\n"
                         R"({"user":"eve","tags":[],"place":null})"
                         "\n";

  dstream::StreamingContext ssc({.app_name = "ndjson-files"});
  const auto posts = ssc.files({path.string()}, dstream::ndjson<Post>());
  auto tags =
      posts.flat_map([](const Post& post) { return post.tags; }).count_by_value().to_channel();
  auto placed =
      posts.filter([](const Post& post) { return post.place.has_value(); }).count().to_channel();
  ssc.start();
  int sun = 0;
  const auto batch = tags.pop();
  for (const auto& [tag, count] : batch->records) {
    if (tag == "sun") sun = static_cast<int>(count);
  }
  std::printf("sun %d times\n", sun);
  std::printf("%d with a place\n", static_cast<int>(placed.pop()->records.at(0)));
  ssc.stop();
  std::filesystem::remove(path);
}
