package org.hexfuse.transport.linux;

import java.io.IOException;
import java.util.LinkedHashMap;
import org.hexfuse.abi.Errno;
import org.hexfuse.testkit.UringSwitch;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract over io_uring, which returns no errno to who commits, and names that of a malformed reply to the caller. */
class UringTransportContractTest extends LinuxTransportContractTest {
    private UringSwitch on;

    @BeforeEach void turnOn() throws IOException {
        on = UringSwitch.turnOn();
    }

    @AfterEach
    @Override protected void end() throws Exception {
        try {
            super.end();
        } finally {
            if (on != null) {
                on.close();
            }
        }
    }

    @Override protected Address serverAddress() {
        Address address = super.serverAddress();
        var parameters = new LinkedHashMap<>(address.parameters());
        parameters.put("io_uring", "");
        return new Address(address.scheme(), address.path(), parameters);
    }

    @Override protected boolean refusesReplies() {
        return false;
    }

    @Override protected boolean refusesMessages() {
        return true;
    }

    @Override protected Errno errnoOfWrongSize() {
        return Errno.EINVAL;
    }
}
