package org.hexfuse.testkit.junit;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The invocations of a {@link KernelTest}, one for each kernel and address. JUnit makes it; it has no state, so that tests run in
 * parallel.
 */
public final class KernelExtension implements TestTemplateInvocationContextProvider {
    private static final Set<Class<?>> ONLY_HERE = Set.of(Vfs.class, UserKernel.class, VirtualClock.class);

    /** For JUnit. */
    public KernelExtension() {}

    @Override public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), KernelTest.class);
    }

    @Override public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        Method method = context.getRequiredTestMethod();
        KernelTest test = AnnotationSupport.findAnnotation(method, KernelTest.class).orElseThrow();
        Set<Class<?>> parameters = Arrays.stream(method.getParameters())
                .filter(parameter -> !parameter.isAnnotationPresent(TempDir.class))
                .map(parameter -> (Class<?>) parameter.getType()).collect(Collectors.toSet());
        boolean here = !parameters.contains(Path.class);
        boolean running = ONLY_HERE.stream().noneMatch(parameters::contains)
                && (!here || parameters.contains(PosixClient.class));
        List<KernelInvocation> invocations = invocations(test, here, running);
        if (invocations.isEmpty()) {
            throw new ExtensionConfigurationException(method + " has parameters that none of its kernels has: "
                    + Arrays.toString(test.kernels())
                    + (here || running ? "" : "; a Path is of the running kernel, a Vfs of another"));
        }
        return invocations.stream().map(invocation -> invocation);
    }

    private static List<KernelInvocation> invocations(KernelTest test, boolean here, boolean running) {
        var invocations = new ArrayList<KernelInvocation>();
        for (TestedKernel kernel : test.kernels()) {
            if (kernel.isHere() && here) {
                for (String address : test.over()) {
                    invocations.add(new KernelInvocation(test, kernel, address));
                }
            } else if (!kernel.isHere() && running) {
                invocations.add(new KernelInvocation(test, kernel, ""));
            }
        }
        return invocations;
    }
}
