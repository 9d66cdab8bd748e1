package org.hexfuse.examples.memory;

/** A device, a FIFO or a socket; the kernel implements its I/O. */
final class SpecialFile extends Inode {
    private final int device;

    SpecialFile(Birth birth, int device) {
        super(birth, 1);
        this.device = device;
    }

    @Override int device() {
        return device;
    }

    @Override long size() {
        return 0;
    }

    @Override void discardContent() {
        // There is no content.
    }
}
