package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.IoctlIovec;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ioctl(2)} on files and directories. */
class IoctlTest {
    private static final int NONE = 'x' << 8 | 1;
    private static final int WRITE_8 = 1 << 30 | 8 << 16 | 'x' << 8 | 2;
    private static final int READ_8 = 2 << 30 | 8 << 16 | 'x' << 8 | 3;
    private static final int BOTH_8 = 3 << 30 | 8 << 16 | 'x' << 8 | 4;

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final List<byte[]> received = new ArrayList<>();
    private final List<Long> inSizes = new ArrayList<>();
    private final List<Long> outSizes = new ArrayList<>();
    private final List<Integer> flags = new ArrayList<>();

    @BeforeEach void fill() {
        server.file(server.root, "f");
        server.directory(server.root, "d");
    }

    private void note(Request request) {
        byte[] data = new byte[(int) request.data().size()];
        request.data().copyTo(0, data, 0, data.length);
        received.add(data);
        inSizes.add(IoctlIn.IN_SIZE.getUnsigned(request.arguments(), 0));
        outSizes.add(IoctlIn.OUT_SIZE.getUnsigned(request.arguments(), 0));
        flags.add(IoctlIn.FLAGS.get(request.arguments()));
    }

    private void answer(int result, byte... data) {
        server.answers.put(Opcode.IOCTL, request -> {
            note(request);
            return reply(request, result, 0, 0, 0, data);
        });
    }

    private static int reply(Request request, int result, long flags, int ins, int outs, byte... data) {
        MemorySegment out = request.reply();
        IoctlOut.RESULT.set(out, result);
        IoctlOut.FLAGS.set(out, (int) flags);
        IoctlOut.IN_IOVS.set(out, ins);
        IoctlOut.OUT_IOVS.set(out, outs);
        MemorySegment.copy(data, 0, out, JAVA_BYTE, IoctlOut.SIZE, data.length);
        return IoctlOut.SIZE + data.length;
    }

    @Test void aCommandWithoutDataCarriesItsArgumentOnly() {
        answer(42);
        try (OpenFile file = vfs.open("/f")) {
            assertThat(file.ioctl(NONE, 77L)).isEqualTo(42);
        }
        assertThat(received.getFirst()).isEmpty();
        assertThat(flags).containsExactly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {WRITE_8, READ_8, BOTH_8}) void aCommandEncodesSizeAndDirection(int command) {
        boolean writes = (command & 1 << 30) != 0;
        boolean reads = (command & 1 << 31) != 0;
        answer(0, reads ? new byte[]{9, 8, 7} : new byte[0]);
        byte[] memory = {1, 2, 3, 4, 5, 6, 7, 8, 99};
        try (OpenFile file = vfs.open("/f")) {
            assertThat(file.ioctl(command, MemorySegment.ofArray(memory))).isZero();
        }
        assertThat(inSizes).containsExactly(writes ? 8L : 0L);
        assertThat(outSizes).containsExactly(reads ? 8L : 0L);
        assertThat(received.getFirst()).isEqualTo(writes ? new byte[]{1, 2, 3, 4, 5, 6, 7, 8} : new byte[0]);
        assertThat(memory).startsWith(reads ? new byte[]{9, 8, 7, 4} : new byte[]{1, 2, 3, 4}).endsWith(8, 99);
    }

