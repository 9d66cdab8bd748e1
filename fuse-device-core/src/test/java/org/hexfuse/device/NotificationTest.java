package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.hexfuse.abi.EntryInvalFlag;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.NotifyDeleteOut;
import org.hexfuse.abi.NotifyInvalEntryOut;
import org.hexfuse.abi.NotifyInvalInodeOut;
import org.hexfuse.abi.NotifyPollWakeupOut;
import org.hexfuse.abi.NotifyPruneOut;
import org.hexfuse.abi.NotifyRetrieveIn;
import org.hexfuse.abi.NotifyRetrieveOut;
import org.hexfuse.abi.NotifyStoreOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Segments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The notifications of a server, code by code. */
class NotificationTest {
    private final List<String> seen = new ArrayList<>();
    private Errno error = Errno.OK;
    private final TestKernel device = new TestKernel(ConnectionOptions.DEFAULT, new Sink()).initialize();

    /** Records its calls and returns the error that the test sets. */
    private final class Sink implements NotificationSink {
        private Errno record(String what) {
            seen.add(what);
            return error;
        }

        @Override public Errno pollWakeup(long kernelHandle) {
            return record("poll " + kernelHandle);
        }

        @Override public Errno invalidateNode(long node, long offset, long length) {
            return record("node " + node + " " + offset + " " + length);
        }

        @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
            return record("entry " + parent + " " + name + " " + expireOnly);
        }

        @Override public Errno delete(long parent, long child, Name name) {
            return record("delete " + parent + " " + child + " " + name);
        }

        @Override public Errno store(long node, long offset, Segments data) {
            byte[] bytes = new byte[(int) data.size()];
            data.copyTo(0, bytes, 0, bytes.length);
            return record("store " + node + " " + offset + " " + Arrays.toString(bytes));
        }

        @Override public long retrieve(long node, long offset, MemorySegment target) {
            if (record("retrieve " + node + " " + offset + " " + target.byteSize()) != Errno.OK) {
                throw FuseException.of(error);
            }
            long size = Math.min(5, target.byteSize());
            target.asSlice(0, size).fill((byte) 7);
            return size;
        }

        @Override public Errno incrementEpoch() {
            return record("epoch");
        }

        @Override public Errno prune(long[] nodes) {
            return record("prune " + Arrays.toString(nodes));
        }

