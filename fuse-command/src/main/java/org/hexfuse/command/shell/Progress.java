package org.hexfuse.command.shell;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a terminal how far a copy is; elsewhere nothing. For one thread. */
interface Progress extends AutoCloseable {
    /** So many bytes more are copied. */
    void advance(long bytes);

    @Override void close();

    /** Shows the way to {@code total} bytes. */
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again where there is no terminal
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
