package org.hexfuse.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of the filesystem that a {@link Served} field or method of its class supplies. It runs once on each kernel, where the
 * filesystem is mounted for it alone and unmounted afterwards.
 *
 * {@snippet :
 * @KernelTest void aNoteIsKept(Vfs vfs) {
 *     vfs.writeString("/note", "hello");
 *     assertEquals("hello", vfs.readString("/note"));
 * }
 * }
 *
 * <p>The test method, and {@code @BeforeEach} and {@code @AfterEach} methods, may have as parameters:
 * <ul>
 * <li>{@link org.hexfuse.vfs.Vfs}, {@link org.hexfuse.testkit.UserKernel}: this project's own kernels;
 * <li>{@link org.hexfuse.testkit.VirtualClock}: these too, whose entry timeouts and attribute timeouts then pass by this clock;
 * <li>{@link java.nio.file.Path}: the mount point, on the running kernel, unless it has {@code @TempDir};
 * <li>{@link org.hexfuse.testkit.posix.PosixClient}: system calls, on every kernel;
 * <li>{@link org.hexfuse.testkit.record.Recorder}: the log of the requests, on every kernel.
 * </ul>
 *
 * <p>A test runs on those of {@link #kernels} that its parameters allow, on the running one only with a {@code Path} or a
 * {@code PosixClient}. Options of the mount are those of a field or method with {@link MountedWith}.
 *
 * <p>A test fails if it leaves a file open, a lookup count unforgotten or a request without a reply, see
 * {@link org.hexfuse.testkit.UserKernel#failOnLeaks} and {@link org.hexfuse.testkit.RunningKernel#failOnLeaks}. On the running kernel it
 * also fails if something stays mounted, or if a platform thread still runs that the filesystem has started in
 * {@code init} or a handler. Tests may run in parallel.
 *
 * <p>With a {@link org.hexfuse.server.filter.FaultyFileSystem} as its filesystem, also one that is decorated, a test that fails prints the
 * seed and the faults that were injected.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(KernelExtension.class) public @interface KernelTest {
    /** The kernels. */
    TestedKernel[] kernels() default {TestedKernel.LINUX, TestedKernel.GVISOR, TestedKernel.RUNNING};

    /**
     * The addresses that the filesystem is served at, for each of this project's own kernels: {@code mem:}, {@code mem:?inline}; a
     * socket of {@code unix:} or {@code unix-seqpacket:} without a path is made in a temporary directory. The transport must be on the
     * class path.
     */
    String[] over() default "mem:";

    /** Whether a leak fails the test. */
    boolean failOnLeaks() default true;

    /** Options of a mount by the running kernel, as those of {@link org.hexfuse.server.Fuse#mount}. */
    String[] mountOptions() default {};
}