        @Override public void ended() {
            seen.add("ended");
        }
    }

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    private Errno notification(NotifyCode code, MemorySegment body) {
        return device.write(message(0, code.code(), body));
    }

    private static MemorySegment named(int struct, String name) {
        MemorySegment body = zeros(struct + name.length() + 1);
        Name.of(name).copyTo(body, struct);
        return body;
    }

    private static MemorySegment retrieve(long unique, long node, long offset, int size) {
        MemorySegment body = zeros(NotifyRetrieveOut.SIZE);
        NotifyRetrieveOut.NOTIFY_UNIQUE.set(body, unique);
        NotifyRetrieveOut.NODEID.set(body, node);
        NotifyRetrieveOut.OFFSET.set(body, offset);
        NotifyRetrieveOut.SIZE_FIELD.set(body, size);
        return body;
    }

    @ParameterizedTest
    @EnumSource(NotifyCode.class) void areRejectedBeforeInitAndAfterAnAbort(NotifyCode code) {
        MemorySegment body = zeros(code.struct().map(struct -> struct.size()).orElse(0));
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.linux())) {
            assertThat(fresh.write(message(0, code.code(), body))).isEqualTo(Errno.EINVAL);
        }
        device.connection.abort();
        assertThat(notification(code, body)).isEqualTo(Errno.EINVAL);
        assertThat(seen).containsExactly("ended");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 10, 99, Integer.MIN_VALUE, Integer.MAX_VALUE}) void ofUnknownCodesAreRejected(
            int code) {
        assertThat(device.write(message(0, code, zeros(0)))).isEqualTo(Errno.EINVAL);
    }

    @ParameterizedTest
    @EnumSource(NotifyCode.class) void ofAWrongSizeAreRejected(NotifyCode code) {
        int struct = code.struct().map(s -> s.size()).orElse(0);
        for (int size = 0; size < struct; size++) {
            assertThat(notification(code, zeros(size))).isEqualTo(Errno.EINVAL);
        }
        assertThat(notification(code, zeros(struct + 3))).isEqualTo(Errno.EINVAL);
        assertThat(device.file.handle().reply(0, code.code(), 1L << 40).verdict()).isEqualTo(Errno.EINVAL);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Errno.class, names = {"ENOENT", "ENOTDIR", "EBUSY", "ENOTEMPTY"}) void returnTheErrorOfTheSink(
            Errno errno) {
        error = errno;
        assertThat(notification(NotifyCode.INVAL_ENTRY, entry("x"))).isEqualTo(errno);
    }

    @Test void pollWakesThePollersOfAHandle() {
        MemorySegment body = zeros(8);
        NotifyPollWakeupOut.KH.set(body, 77);
        assertThat(notification(NotifyCode.POLL, body)).isEqualTo(Errno.OK);
        assertThat(seen).containsExactly("poll 77");
    }

    @Test void pollersAreWokenOnAbort() {
        device.connection.abort();
        device.connection.abort();
        assertThat(seen).containsExactly("ended");
    }

    @Test void invalInodeInvalidatesAttributesAndData() {
        MemorySegment body = zeros(24);
        NotifyInvalInodeOut.INO.set(body, 9);
        NotifyInvalInodeOut.OFF.set(body, -1);
        NotifyInvalInodeOut.LEN.set(body, 100);
        assertThat(notification(NotifyCode.INVAL_INODE, body)).isEqualTo(Errno.OK);
        assertThat(seen).containsExactly("node 9 -1 100");
    }

    private static MemorySegment entry(String name) {
        MemorySegment body = named(NotifyInvalEntryOut.SIZE, name);
        NotifyInvalEntryOut.PARENT.set(body, 5);
        NotifyInvalEntryOut.NAMELEN.set(body, name.length());
        return body;
    }

    @Nested class InvalEntry {
        @Test void invalidatesOrExpiresADentry() {
            MemorySegment body = entry("abc");
            assertThat(notification(NotifyCode.INVAL_ENTRY, body)).isEqualTo(Errno.OK);
            NotifyInvalEntryOut.FLAGS.set(body, (int) EntryInvalFlag.EXPIRE_ONLY.mask());
            assertThat(notification(NotifyCode.INVAL_ENTRY, body)).isEqualTo(Errno.OK);
            assertThat(seen).containsExactly("entry 5 abc false", "entry 5 abc true");
        }

        @Test void requiresTheWholeName() {
            MemorySegment body = entry("abc");
            assertThat(notification(NotifyCode.INVAL_ENTRY, body.asSlice(0, body.byteSize() - 1)))
                    .isEqualTo(Errno.EINVAL);
            NotifyInvalEntryOut.NAMELEN.set(body, 2);
            assertThat(notification(NotifyCode.INVAL_ENTRY, body)).isEqualTo(Errno.EINVAL);
            NotifyInvalEntryOut.NAMELEN.set(body, -1);
            assertThat(notification(NotifyCode.INVAL_ENTRY, body)).isEqualTo(Errno.ENAMETOOLONG);
            assertThat(seen).isEmpty();
        }

        @Test void limitsTheNameToTheNegotiatedLength() {
            assertThat(notification(NotifyCode.INVAL_ENTRY, entry("n".repeat(1024)))).isEqualTo(Errno.OK);
            assertThat(notification(NotifyCode.INVAL_ENTRY, entry("n".repeat(1025)))).isEqualTo(Errno.ENAMETOOLONG);
            assertThat(notification(NotifyCode.INVAL_ENTRY, entry("n".repeat(5000)))).isEqualTo(Errno.ENAMETOOLONG);
            try (TestKernel roomy = new TestKernel(ConnectionOptions.DEFAULT, new Sink())) {
                MemorySegment out = TestKernel.initOut(InitFlag.MAX_PAGES.mask(), 2);
                InitOut.MAX_PAGES.set(out, (short) 2);
                roomy.write(reply(roomy.read(), out));
                MemorySegment longest = entry("n".repeat(4095));
                assertThat(roomy.write(message(0, NotifyCode.INVAL_ENTRY.code(), longest))).isEqualTo(Errno.OK);
                assertThat(roomy.write(message(0, NotifyCode.INVAL_ENTRY.code(), entry("n".repeat(4096)))))
                        .isEqualTo(Errno.ENAMETOOLONG);
            }
        }
    }

    @Test void deleteRemovesADentryOfANode() {
        MemorySegment body = named(NotifyDeleteOut.SIZE, "gone");
        NotifyDeleteOut.PARENT.set(body, 5);
        NotifyDeleteOut.CHILD.set(body, 6);
        NotifyDeleteOut.NAMELEN.set(body, 4);
        assertThat(notification(NotifyCode.DELETE, body)).isEqualTo(Errno.OK);
        NotifyDeleteOut.NAMELEN.set(body, 1025);
        assertThat(notification(NotifyCode.DELETE, body)).isEqualTo(Errno.ENAMETOOLONG);
        assertThat(seen).containsExactly("delete 5 6 gone");
    }

    @Test void storeCarriesData() {
        MemorySegment body = zeros(NotifyStoreOut.SIZE + 3);
        NotifyStoreOut.NODEID.set(body, 9);
        NotifyStoreOut.OFFSET.set(body, 100);
        NotifyStoreOut.SIZE_FIELD.set(body, 3);
        body.set(JAVA_BYTE, NotifyStoreOut.SIZE + 1, (byte) 42);
        assertThat(notification(NotifyCode.STORE, body)).isEqualTo(Errno.OK);
        NotifyStoreOut.SIZE_FIELD.set(body, 4);
        assertThat(notification(NotifyCode.STORE, body)).isEqualTo(Errno.EINVAL);
        NotifyStoreOut.SIZE_FIELD.set(body, 3);
        NotifyStoreOut.OFFSET.set(body, -1);
        assertThat(notification(NotifyCode.STORE, body)).isEqualTo(Errno.EINVAL);
        assertThat(seen).containsExactly("store 9 100 [0, 42, 0]");
    }

    @Test void storesBeyondTheLargestOffsetAreRejectedOrTruncated() {
        MemorySegment body = zeros(NotifyStoreOut.SIZE + 3);
        NotifyStoreOut.SIZE_FIELD.set(body, 3);
        NotifyStoreOut.OFFSET.set(body, Long.MAX_VALUE);
        assertThat(notification(NotifyCode.STORE, body)).isEqualTo(Errno.EINVAL);
        NotifyStoreOut.OFFSET.set(body, Long.MAX_VALUE - 2);
        assertThat(notification(NotifyCode.STORE, body)).isEqualTo(Errno.OK);
        assertThat(seen).containsExactly("store 0 " + (Long.MAX_VALUE - 2) + " [0, 0]");
    }

    @Nested class Retrieve {
        @Test void isRejectedBeyondTheLargestOffset() {
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(1, 9, Long.MAX_VALUE, 10))).isEqualTo(Errno.EINVAL);
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(1, 9, Long.MAX_VALUE - 1, 10))).isEqualTo(Errno.OK);
            assertThat(seen).containsExactly("retrieve 9 " + (Long.MAX_VALUE - 1) + " 1");
            device.read();
        }

        @Test void isFollowedByANotifyReply() {
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(4711, 9, 100, 50))).isEqualTo(Errno.OK);
            assertThat(seen).containsExactly("retrieve 9 100 50");
            Received data = device.read();
            assertThat(data.opcode()).isEqualTo(Opcode.NOTIFY_REPLY);
            assertThat(data.unique()).isEqualTo(4711);
            assertThat(data.node()).isEqualTo(9);
            assertThat(data.bytes().byteSize()).isEqualTo(40 + 40 + 5);
            assertThat(NotifyRetrieveIn.OFFSET.get(data.bytes(), 40)).isEqualTo(100);
            assertThat(NotifyRetrieveIn.SIZE_FIELD.get(data.bytes(), 40)).isEqualTo(5);
            assertThat(TestKernel.bytes(data.bytes().asSlice(80))).containsOnly(7);
            device.assertIdle();
            assertThat(device.write(reply(data))).isEqualTo(Errno.ENOENT);
        }

        @Test void isBoundedByMaxWrite() {
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(1, 9, 0, -1))).isEqualTo(Errno.OK);
            assertThat(seen).containsExactly("retrieve 9 0 4096");
            device.read();
        }

        @Test void returnsTheErrorThatTheSinkThrows() {
            error = Errno.ENOENT;
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(1, 9, 0, 10))).isEqualTo(Errno.ENOENT);
            assertThat(notification(NotifyCode.RETRIEVE, retrieve(1, 9, -1, 10))).isEqualTo(Errno.EINVAL);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        }

        @Test void getsEnoentFromASinkWithoutNodes() {
            try (TestKernel plain = TestKernel.of(KernelProfile.linux())) {
                assertThat(plain.write(message(0, NotifyCode.RETRIEVE.code(), retrieve(1, 9, 0, 10))))
                        .isEqualTo(Errno.ENOENT);
            }
        }

        @Test void doesNotAffectTheUniquesOfRequests() throws Exception {
            notification(NotifyCode.RETRIEVE, retrieve(4, 9, 0, 10));
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            assertThat(device.read().opcode()).isEqualTo(Opcode.NOTIFY_REPLY);
            Received request = device.read();
            assertThat(request.unique()).isEqualTo(4);
            assertThat(device.write(reply(request))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }
    }

    @Nested class Resend {
        @Test void requeuesAllSentRequestsFirstAndInOrder() throws Exception {
            Future<Errno> first = device.call(Opcode.UNLINK, 1);
            device.awaitPending(1);
            Future<Errno> second = device.call(Opcode.UNLINK, 2);
            device.awaitPending(2);
            Received one = device.read();
            Received two = device.read();
            Future<Errno> third = device.call(Opcode.UNLINK, 3);
            device.awaitPending(1);
            assertThat(notification(NotifyCode.RESEND, zeros(0))).isEqualTo(Errno.OK);
            Received oneAgain = device.read();
            Received twoAgain = device.read();
            assertThat(oneAgain.unique()).isEqualTo(one.unique() | Protocol.UNIQUE_RESEND);
            assertThat(twoAgain.unique()).isEqualTo(two.unique() | Protocol.UNIQUE_RESEND);
            assertThat(device.write(reply(one))).isEqualTo(Errno.ENOENT);
            device.write(reply(twoAgain));
            device.write(reply(oneAgain));
            device.write(reply(device.read()));
            for (Future<Errno> call : List.of(first, second, third)) {
                assertThat(outcome(call)).isEqualTo(Errno.OK);
            }
        }

        @Test void letsAnyCloneReadTheRequestAgain() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            device.read();
            DeviceFile clone = device.connection.openFile();
            assertThat(TestKernel.write(clone, message(0, NotifyCode.RESEND.code(), zeros(0)))).isEqualTo(Errno.OK);
            Received again = TestKernel.read(clone);
            assertThat(TestKernel.write(clone, reply(again))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void requeuesInterruptsAfterTheirRequests() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            device.read();
            device.interrupt();
            TestKernel.eventually(device::isReadable);
            notification(NotifyCode.RESEND, zeros(0));
            Received again = device.read();
            assertThat(again.opcode()).isEqualTo(Opcode.UNLINK);
            Received interrupt = device.read();
            assertThat(interrupt.unique()).isEqualTo(again.unique() | 1);
            device.write(reply(again));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }
    }

    @Test void incEpochInvalidatesAllDentries() {
        assertThat(notification(NotifyCode.INC_EPOCH, zeros(0))).isEqualTo(Errno.OK);
        assertThat(seen).containsExactly("epoch");
    }

    @Test void pruneDropsNodes() {
        MemorySegment body = zeros(NotifyPruneOut.SIZE + 16);
        NotifyPruneOut.COUNT.set(body, 2);
        body.set(JAVA_LONG_UNALIGNED, NotifyPruneOut.SIZE, 5);
        body.set(JAVA_LONG_UNALIGNED, NotifyPruneOut.SIZE + 8, 6);
        assertThat(notification(NotifyCode.PRUNE, body)).isEqualTo(Errno.OK);
        NotifyPruneOut.COUNT.set(body, 3);
        assertThat(notification(NotifyCode.PRUNE, body)).isEqualTo(Errno.EINVAL);
        NotifyPruneOut.COUNT.set(body, -1);
        assertThat(notification(NotifyCode.PRUNE, body)).isEqualTo(Errno.EINVAL);
        assertThat(seen).containsExactly("prune [5, 6]");
    }
}
