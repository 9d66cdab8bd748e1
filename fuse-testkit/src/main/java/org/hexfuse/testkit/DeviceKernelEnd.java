package org.hexfuse.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;

/** This project's own kernel end. */
final class DeviceKernelEnd implements KernelEnd {
    /** Short, since the contract also disconnects while a handler never returns. */
    private static final Duration DRAIN = Duration.ofMillis(100);

    private final FuseConnection connection;

    private DeviceKernelEnd(FuseConnection connection) {
        this.connection = connection;
    }

    static DeviceKernelEnd connect(Address address) throws IOException {
        return new DeviceKernelEnd(FuseConnection.mount(Transports.connect(address), NotificationSink.NONE,
                new ConnectionOptions(Duration.ofSeconds(5), Duration.ofSeconds(20), DRAIN,
                        ConnectionOptions.DEFAULT.profile())));
    }

    @Override public Errno lookup(String name) {
        return outcome(() -> node(name));
    }

    private long node(String name) {
        try (Request request = connection.newRequest(Opcode.LOOKUP, Protocol.ROOT_ID, Caller.KERNEL)
                .name(Name.of(name))) {
            connection.call(request);
            return EntryOut.NODEID.get(request.reply());
        }
    }

    @Override public byte[] read(String name, int length) {
        try (Request request = connection.newRequest(Opcode.READ, node(name), Caller.KERNEL).replyRoom(length)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), length);
            connection.call(request);
            return request.reply().asSlice(0, request.replySize()).toArray(JAVA_BYTE);
        }
    }

    @Override public Errno write(String name, byte[] data) {
        return outcome(() -> {
            try (Request request = connection.newRequest(Opcode.WRITE, node(name), Caller.KERNEL)) {
                WriteIn.SIZE_FIELD.set(request.arguments(), data.length);
                connection.call(request.data(MemorySegment.ofArray(data), 0, data.length));
            }
        });
    }

    private static Errno outcome(Runnable call) {
        try {
            call.run();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    @Override public int maxPayload() {
        return connection.negotiated().maxWriteData();
    }

    @Override public void close() {
        connection.close();
    }
}
