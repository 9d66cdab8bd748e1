package org.hexfuse.testkit.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Two logs in two columns, with equal lines beside each other.
 *
 * @param rows the rows, in order
 */
public record SideBySide(List<Row> rows) {
    /** The most lines of a log that are aligned: the table that aligns them has a cell for each pair. */
    private static final int MOST_LINES = 2000;

    /**
     * A row.
     *
     * @param left the line of the left log; empty where only the right one has a line
     * @param right the line of the right log, likewise
     */
    public record Row(String left, String right) {
        /** Whether both logs have the line. */
        public boolean isEqual() { return left.equals(right); }

        /** The row as a difference: {@code - line} of the left log, {@code + line} of the right one. */
        String difference() {
            return left.isEmpty() ? "+ " + right : "- " + left;
        }
    }

    /** Aligns two logs so that as many lines as possible are equal. */
    public static SideBySide of(List<?> left, List<?> right) {
        List<String> a = left.stream().map(Objects::toString).limit(MOST_LINES).toList();
        List<String> b = right.stream().map(Objects::toString).limit(MOST_LINES).toList();
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j)) ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        var rows = new ArrayList<Row>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                rows.add(new Row(a.get(i++), b.get(j++)));
            } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
                rows.add(new Row(a.get(i++), ""));
            } else {
                rows.add(new Row("", b.get(j++)));
            }
        }
        return new SideBySide(List.copyOf(rows));
    }

    /** The lines that only one log has: {@code - line} for the left one, {@code + line} for the right one. */
    public List<String> differences() {
        return rows.stream().filter(row -> !row.isEqual()).map(Row::difference).toList();
    }

    /** Two columns. */
    @Override public String toString() {
        int width = rows.stream().mapToInt(row -> row.left().length()).max().orElse(0);
        return rows.stream().map(row -> String.format("%-" + Math.max(width, 1) + "s %s %s\n", row.left(),
                row.isEqual() ? "|" : "*", row.right())).collect(Collectors.joining());
    }
}
