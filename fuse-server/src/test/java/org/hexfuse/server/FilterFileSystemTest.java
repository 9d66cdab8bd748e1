package org.hexfuse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.filter.LoggingFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;

@Timeout(60) class FilterFileSystemTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private FuseServer server;
    private FuseConnection kernel;

    private void serve(FuseFileSystem fileSystem) throws IOException {
        server = FuseServer.serve(fileSystem).at(Address.parse("mem:")).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT);
    }

    @AfterEach void end() {
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Errno call(Opcode opcode, UnaryOperator<Request> fill) {
        try (Request request = fill.apply(kernel.newRequest(opcode, 1, ANNA))) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private int list() {
        try (Request request = kernel.newRequest(Opcode.READDIR, 1, ANNA).replyRoom(4096)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), 4096);
            kernel.call(request);
            return (int) request.replySize();
        }
    }

    /** One file, and a directory without it. */
    private static class OneFile implements FuseFileSystem {
        final ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        boolean empty;

        @Override public Entry lookup(Lookup op) {
            return Entry.of(2, Attr.file(0444, 3));
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Attr setattr(SetAttr op) {
            op.mtime().ifPresent(seen::add);
            return Attr.directory(0755);
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            if (!empty) {
                out.add("f", 2, FileType.REGULAR);
            }
        }

        @Override public void read(Read op, DataReply out) {
            seen.add(op.size());
            out.writeSlice(new byte[3], op.offset());
        }

        @Override public int write(Write op) {
            return op.size();
        }
    }

    @Test void everyMethodOfTheInterfaceIsDelegated() {
        for (Method method : FuseFileSystem.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                assertThat(Arrays.stream(FilterFileSystem.class.getDeclaredMethods()))
                        .as(method.toString()).anyMatch(own -> own.getName().equals(method.getName())
                                && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
            }
        }
    }

    @Test void aWrappedFilesystemBehavesAsUnwrapped() throws Exception {
        serve(new FilterFileSystem(new OneFile()) {});
        assertThat(call(Opcode.LOOKUP, request -> request.name(Name.of("f")))).isEqualTo(Errno.OK);
        assertThat(list()).isPositive();
        assertThat(kernel.negotiated().has(InitFlag.DO_READDIRPLUS)).isFalse();
    }

    @Test void capabilitiesAreThoseOfTheDelegate() throws Exception {
        serve(new FilterFileSystem(new FilterFileSystem(new OneFile() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.READDIRPLUS);
            }

            @Override public void readdirplus(ReadDir op, DirPlusReply out) {}
        }) {}) {});
        assertThat(kernel.negotiated().has(InitFlag.DO_READDIRPLUS)).isTrue();
        assertThat(kernel.negotiated().has(InitFlag.POSIX_LOCKS)).isFalse();
    }

    @Test void aReadOnlyFilesystemRefusesChanges() throws Exception {
        serve(new ReadOnlyFileSystem(new OneFile()));
        assertThat(call(Opcode.LOOKUP, request -> request.name(Name.of("f")))).isEqualTo(Errno.OK);
        assertThat(call(Opcode.SETATTR, request -> request)).isEqualTo(Errno.EROFS);
        assertThat(call(Opcode.UNLINK, request -> request.name(Name.of("f")))).isEqualTo(Errno.EROFS);
        assertThat(call(Opcode.OPEN, request -> {
            OpenIn.FLAGS.set(request.arguments(), 1);
            return request;
        })).isEqualTo(Errno.EROFS);
        assertThat(call(Opcode.OPEN, request -> request)).isEqualTo(Errno.OK);
    }

    @Test void operationsAreLogged() throws Exception {
        var logger = mock(Logger.class);
        serve(new LoggingFileSystem(new OneFile(), logger));
        call(Opcode.LOOKUP, request -> request.name(Name.of("f")));
        verify(logger, atLeastOnce()).info(anyString(), any(Object.class));
    }

    @Test void anEmptyDirectoryHasDotAndDotDot() throws Exception {
        var fileSystem = new OneFile();
        fileSystem.empty = true;
        serve(fileSystem);
        assertThat(list()).isEqualTo(Dirent.recordSize(1) + Dirent.recordSize(2));
    }

    @Test void aReaddirplusThatFailsCountsNoLookups() throws Exception {
        var forgotten = new ConcurrentLinkedQueue<Long>();
        serve(new FuseFileSystem() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.READDIRPLUS);
            }

            @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException {
                out.add(Name.of("a"), Entry.of(7, Attr.file(0444, 0)), 1);
                out.add(Name.of("b"), Entry.of(8, Attr.file(0444, 0)), 2);
                throw new IOException("the disk is gone");
            }

            @Override public void forget(Forget op) {
                forgotten.add(op.node());
            }
        });
        assertThat(call(Opcode.READDIRPLUS, request -> {
            ReadIn.SIZE_FIELD.set(request.arguments(), 4096);
            return request.replyRoom(4096);
        })).isEqualTo(Errno.EIO);
        assertThat(forgotten).containsExactlyInAnyOrder(7L, 8L);
    }

    @ParameterizedTest
    @EnumSource(names = {"OVER_IO_URING", "PASSTHROUGH", "SPLICE_READ", "SPLICE_WRITE", "SPLICE_MOVE",
        "REQUEST_TIMEOUT", "DO_READDIRPLUS", "POSIX_LOCKS", "FLOCK_LOCKS", "ALLOW_IDMAP",
        "SUBMOUNTS"}) void aFlagThatTheServerCannotServeCannotBeEnabled(InitFlag flag) throws Exception {
        var refusal = new ConcurrentLinkedQueue<String>();
        serve(new OneFile() {
            @Override public void init(InitNegotiation negotiation) {
                try {
                    negotiation.enable(flag);
                } catch (IllegalArgumentException e) {
                    refusal.add(e.getMessage());
                }
            }
        });
        assertThat(refusal).hasSize(1).allMatch(text -> text.startsWith(flag + " cannot be enabled: "));
    }

    @Test void limitsReturnTheValueThatWasSet() throws Exception {
        var holds = new ConcurrentLinkedQueue<Integer>();
        serve(new OneFile() {
            @Override public void init(InitNegotiation negotiation) {
                holds.add(negotiation.maxWrite(1));
                holds.add(negotiation.maxBackground(1 << 20));
                holds.add(negotiation.timeGranularity(0));
            }
        });
        assertThat(holds).containsExactly(4096, 65535, 1);
    }

    @Test void timesBeyondInstantAreKept() throws Exception {
        var fileSystem = new OneFile();
        serve(fileSystem);
        for (long seconds : new long[]{Long.MAX_VALUE, Long.MIN_VALUE, 31_556_889_864_403_200L}) {
            assertThat(call(Opcode.SETATTR, request -> {
                SetattrIn.VALID.set(request.arguments(), 1 << 5);
                SetattrIn.MTIME.set(request.arguments(), seconds);
                return request;
            })).isEqualTo(Errno.OK);
            assertThat(fileSystem.seen.poll()).isEqualTo(new Timespec(seconds, 0));
        }
        assertThat(call(Opcode.SETATTR, request -> {
            SetattrIn.VALID.set(request.arguments(), 1 << 5);
            SetattrIn.MTIMENSEC.set(request.arguments(), 1_000_000_000);
            return request;
        })).isEqualTo(Errno.EINVAL);
    }

    @Test void aSizeOfAReadIsNeverNegative() throws Exception {
        var fileSystem = new OneFile();
        serve(fileSystem);
        call(Opcode.READ, request -> {
            ReadIn.SIZE_FIELD.set(request.arguments(), 0x80000000);
            return request.replyRoom(4096);
        });
        assertThat((int) fileSystem.seen.poll()).isPositive();
    }
}
