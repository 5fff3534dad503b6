// A folder that exists for one run of a testee, and what is left in it.
//
//   path()/puppets.sock   where puppets connect      path()/cwd    the testee's working directory
//   path()/stdout, stderr what it printed            path()/tmp    its TMPDIR
//
// Lifetime: the folder and all below it go with this object.
#ifndef CONFORMANCE_STAGE_SCRATCH_H_
#define CONFORMANCE_STAGE_SCRATCH_H_

#include <string>
#include <vector>

namespace conformance {

class Scratch {
 public:
  // Raises: base::OsError if no folder can be made below /tmp.
  Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string in_cwd(const std::string& name) const { return file("cwd/" + name); }

  // Names of what stands below tmp/, one level deep.
  std::vector<std::string> temporary_files() const;

 private:
  std::string path_;
};

// A file's content; empty if there is none.
std::string read_file(const std::string& path);
// The last `most` bytes of it.
std::string tail_of_file(const std::string& path, size_t most);

// Names in the folder behind an open directory descriptor, sorted.
std::vector<std::string> names_in(int directory_fd);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_SCRATCH_H_
