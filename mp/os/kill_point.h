// Places in the code at which a test lets the process die, or stand still while others go on.
//
// MP_KILL_POINT() stands between every two stores to what processes share. In a library built with
// MP_WITH_KILL_POINTS it calls passed_kill_point(); in any other it is nothing.
//
//   die_at_kill_point(3);   // in a forked child: SIGKILL at the third point that it passes
//   queue.put(item);
#ifndef MP_OS_KILL_POINT_H_
#define MP_OS_KILL_POINT_H_

namespace mp::os {

// From now on this process kills itself at the `nth` point that it passes, counted from 1; 0: never.
void die_at_kill_point(int nth);
// The same with SIGSTOP; SIGCONT lets it go on.
void stop_at_kill_point(int nth);
void passed_kill_point();

}  // namespace mp::os

#ifdef MP_WITH_KILL_POINTS
#define MP_KILL_POINT() ::mp::os::passed_kill_point()
#else
#define MP_KILL_POINT() static_cast<void>(0)
#endif

#endif  // MP_OS_KILL_POINT_H_
