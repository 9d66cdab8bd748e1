package org.hexfuse.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageFormatTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[4096]);

    private String request(Opcode opcode, int argumentsSize, byte[] rest) {
        InHeader.OPCODE.set(memory, opcode.code());
        InHeader.UNIQUE.set(memory, 42);
        InHeader.NODEID.set(memory, 1);
        MemorySegment.copy(rest, 0, memory, java.lang.foreign.ValueLayout.JAVA_BYTE, 1000, rest.length);
        return MessageFormat.request(memory, memory.asSlice(InHeader.SIZE), argumentsSize, memory, 1000, rest.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test void namesAreQuoted() {
        assertThat(request(Opcode.LOOKUP, 0, ascii("a\"\n\0")))
                .isEqualTo("LOOKUP unique=42 node=1 uid=0 gid=0 pid=0 \"a\\\"\\x0a\"");
        assertThat(request(Opcode.LOOKUP, 0, new byte[]{(byte) 0xFF, 0})).endsWith("\"\\xff\"");
    }

    @Test void structsAreShownFieldByField() {
        MkdirIn.MODE.set(memory, InHeader.SIZE, 0755);
        MkdirIn.UMASK.set(memory, InHeader.SIZE, 022);
        assertThat(request(Opcode.MKDIR, 8, ascii("d\0"))).endsWith("mode=0755 umask=022 \"d\"");
    }

    @Test void bulkDataIsCountedOnly() {
        assertThat(request(Opcode.WRITE, 40, ascii("hello"))).endsWith("+ 5 bytes");
    }

    @Test void aReplyShowsItsErrorOrItsStructs() {
        OpenOut.FH.set(memory, 7);
        OpenOut.OPEN_FLAGS.set(memory, 1);
        assertThat(MessageFormat.reply(Opcode.OPEN.code(), 4, Errno.OK, memory, 16, 0))
                .isEqualTo("OPEN unique=4 OK fh=7 open_flags=DIRECT_IO backing_id=0");
        assertThat(MessageFormat.reply(Opcode.OPEN.code(), 4, Errno.ENOENT, memory, 0, 0))
                .isEqualTo("OPEN unique=4 ENOENT");
        assertThat(MessageFormat.reply(Opcode.READ.code(), 4, Errno.OK, memory, 0, 99))
                .isEqualTo("READ unique=4 OK + 99 bytes");
    }

    @Test void garbageGivesOneLineAndNoException() {
        var random = new Random(7);
        byte[] bytes = new byte[512];
        for (int i = 0; i < 20_000; i++) {
            random.nextBytes(bytes);
            MemorySegment garbage = MemorySegment.ofArray(bytes);
            InHeader.OPCODE.set(garbage, random.nextInt(60));
            int arguments = random.nextInt(100);
            String line = MessageFormat.request(garbage, garbage.asSlice(40), arguments, garbage, 40 + arguments,
                    random.nextInt(512 - 40 - arguments));
            assertThat(line.chars()).noneMatch(Character::isISOControl);
            MessageFormat.reply(random.nextInt(60), random.nextLong(), Errno.OK, garbage, random.nextInt(300), 3);
        }
    }
}
