package org.hexfuse.testkit.junit;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** The annotated fields and methods of the instances of a test. */
final class TestMembers {
    /**
     * A value of a member.
     *
     * @param own whether it is of this test only, so that it is closed with it
     */
    record Found<T>(T value, boolean own) {}

    private final ExtensionContext context;

    TestMembers(ExtensionContext context) {
        this.context = context;
    }

    Found<FuseFileSystem> served() {
        return find(Served.class, FuseFileSystem.class).orElseThrow(() -> new ExtensionConfigurationException(
                context.getRequiredTestClass().getName() + " has no field and no method with @Served"));
    }

    Optional<VfsOptions> options() {
        return find(MountedWith.class, VfsOptions.class).map(Found::value);
    }

    /** Looks in the instance of the test's class, then in those around it. */
    private <T> Optional<Found<T>> find(Class<? extends Annotation> annotation, Class<T> type) {
        var instances = new ArrayList<>(context.getRequiredTestInstances().getAllInstances());
        Collections.reverse(instances);
        for (Object instance : instances) {
            Optional<Found<T>> found = find(annotation, type, instance);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private <T> Optional<Found<T>> find(Class<? extends Annotation> annotation, Class<T> type, Object instance) {
        List<Field> fields = AnnotationSupport.findAnnotatedFields(instance.getClass(), annotation, _ -> true,
                HierarchyTraversalMode.BOTTOM_UP);
        List<Method> methods = AnnotationSupport.findAnnotatedMethods(instance.getClass(), annotation,
                HierarchyTraversalMode.BOTTOM_UP);
        if (fields.size() + methods.size() > 1) {
            throw new ExtensionConfigurationException("more than one member has @" + annotation.getSimpleName() + ": "
                    + fields + methods);
        }
        if (!fields.isEmpty()) {
            Object value = read(fields.getFirst(), instance);
            return Optional.of(new Found<>(checked(value, type, fields.getFirst().toString()), isPerMethod()));
        }
        if (!methods.isEmpty()) {
            Object value = ReflectionSupport.invokeMethod(methods.getFirst(), instance);
            return Optional.of(new Found<>(checked(value, type, methods.getFirst().toString()), true));
        }
        return Optional.empty();
    }

    private boolean isPerMethod() {
        return context.getTestInstanceLifecycle().orElse(Lifecycle.PER_METHOD) == Lifecycle.PER_METHOD;
    }

    private static Object read(Field field, Object instance) {
        try {
            return ReflectionSupport.tryToReadFieldValue(field, instance).get();
        } catch (Exception e) {
            throw new ExtensionConfigurationException(field + " cannot be read", e);
        }
    }

    private static <T> T checked(Object value, Class<T> type, String member) {
        if (!type.isInstance(value)) {
            throw new ExtensionConfigurationException(member + " is no " + type.getSimpleName() + " but " + value);
        }
        return type.cast(value);
    }
}
