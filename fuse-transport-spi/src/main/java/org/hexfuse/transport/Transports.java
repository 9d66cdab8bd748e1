package org.hexfuse.transport;

import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hexfuse.transport.spi.KernelTransportProvider;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** Finds transports by the scheme of an address, among the providers that {@link ServiceLoader} finds. */
public final class Transports {
    private Transports() {}

    /** The transports with a kernel end. */
    public static List<KernelTransportProvider> kernelTransports() {
        return ServiceLoader.load(KernelTransportProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    }

    /** The transports with a server end. */
    public static List<ServerTransportProvider> serverTransports() {
        return ServiceLoader.load(ServerTransportProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    }

    /**
     * Connects the kernel end of a transport.
     *
     * @throws IllegalArgumentException if no transport has the scheme, or the address is malformed
     * @throws IOException if no server listens at the address
     */
    public static KernelLink connect(Address address) throws IOException {
        return find(kernelTransports(), KernelTransportProvider::scheme, address).connect(address);
    }

    /**
     * Opens the server end of a transport.
     *
     * @throws IllegalArgumentException if no transport has the scheme, or the address is malformed
     * @throws IOException if the address is in use or cannot be opened
     */
    public static ServerEndpoint open(Address address) throws IOException {
        return find(serverTransports(), ServerTransportProvider::scheme, address).open(address);
    }

    private static <P> P find(List<P> providers, Function<P, String> scheme, Address address) {
        return providers.stream().filter(p -> scheme.apply(p).equals(address.scheme())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(missing(address.scheme(), providers.stream()
                        .map(p -> scheme.apply(p) + ":").sorted().collect(Collectors.joining(", ")))));
    }

    /** The message for a scheme without a transport: the missing artifact, or the schemes that there are. */
    private static String missing(String scheme, String present) {
        String artifact = switch (scheme) {
            case "mem" -> "mem";
            case "unix", "unix-seqpacket", "fd" -> "unix";
            case "linux" -> "linux";
            default -> "";
        };
        return "no transport for '" + scheme + ":'; " + (artifact.isEmpty() ? "there is " + present
                : "add org.hexfuse:fuse-transport-" + artifact + " to the class path");
    }
}
