package org.hexfuse.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The filesystem of the {@link KernelTest}s of a class: a field of a type that implements
 * {@link org.hexfuse.server.FuseFileSystem}, or a method without parameters that returns one.
 *
 * {@snippet :
 * @Served final Notes notes = new Notes();
 * }
 *
 * <p>JUnit makes another instance of the class for each test, and so another filesystem; a method is called for each test. The
 * filesystem is closed after its test if it is {@link AutoCloseable}; that of a field is not where all tests of a class share an
 * instance. Superclasses are searched, then the classes around a {@code @Nested} one.
 */
@Documented
@Target({ElementType.FIELD, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME) public @interface Served {}
