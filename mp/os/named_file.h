// Memory that processes share by a name: files in /dev/shm.
//
// Each has two names there: its own, and a mark that tells which process has made it. It goes when it is removed, or
// when that process has ended: by itself if it ends orderly, else with the help of the next process that makes or opens
// one. The mark comes first and goes last, and a file has its size before it has its name; so whoever is killed on the
// way leaves nothing that is half made, and nothing that is not cleared away. Those of processes that can't be seen from
// here, because a container has its own numbers for them, are left alone.
//
// Processes: any; those of other programs, too (shm_open(3)). Threads: any.
//
//   SharedFile file = make_named("frames", 4096);
//   SharedFile same = open_named("frames");    // in any process
//   remove_named("frames");
#ifndef MP_OS_NAMED_FILE_H_
#define MP_OS_NAMED_FILE_H_

#include <cstdint>
#include <string>

#include "mp/os/shared_file.h"

namespace mp::os {

// Zeros, for which there is memory. Raises: base::OsError: EEXIST if something has the name, EINVAL if it can't be
// one, ENOSPC if there is no memory, EFBIG if the process may not make so large a file, ... There is no file then.
SharedFile make_named(const std::string& name, uint64_t size);

// Raises: base::OsError: ENOENT if nothing has the name.
SharedFile open_named(const std::string& name);

// Takes the name off; who has the file keeps it. Raises: base::OsError: ENOENT if nothing has the name.
void remove_named(const std::string& name);

// Those that this process has made and still have a name, as it does at its end; exit() does it as well.
void remove_all_named() noexcept;

}  // namespace mp::os

#endif  // MP_OS_NAMED_FILE_H_