    @Test void anInvalidAddressIsEfault() {
        answer(0);
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EFAULT, () -> file.ioctl(READ_8, 77L));
            assertFails(Errno.EFAULT, () -> file.ioctl(READ_8, MemorySegment.ofArray(new byte[7])));
        }
        assertThat(server.count(Opcode.IOCTL)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-22,EINVAL", "-25,ENOTTY", "-4095,EIO"}) void aSmallNegativeResultIsAnError(int result, Errno errno) {
        answer(result);
        try (OpenFile file = vfs.open("/f")) {
            assertFails(errno, () -> file.ioctl(NONE, 0));
        }
    }

    @Test void aLargeNegativeResultIsAResult() {
        answer(-4096);
        try (OpenFile file = vfs.open("/f")) {
            assertThat(file.ioctl(NONE, 0)).isEqualTo(-4096);
        }
    }

    @Test void enosysIsEnottyAndIsNotRemembered() {
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.ENOTTY, () -> file.ioctl(NONE, 0));
            assertFails(Errno.ENOTTY, () -> file.ioctl(NONE, 0));
        }
        assertThat(server.count(Opcode.IOCTL)).isEqualTo(2);
    }

    @Test void aFilesystemMustNotReplyRetry() {
        server.answers.put(Opcode.IOCTL, request -> reply(request, 0, IoctlFlag.RETRY.mask(), 1, 0, new byte[16]));
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EIO, () -> file.ioctl(WRITE_8, MemorySegment.ofArray(new byte[8])));
        }
    }

    @Test void aReplyLongerThanTheCommandEncodesIsEio() {
        answer(0, new byte[9]);
        byte[] memory = new byte[20];
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EIO, () -> file.ioctl(READ_8, MemorySegment.ofArray(memory)));
        }
    }

    @Test void onADirectorySetsItsFlag() {
        answer(5);
        try (OpenDirectory directory = vfs.opendir("/d")) {
            assertThat(directory.ioctl(NONE, 1L)).isEqualTo(5);
            assertThat(directory.ioctl(WRITE_8, MemorySegment.ofArray(new byte[8]))).isEqualTo(5);
        }
        assertThat(flags).containsOnly((int) IoctlFlag.DIR.mask());
    }

    @Test void onADirectoryNeedsMinor18() {
        server.minor = 17;
        answer(5);
        try (OpenDirectory directory = vfs.opendir("/d"); OpenFile file = vfs.open("/f")) {
            assertFails(Errno.ENOTTY, () -> directory.ioctl(NONE, 1L));
            assertThat(file.ioctl(NONE, 1L)).isEqualTo(5);
        }
    }

    @Test void onAClosedFileIsEbadf() {
        OpenFile file = vfs.open("/f");
        file.close();
        assertFails(Errno.EBADF, () -> file.ioctl(NONE, 0));
    }

    /** The memory of a program: each byte is the lowest byte of its address. */
    private static final class Program implements UserMemory {
        final List<String> writes = new ArrayList<>();

        @Override public void read(long address, MemorySegment target) {
            if (address == 0) {
                throw FuseException.of(Errno.EFAULT);
            }
            for (long i = 0; i < target.byteSize(); i++) {
                target.set(JAVA_BYTE, i, (byte) (address + i));
            }
        }

        @Override public void write(long address, MemorySegment source) {
            writes.add(address + ":" + source.byteSize() + ":" + source.get(JAVA_BYTE, 0));
        }
    }

    private static byte[] ranges(long... basesAndLengths) {
        var bytes = new byte[basesAndLengths.length * Long.BYTES];
        var list = MemorySegment.ofArray(bytes);
        for (int i = 0; i < basesAndLengths.length; i += 2) {
            IoctlIovec.BASE.set(list, (long) i * Long.BYTES, basesAndLengths[i]);
            IoctlIovec.LEN.set(list, (long) i * Long.BYTES, basesAndLengths[i + 1]);
        }
        return bytes;
    }

    /** Replies RETRY once with {@code ranges}, then {@code data}. */
    private void askAgain(int ins, int outs, byte[] ranges, byte... data) {
        server.answers.put(Opcode.IOCTL, request -> {
            note(request);
            return received.size() == 1
                    ? reply(request, 0, IoctlFlag.RETRY.mask(), ins, outs, ranges)
                    : reply(request, 3, 0, 0, 0, data);
        });
    }

    @Test void aServerOfDevicesRepliesRetryWithRanges() {
        askAgain(2, 2, ranges(10, 3, 50, 2, 100, 2, 200, 5), (byte) 1, (byte) 2, (byte) 3);
        var program = new Program();
        try (OpenFile file = vfs.open("/f")) {
            assertThat(file.ioctl(NONE, 10, program)).isEqualTo(3);
        }
        assertThat(flags).containsOnly((int) IoctlFlag.UNRESTRICTED.mask());
        assertThat(inSizes).containsExactly(0L, 5L);
        assertThat(outSizes).containsExactly(0L, 7L);
        assertThat(received.get(1)).isEqualTo(new byte[]{10, 11, 12, 50, 51});
        assertThat(program.writes).containsExactly("100:2:1", "200:1:3");
    }

    @Test void aPartialListOfRangesIsEio() {
        askAgain(1, 1, ranges(10, 3));
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EIO, () -> file.ioctl(NONE, 10, new Program()));
        }
    }

    @ParameterizedTest
    @CsvSource({"257,0", "0,257", "129,128", "-1,2", "2147483647,2147483647"}) void tooManyRangesAreEnomem(int ins,
            int outs) {
        askAgain(ins, outs, new byte[16]);
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.ENOMEM, () -> file.ioctl(NONE, 10, new Program()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {8193, 1L << 31, Long.MAX_VALUE, -1}) void rangesThatDoNotFitIntoAMessageAreEnomem(
            long length) {
        try (OpenFile file = vfs.open("/f")) {
            askAgain(1, 0, ranges(1, length));
            assertFails(Errno.ENOMEM, () -> file.ioctl(NONE, 10, new Program()));
            received.clear();
            askAgain(0, 2, ranges(1, length, 1, length));
            assertFails(Errno.ENOMEM, () -> file.ioctl(NONE, 10, new Program()));
        }
    }

    @Test void aRangeOutsideTheProgramsMemoryIsEfault() {
        askAgain(1, 0, ranges(0, 8));
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EFAULT, () -> file.ioctl(NONE, 10, new Program()));
        }
    }

    @Test void anInterruptEndsEndlessRetries() {
        server.answers.put(Opcode.IOCTL, request -> {
            if (server.count(Opcode.IOCTL) == 5) {
                Thread.currentThread().interrupt();
            }
            return reply(request, 0, IoctlFlag.RETRY.mask(), 0, 0);
        });
        try (OpenFile file = vfs.open("/f")) {
            assertFails(Errno.EINTR, () -> file.ioctl(NONE, 10, new Program()));
        }
        assertThat(Thread.interrupted()).isTrue();
    }
}
