package org.hexfuse.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class ShapesTest {
    @Test void structsOfOlderMinorsAreShorter() {
        assertThat(EntryOut.STRUCT.size(8)).isEqualTo(120);
        assertThat(EntryOut.STRUCT.size(9)).isEqualTo(128);
        assertThat(InitOut.STRUCT.size(4)).isEqualTo(8);
        assertThat(InitOut.STRUCT.size(5)).isEqualTo(24);
        assertThat(InitOut.STRUCT.size(22)).isEqualTo(24);
        assertThat(InitOut.STRUCT.size(23)).isEqualTo(64);
        assertThat(GetattrIn.STRUCT.size(8)).isZero();
    }

    @Test void setxattrIsShortUnlessItsExtensionWasSettled() {
        assertThat(Opcode.SETXATTR.argumentsSize(45, 0)).isEqualTo(8);
        assertThat(Opcode.SETXATTR.argumentsSize(45, InitFlag.SETXATTR_EXT.mask())).isEqualTo(16);
    }

    @Test void onlyForgetsAndNotifyReplyHaveNoReply() {
        var silent = EnumSet.allOf(Opcode.class);
        silent.removeIf(Opcode::expectsReply);
        assertThat(silent).containsExactlyInAnyOrder(Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.NOTIFY_REPLY);
    }

    @Test void createAnswersAnEntryAndAnOpenFile() {
        assertThat(Opcode.CREATE.replySize(45)).isEqualTo(144);
        assertThat(Opcode.CREATE.replySize(8)).isEqualTo(136);
    }

    @Test void unknownNumbersHaveNoName() {
        assertThat(Opcode.of(7)).isEmpty();
        assertThat(Opcode.of(-1)).isEmpty();
        assertThat(Opcode.of(Integer.MAX_VALUE)).isEmpty();
        assertThat(Errno.of(41)).isEmpty();
        assertThat(Errno.of(-2)).isEmpty();
        assertThat(Errno.orEio(512)).isEqualTo(Errno.EIO);
        assertThat(NotifyCode.of(10)).isEmpty();
        assertThat(FileType.ofMode(0)).isEmpty();
    }

    @Test void errorsHaveTheNumbersOfLinux() {
        assertThat(Errno.of(2)).contains(Errno.ENOENT);
        assertThat(Errno.ENOSYS.code()).isEqualTo(38);
        assertThat(Errno.ENOTEMPTY.message()).isEqualTo("Directory not empty");
    }

    @Test void anExceptionHasItsErrnoAndNoStackTrace() {
        assertThat(FuseException.of(Errno.ENOENT)).isNotSameAs(FuseException.of(Errno.ENOENT))
                .hasMessage("No such file or directory (ENOENT)").hasNoCause();
        assertThat(FuseException.of(Errno.ENOENT).getStackTrace()).isEmpty();
        assertThatThrownBy(() -> FuseException.of(Errno.OK)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void fieldsAreReadAtAnyAlignment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(64);
            AttrData.SIZE_FIELD.set(memory.asSlice(3), 7, 0x0102030405060708L);
            assertThat(AttrData.SIZE_FIELD.get(memory, 10)).isEqualTo(0x0102030405060708L);
            InHeader.TOTAL_EXTLEN.set(memory, 1, (short) 0xFFFF);
            assertThat(InHeader.TOTAL_EXTLEN.getUnsigned(memory, 1)).isEqualTo(0xFFFF);
        }
    }

    @Test void flagsAreShownByName() {
        assertThat(Flag.describe(0x21, OpenOutFlag.values())).isEqualTo("DIRECT_IO|NOFLUSH");
        assertThat(Flag.describe(0x1001, OpenOutFlag.values())).isEqualTo("DIRECT_IO|0x1000");
        assertThat(Flag.describe(0, OpenOutFlag.values())).isEqualTo("0");
    }
}
