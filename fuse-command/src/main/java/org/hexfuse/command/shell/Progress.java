package org.hexfuse.command.shell;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress bar of a copy, on a terminal only. Used by one thread. */
interface Progress extends AutoCloseable {
    /** Adds copied bytes. */
    void advance(long bytes);

    @Override void close();

    /** A bar for {@code total} bytes. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again without a terminal
    static Progress of(String task, long total) {
        if (System.console() == null) {
            return new Progress() {
                @Override public void advance(long bytes) {}

                @Override public void close() {}
            };
        }
        ProgressBar bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII).setUnit(" MiB", 1 << 20).setUpdateIntervalMillis(100).build();
        return new Progress() {
            @Override public void advance(long bytes) {
                bar.stepBy(bytes);
            }

            @Override public void close() {
                bar.close();
            }
        };
    }
}
