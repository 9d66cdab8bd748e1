package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;

/**
 * Brings replies and notifications that lie in memory as a whole, header included, to a device handle, with the checks that
 * a {@code write} to {@code /dev/fuse} makes.
 */
public final class WholeMessage {
    private WholeMessage() {}

    /**
     * Brings one message.
     *
     * @param size the bytes of the message, which its header must agree with
     * @return OK; EINVAL if that is no message; or what the device made of it
     */
    public static Errno write(DeviceHandle handle, MemorySegment message, long size) {
        if (size < OutHeader.SIZE || OutHeader.LEN.getUnsigned(message, 0) != size) {
            return Errno.EINVAL;
        }
        return write(handle, OutHeader.UNIQUE.get(message), OutHeader.ERROR.get(message), message, OutHeader.SIZE,
                size - OutHeader.SIZE);
    }

    /**
     * Brings one message whose header was taken apart. If the memory can't be read, the device is told and the exception of
     * the memory goes on to the caller.
     *
     * @param length the bytes behind the header, which lie in {@code memory} from {@code offset} on
     */
    public static Errno write(DeviceHandle handle, long unique, int error, MemorySegment memory, long offset,
            long length) {
        Delivery delivery = handle.reply(unique, error, length);
        if (delivery.verdict() != Errno.OK) {
            return delivery.verdict();
        }
        if (length > 0) {
            try {
                delivery.target().copyFrom(0, memory, offset, length);
            } catch (RuntimeException e) {
                delivery.failed();
                throw e;
            }
        }
        return delivery.delivered();
    }
}
