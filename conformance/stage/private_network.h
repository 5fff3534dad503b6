// A network of its own for this process and all that it starts: nothing but a loopback interface.
//
// Ports that one run uses then collide with no other's, nobody outside reaches a testee, and where no testee
// uses TCP the kernel can say so at once (tcp_motion.h), instead of going through its table of the
// whole machine's connections for every proof.
#ifndef CONFORMANCE_STAGE_PRIVATE_NETWORK_H_
#define CONFORMANCE_STAGE_PRIVATE_NETWORK_H_

namespace conformance {

// Whether it could be had: it takes a right that root has outside of most containers. If not, everything
// is as before.
// Requires: this process has one thread, and no socket yet.
bool enter_private_network();

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_PRIVATE_NETWORK_H_
