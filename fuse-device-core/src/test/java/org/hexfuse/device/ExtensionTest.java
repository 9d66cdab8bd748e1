package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.junit.jupiter.api.Test;

/** The extensions of a request, which follow its names. */
class ExtensionTest {
    private final Request request = new Request(_ -> {}).start(Opcode.UNLINK, 1, Caller.KERNEL, 45, 0);

    private int units() {
        return InHeader.TOTAL_EXTLEN.getUnsigned(request.head(), 0);
    }

    @Test void isCountedInUnitsOfEightBytesAndInTheLength() {
        request.name(Name.of("abc")).extension(MemorySegment.ofArray(new byte[8]));
        assertThat(units()).isEqualTo(1);
        request.extension(MemorySegment.ofArray(new byte[24]));
        assertThat(units()).isEqualTo(4);
        assertThat(request.size()).isEqualTo(40 + 4 + 32);
    }

    @Test void isDroppedWhenTheRequestIsRecycled() {
        request.extension(MemorySegment.ofArray(new byte[8])).start(Opcode.UNLINK, 1, Caller.KERNEL, 45, 0);
        assertThat(units()).isZero();
        assertThat(request.size()).isEqualTo(40);
    }

    @Test void mustBeAMultipleOfEightBytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.extension(MemorySegment.ofArray(new byte[12])));
    }

    @Test void fitsAfterTwoNamesOfTheMaximumLength() {
        Name longest = Name.of("n".repeat(4095));
        request.start(Opcode.SYMLINK, 1, Caller.KERNEL, 45, 0).name(longest).name(longest);
        request.extension(MemorySegment.ofArray(new byte[8])).extension(MemorySegment.ofArray(new byte[16]));
        assertThat(request.size()).isEqualTo(40 + 2 * 4096 + 24);
        assertThat(request.opcode()).isEqualTo(Opcode.SYMLINK);
        assertThat(Name.of(request.head(), 40, 4095)).isEqualTo(longest);
    }
}
