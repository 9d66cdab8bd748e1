package org.hexfuse.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The {@link org.hexfuse.vfs.VfsOptions} of the {@link KernelTest}s of a class on this project's own kernels: a field, or a method
 * without parameters. Found as {@link Served} is. The kernel profile is that of the test.
 *
 * {@snippet :
 * @MountedWith VfsOptions options = VfsOptions.DEFAULT.withReadOnly(true);
 * }
 */
@Documented
@Target({ElementType.FIELD, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME) public @interface MountedWith {}
