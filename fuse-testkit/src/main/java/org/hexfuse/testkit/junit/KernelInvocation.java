package org.hexfuse.testkit.junit;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.io.TempDir;

/** One run of a test: mounts the filesystem before it, resolves its parameters, and unmounts after it. */
final class KernelInvocation
        implements
        TestTemplateInvocationContext,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
    private static final Set<Class<?>> HERE = Set.of(Vfs.class, UserKernel.class, VirtualClock.class,
            PosixClient.class, Recorder.class);
    private static final Set<Class<?>> RUNNING = Set.of(Path.class, PosixClient.class, Recorder.class);

    private final KernelTest test;
    private final TestedKernel kernel;
    private final String address;
    private TestMount mount;

    KernelInvocation(KernelTest test, TestedKernel kernel, String address) {
        this.test = test;
        this.kernel = kernel;
        this.address = address;
    }

    @Override public String getDisplayName(int index) {
        return "[" + index + "] " + kernel + (kernel.isHere() ? " over " + address : "");
    }

    @Override public List<Extension> getAdditionalExtensions() { return List.of(this); }

    @Override public void beforeEach(ExtensionContext context) throws IOException, InterruptedException {
        var members = new TestMembers(context);
        TestMembers.Found<FuseFileSystem> served = members.served();
        if (kernel.isHere()) {
            boolean virtual = usesClock(context.getRequiredTestMethod());
            VfsOptions options = members.options().orElseGet(() -> VfsOptions.DEFAULT
                    .withDefaultPermissions(served.value().kernelChecksPermissions()));
            mount = TestMount.here(served, kernel, address, options, virtual, test.failOnLeaks());
        } else {
            mount = TestMount.byRunningKernel(served, test.failOnLeaks(), test.mountOptions());
        }
    }

    private static boolean usesClock(Method method) {
        return List.of(method.getParameterTypes()).contains(VirtualClock.class);
    }

    /** Leaks are not reported for a test that has failed: the failure may have caused them. */
    @Override public void afterEach(ExtensionContext context) throws Exception {
        TestMount done = mount;
        mount = null;
        if (done != null) {
            context.getExecutionException().ifPresent(done::explain);
            done.close(context.getExecutionException().isEmpty());
        }
    }

    @Override public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Executable executable = parameter.getDeclaringExecutable();
        return executable instanceof Method && !parameter.isAnnotated(TempDir.class)
                && (kernel.isHere() ? HERE : RUNNING).contains(parameter.getParameter().getType());
    }

    @Override public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return mount.get(parameter.getParameter().getType());
    }
}
