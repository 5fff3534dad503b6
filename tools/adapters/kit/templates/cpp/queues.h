// What the adapters of pocket say of its queues.
#ifndef QUEUES_H_
#define QUEUES_H_

#include "mpcheck_adapter.h"
#include "pocket.h"

inline void add_queues(mpcheck::Adapter& adapter) {
  using mpcheck::Args;
  using pocket::Queue;
  adapter.translates<pocket::Empty>("Empty");
  adapter.translates<pocket::Full>("Full");

  adapter.makes("queue.new{maxsize}",
                [](const Args& a) { return std::make_shared<Queue>(a.integer("maxsize", 0)); });
  adapter.on<Queue>("queue.put{item,block,timeout}", [](Queue& q, const Args& a) {
    q.put(mpcheck::pack(a.value("item")), a.wait().block, a.wait().timeout);
  });
  adapter.on<Queue>("queue.get{block,timeout}", [](Queue& q, const Args& a) {
    return mpcheck::unpack(q.get(a.wait().block, a.wait().timeout));
  });
  adapter.on<Queue>("queue.put_nowait{item}",
                    [](Queue& q, const Args& a) { q.put(mpcheck::pack(a.value("item")), false); });
  adapter.on<Queue>("queue.get_nowait",
                    [](Queue& q, const Args&) { return mpcheck::unpack(q.get(false)); });
  adapter.on<Queue>("queue.empty", [](Queue& q, const Args&) { return q.empty(); });
  adapter.on<Queue>("queue.full", [](Queue& q, const Args&) { return q.full(); });
}

#endif  // QUEUES_H_
