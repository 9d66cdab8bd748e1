package org.hexfuse.vfs.page;

/**
 * Contiguous dirty pages that were copied into a WRITE, see {@link DirtyPages#take}.
 *
 * @param id later runs of the file have higher ones
 * @param first the number of the first page
 * @param pages how many
 * @param length the bytes to write: less than whole pages at the end of the file
 */
public record DirtyRun(long id, long first, int pages, int length) {
    /** Where it begins, in bytes. */
    public long offset() {
        return first << Block.PAGE_SHIFT;
    }
}
