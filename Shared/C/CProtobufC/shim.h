// The door to Debian's protobuf-c; generated C files and CArena include its header by themselves.
#include <protobuf-c/protobuf-c.h>
