package org.hexfuse.abi;

/** The ioctls of {@code /dev/fuse}. */
public enum DeviceIoctl {
    /** Binds an open device to the connection of another one, whose descriptor is the argument, an {@code int}. */
    CLONE(0x8004E500),
    /** Registers a backing file, {@link BackingMap}, and returns its id. */
    BACKING_OPEN(0x4010E501),
    /** Closes a backing file by its id, an {@code int}. */
    BACKING_CLOSE(0x4004E502),
    /** Makes mounting wait for the reply to INIT. */
    SYNC_INIT(0xE503);

    /** The type of all ioctls. */
    public static final int MAGIC = 229;
    private final int request;

    DeviceIoctl(int request) {
        this.request = request;
    }

    /** The request number, unsigned. */
    public int request() {
        return request;
    }
}
