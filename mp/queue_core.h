// The queue under every Queue: records of bytes, first in first out, in shared memory.
//
// Records are as long as they like, and any number fits. They lie in a ring; when a ring is full the producer
// makes a larger one and goes on there, and the consumers follow. So memory stays warm and near what is
// really waiting, and all of it is anonymous: nothing is left when the last process is gone.
//
// A process that is killed at any instruction hinders nobody and tears nothing:
//   - put() writes a record behind the committed ones and then commits it by one Tally::advance(), which
//     wakes as well. Killed before: there is no record. Killed after: it is there.
//   - get() copies the first record out and then takes it off by one advance() of the other tally. Killed
//     before: the next consumer gets it. Killed after: it went down with its consumer.
//   - put_many() and get_many() write or copy one record after the other and commit them together.
//   - What else the two sides must know (where they are) is written twice: the copy that bears the number of the
//     last commit holds; the other one, which the next commit will make valid, may be half written.
//   - Who finds a side's owner dead therefore goes on from the last commit.
//
// Processes: any that share it (forked children; others by fd() and adopt()). Threads: any.
//
//   QueueCore queue(/*maxsize=*/2);
//   queue.put("a", Deadline::never());
//   std::string record;
//   queue.get(&record, Deadline::never());  // "a"
//
//   const std::string_view both[] = {"b", "c"};
//   queue.put_many(both, Deadline::never());
//   Records records;
//   queue.get_many(&records, /*most=*/10, Deadline::never());
//   records[1];                             // "c"
#ifndef MP_QUEUE_CORE_H_
#define MP_QUEUE_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/os/pace.h"
#include "mp/os/shared_file.h"

namespace mp {

// Records one behind the other, in one piece of memory.
class Records {
 public:
  size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  // Of use until the next one is added. Requires: i < size()
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  std::vector<std::string_view> views() const {
    std::vector<std::string_view> all;
    all.reserve(size());
    for (size_t i = 0; i < size(); ++i) all.push_back((*this)[i]);
    return all;
  }

  // For so many more, if they are small.
  void reserve(size_t more) {
    ends_.reserve(ends_.size() + more);
    bytes_.reserve(bytes_.size() + 2 * sizeof(uint64_t) * more);
  }
  // One more is what `write` appends to the bytes; none, if it throws.
  template <class Write>
  void add_written(Write write) {
    const size_t before = bytes_.size();
    try {
      write(&bytes_);
      ends_.push_back(bytes_.size());
    } catch (...) {
      bytes_.resize(before);
      throw;
    }
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

class QueueCore {
 public:
  // Bytes. A queue begins with a ring of this size, of which only what is used takes memory.
  static constexpr uint64_t kSmallestRing = 64 << 10;
  // Larger rings are given back as soon as nothing waits in them, unless records are large, too.
  static constexpr uint64_t kKeptRing = 4 << 20;
  // Rings grow no further than this, but for a record that is larger itself.
  static constexpr uint64_t kLargestRing = 64 << 20;

  // At most `maxsize` records wait; 0: no limit but 2^31. Raises: base::OsError
  explicit QueueCore(uint32_t maxsize = 0);
  // The queue behind another process's fd(). Raises: base::OsError
  static QueueCore adopt(base::UniqueFd fd);
  QueueCore(QueueCore&&) noexcept;
  ~QueueCore();

  // -1 once it is closed.
  int fd() const { return file_.fd(); }
  // Gives this process's descriptor back, if the process has put or got anything. Then: put() and get() raise
  // base::OsError (EBADF), and so does a get() of another thread's that waits when the next record comes.
  void close_if_used();

  // Appends a record. Waits while the queue is full. False: it was so until the deadline.
  // Then: every process sees the record. Raises: base::OsError if there is no memory; it is not put then.
  bool put(std::string_view record, base::Deadline deadline);
  // Appends records as fast as there is room for them, all that there is room for in one piece. How many it were
  // until the deadline: the first so many. Raises: base::OsError if there is no memory; some may have been put then.
  size_t put_many(std::span<const std::string_view> records, base::Deadline deadline);
  // Takes the first record. Waits while there is none. False: there was none until the deadline.
  bool get(std::string* record, base::Deadline deadline);
  // The same for a record whose size is known: its size, and as many of its bytes as there is room for.
  bool get(std::span<std::byte> record, size_t* size, base::Deadline deadline);

  // The same, and tells `claim` the record's number before it is taken: so who is killed has left word of what went down
  // with it, or of one that the next consumer got. Records are numbered from 0, and from 0 again after 2^31.
  bool get(std::string* record, const std::function<void(uint32_t)>& claim,
           base::Deadline deadline);

  // Takes the first records, at most so many, and adds them to `records`. Waits while there is none.
  // False: there was none until the deadline. Requires: most > 0
  bool get_many(Records* records, size_t most, base::Deadline deadline);

  // One record more is done with. False: all that were put are.
  bool task_done();
  // Waits until every record that was put is done with. False: some were not until the deadline.
  bool join(base::Deadline deadline);

  // Looks for a while whether there is a record. False: there was none, and it is time to sleep.
  bool look_out() const;

  // Of a moment that may have passed when they return.
  uint32_t taken() const;  // so many records, modulo 2^31
  uint32_t size() const;
  uint32_t maxsize() const;
  bool empty() const { return size() == 0; }
  bool full() const { return maxsize() != 0 && size() >= maxsize(); }

  // Bytes of memory that the queue takes by now, in all processes together.
  uint64_t memory_in_use() const;

 private:
  struct Shared;
  struct Ring;
  struct Place;
  // This process's view of the ring that one side is in.
  struct RingView {
    uint64_t offset = 0;  // 0: none
    os::View view;
  };
  struct Places;
  enum class Tried {
    kAll,  // as many as there were
    kSome,
    kMustWait
  };

  explicit QueueCore(os::SharedFile file);

  void check_open_and_note_use();
  size_t try_put(std::span<const std::string_view> records, uint32_t* got_so_far);
  void append(std::string_view record, Place& place);
  void move_to_room_for(uint64_t size, Place& place);
  void look_for_room_for(uint64_t size, Place& place);
  Place next_ring(uint64_t size, const Place& full);
  bool nothing_waits_before(const Place& place) const;
  template <class Take>
  bool get_one(base::Deadline deadline, Take take);
  template <class Take>
  Tried try_get(size_t most, Take take, uint32_t* put_so_far);
  Ring& follow_rings(Place& place);
  void leave_rings_before(uint64_t offset);
  void give_back_if_empty(const Place& place);
  Ring& ring(RingView& seen, uint64_t offset, uint64_t capacity);
  void look_at(RingView& seen, uint64_t offset, uint64_t capacity);

  os::SharedFile file_;
  os::View header_;
  Shared* shared_;
  RingView putting_;               // used under the put side's mutex only
  RingView getting_;               // and this under the get side's
  os::Pace looking_at_got_;        // under the put side's
  os::Pace looking_at_put_;        // and under the get side's
  std::atomic<bool> used_{false};  // by this process
};

}  // namespace mp

#endif  // MP_QUEUE_CORE_H_
