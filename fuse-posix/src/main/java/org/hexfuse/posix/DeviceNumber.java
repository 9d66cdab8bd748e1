package org.hexfuse.posix;

/** The number of the device that a device node represents, in the 32-bit encoding of the FUSE protocol. */
public final class DeviceNumber {
    private DeviceNumber() {}

    /**
     * The number of a device, as Linux's {@code new_encode_dev}.
     *
     * @param major at most 12 bits
     * @param minor at most 20 bits
     */
    public static int of(int major, int minor) {
        return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    }

    /** The major number, 12 bits. */
    public static int major(int device) {
        return (device & 0xfff00) >>> 8;
    }

    /** The minor number, 20 bits. */
    public static int minor(int device) {
        return (device & 0xff) | (device >>> 12 & 0xfff00);
    }
}
