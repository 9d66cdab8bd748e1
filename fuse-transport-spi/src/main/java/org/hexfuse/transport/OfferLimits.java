package org.hexfuse.transport;

/**
 * A {@linkplain KernelLink#feature feature} of links to servers that cannot take all that the kernel offers: upper bounds of INIT and
 * of READ.
 *
 * @param minor the highest minor version that INIT offers
 * @param flags the masks of the {@link org.hexfuse.abi.InitFlag}s that may be offered and accepted
 * @param maxRead the most data of one READ, in bytes of whole pages, as the mount option {@code max_read} of Linux
 */
public record OfferLimits(int minor, long flags, int maxRead) {
    private static final int PAGE = 4096;

    /** No limits. */
    public static final OfferLimits NONE = new OfferLimits(Integer.MAX_VALUE, -1L, Integer.MAX_VALUE / PAGE * PAGE);

    /** Checks the numbers. */
    public OfferLimits {
        if (minor < 0 || maxRead < PAGE || maxRead % PAGE != 0) {
            throw new IllegalArgumentException("a minor version of " + minor + ", READs of " + maxRead + " bytes");
        }
    }
}
