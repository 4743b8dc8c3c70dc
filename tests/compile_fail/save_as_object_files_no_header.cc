// expect: save_as_object_files: #include <dstream/object_files.h>
#include <dstream/dstream.h>
#ifndef DSTREAM_BAD
#include <dstream/object_files.h>
#endif

void build(dstream::DStream<int> numbers) { numbers.save_as_object_files("numbers"); }
