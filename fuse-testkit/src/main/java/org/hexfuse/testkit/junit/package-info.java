/**
 * Tests of a filesystem as JUnit methods that get a kernel: {@link org.hexfuse.testkit.junit.KernelTest}.
 *
 * {@snippet :
 * class HelloTest {
 *     @Served FuseFileSystem hello = new Hello();
 *
 *     @KernelTest void theFileIsRead(Vfs vfs) {
 *         assertEquals("Hello, world!\n", vfs.readString("/hello.txt"));
 *     }
 * }
 * }
 *
 * <p>Works with JUnit 5 and JUnit 6.
 */
package org.hexfuse.testkit.junit;
