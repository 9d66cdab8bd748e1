package org.hexfuse.server.session;

import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;

/** The memory that a request and its reply take, which is reserved for them. */
final class MessageSizes {
    private static final int SMALL_REPLY = 320;
    private static final int LONGEST_LINK = 4096;
    /** Kernels have room for a page, which may be a list of ranges, whatever they request. */
    private static final int LEAST_IOCTL = 4096;

    private MessageSizes() {}

    /** The bytes of a request. */
    static long requestSize(Slot slot) {
        return InHeader.SIZE + slot.argumentsSize() + slot.rest().size();
    }

    /**
     * The most bytes of reply that a request can have. The size that it requests counts only up to the negotiated limits, so that no
     * number that a kernel sends sizes memory.
     */
    static long replyRoom(Slot slot, Limits limits) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (opcode == null || slot.argumentsSize() < GetxattrIn.SIZE
                || (opcode == Opcode.IOCTL && slot.argumentsSize() < IoctlIn.SIZE)
                || (opcode.argumentsSize(limits.minor(), limits.flags()) > slot.argumentsSize())) {
            return opcode == Opcode.READLINK ? LONGEST_LINK : SMALL_REPLY;
        }
        long data = switch (opcode) {
            case READ, READDIR, READDIRPLUS -> ReadIn.SIZE_FIELD.getUnsigned(slot.arguments(), 0);
            case IOCTL -> Math.max(LEAST_IOCTL, IoctlIn.OUT_SIZE.getUnsigned(slot.arguments(), 0));
            case GETXATTR, LISTXATTR -> GetxattrIn.SIZE_FIELD.getUnsigned(slot.arguments(), 0);
            default -> 0;
        };
        return SMALL_REPLY + Math.min(data, limits.maxPayload());
    }
}
