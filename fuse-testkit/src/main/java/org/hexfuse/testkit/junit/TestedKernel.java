package org.hexfuse.testkit.junit;

import org.hexfuse.device.KernelProfile;

/** A kernel that a {@link KernelTest} mounts the filesystem on. */
public enum TestedKernel {
    /** Linux, in this process: {@link KernelProfile#linux}. */
    LINUX("Linux"),
    /** gVisor, in this process: {@link KernelProfile#gvisor}, which sends fewer operations. */
    GVISOR("gVisor"),
    /** The kernel that runs the test. The test is skipped, with the reason, where this user cannot mount. */
    RUNNING("the running kernel");

    private final String title;

    TestedKernel(String title) {
        this.title = title;
    }

    /** Whether it is this project's own. */
    boolean isHere() { return this != RUNNING; }

    /** What differs from other kernels; not for the running one. */
    KernelProfile profile() {
        return this == GVISOR ? KernelProfile.gvisor() : KernelProfile.linux();
    }

    /** The name for people. */
    @Override public String toString() {
        return title;
    }
}
