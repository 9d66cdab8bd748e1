package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.OfferLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses of servers to start. */
class ExecAddressTest {
    private static ExecAddress parse(String text) {
        return ExecAddress.parse(Address.parse(text));
    }

    @Test void theCommandIsSplitAsAShellSplitsIt() {
        assertThat(parse("exec:sshfs -o 'ssh_command=a b' \"x \\\"y\\\"\" one\\ word host: {}").command(7))
                .containsExactly(
                        "sshfs", "-o", "ssh_command=a b", "x \"y\"", "one word", "host:", "/dev/fd/7");
    }

    @Test void nothingElseOfAShellIsRead() {
        assertThat(parse("exec:a $HOME * ; > | & '' {}").command(3)).containsExactly("a", "$HOME", "*", ";", ">", "|",
                "&",
                "", "/dev/fd/3");
    }

    @Test void thePlaceOfTheDeviceMayBeWithinAWord() {
        assertThat(parse("exec:/usr/bin/serve --at={} -x").command(12)).containsExactly("/usr/bin/serve",
                "--at=/dev/fd/12", "-x");
    }

    @Test void parametersFollowAQuestionMark() {
        ExecAddress address = parse(
                "exec:serve %3F%25 {}?minor=13&without=splice_read,Async_Read&max_read=130000&grace=0.5&buffer=65536");
        assertThat(address.command(3)).containsExactly("serve", "?%", "/dev/fd/3");
        assertThat(address.grace()).isEqualTo(Duration.ofMillis(500));
        assertThat(address.options().buffer()).hasValue(65536);
        assertThat(address.offer().minor()).isEqualTo(13);
        assertThat(address.offer().maxRead()).as("whole pages").isEqualTo(31 * 4096);
        assertThat(InitFlag.ASYNC_READ.in(address.offer().flags())).isFalse();
        assertThat(InitFlag.DONT_MASK.in(address.offer().flags())).isTrue();
    }

    @Test void theFlagsOfInitMayBeNamed() {
        assertThat(parse("exec:a {}?flags=dont_mask,max_pages,init_ext&without=init_ext").offer().flags())
                .isEqualTo(InitFlag.DONT_MASK.mask() | InitFlag.MAX_PAGES.mask());
        assertThat(parse("exec:a {}?flags=").offer().flags()).isZero();
    }

    @Test void withoutParametersAllIsOfferedAndReadsAreAsLongAsOnePacketOfSplicedPages() {
        assertThat(parse("exec:a {}").offer())
                .isEqualTo(new OfferLimits(OfferLimits.NONE.minor(), OfferLimits.NONE.flags(), 57344));
    }

    @Test void theArgumentsAreNotShown() {
        assertThat(parse("exec:/usr/bin/sshfs -o password=secret {}")).hasToString("exec:sshfs");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"exec:|needs a command with {}",
        "exec:sshfs host:|needs a command with {}",
        "exec:{}|needs a command with {}", "exec:a \"b {}|the quote in front of 'b {}' does not end",
        "exec:a %00 {}|has no character 0", "exec:a {}?minor=8|'minor' is a number from 9 to",
        "exec:a {}?minor=99|'minor' is a number from 9 to", "exec:a {}?max_read=1|'max_read' is a number from 4096",
        "exec:a {}?max_read=2000000|'max_read' is a number from 4096",
        "exec:a {}?without=nothing|'nothing' is no flag of INIT", "exec:a {}?grace=x|'grace' is a number of seconds",
        "exec:a {}?any_user|knows no parameter 'any_user'"}) void refusesAnAddress(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message).hasMessageNotContaining("\n");
    }
}
