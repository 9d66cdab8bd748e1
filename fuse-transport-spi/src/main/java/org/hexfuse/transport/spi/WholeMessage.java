package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;

/**
 * Writes contiguous replies and notifications, header included, to a device handle, with the checks of {@code write(2)} on
 * {@code /dev/fuse}.
 */
public final class WholeMessage {
    private WholeMessage() {}

    /**
     * Writes one message.
     *
     * @param size the length of the message in bytes, which its header must state
     * @return OK; EINVAL if the message is malformed; or the errno of the device
     */
    public static Errno write(DeviceHandle handle, MemorySegment message, long size) {
        if (size < OutHeader.SIZE || OutHeader.LEN.getUnsigned(message, 0) != size) {
            return Errno.EINVAL;
        }
        return write(handle, OutHeader.UNIQUE.get(message), OutHeader.ERROR.get(message), message, OutHeader.SIZE,
                size - OutHeader.SIZE);
    }

    /**
     * Writes one message whose header was parsed already. If its memory cannot be read, the delivery fails and the exception is
     * rethrown.
     *
     * @param length the number of bytes after the header, which are in {@code memory} from {@code offset} on
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
