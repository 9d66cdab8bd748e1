package org.hexfuse.nio.path;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Objects;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.mount.NioMount;
import org.hexfuse.nio.watch.DirectoryWatchService;

/**
 * A path of Linux. Immutable; any thread may call any method.
 *
 * <p>It keeps its text and the absolute path that the VFS takes, so that a call makes no strings.
 */
public final class HexfusePath implements Path {
    private static final String ROOT = "/";

    private final NioMount mount;
    private final String text;
    /** Where each name starts; null until it is first needed. */
    private volatile int[] starts;
    /** The absolute path, with "." and ".." as they are; null until it is first needed. */
    private String absolute;

    private HexfusePath(NioMount mount, String text) {
        this.mount = mount;
        this.text = text;
    }

    /** The path of any text. */
    public static HexfusePath of(NioMount mount, String first, String... more) {
        String text = PathText.of(first);
        for (String next : more) {
            text = PathText.join(text, unrooted(PathText.of(next), text.isEmpty()));
        }
        return new HexfusePath(mount, text);
    }

    /** What follows something is relative to it, slash or not. */
    private static String unrooted(String text, boolean first) {
        return first || !isAbsolute(text) ? text : text.substring(1);
    }

    /** A path as one of this provider. */
    public static HexfusePath of(Path path) {
        if (path instanceof HexfusePath ours) {
            return ours;
        }
        Objects.requireNonNull(path);
        throw new ProviderMismatchException(path.getClass().getName() + " is not a path of the provider hexfuse");
    }

    private HexfusePath with(String normalised) {
        return new HexfusePath(mount, normalised);
    }

    /** A name in this directory. */
    public HexfusePath child(String name) {
        return with(PathText.join(text, name));
    }

    /** A path of any text in the same filesystem. */
    public HexfusePath sibling(String other) {
        return of(mount, other);
    }

    /** The mount that it is a path of. */
    public NioMount mount() {
        return mount;
    }

    /** The path for the VFS: absolute. */
    public String linux() {
        String cached = absolute;
        if (cached == null) {
            cached = isAbsolute() ? text : PathText.join(mount.directory(), text);
            absolute = cached;
        }
        return cached;
    }

    /** The file, for a call; {@code follow} for the file of a symbolic link rather than the link. */
    public Location location(boolean follow) {
        return Location.of(mount, linux(), text, follow);
    }

    @Override public FileSystem getFileSystem() { return mount.fileSystem(); }

    @Override public boolean isAbsolute() { return isAbsolute(text); }

    private static boolean isAbsolute(String text) {
        return !text.isEmpty() && text.charAt(0) == '/';
    }

    private int[] starts() {
        int[] known = starts;
        if (known == null) {
            known = PathText.starts(text);
            starts = known;
        }
        return known;
    }

    /** The name with an index. */
    private String name(int index) {
        int[] all = starts();
        return text.substring(all[index], end(all, index));
    }

    /** Where the name with an index ends. */
    private int end(int[] all, int index) {
        return index + 1 < all.length ? all[index + 1] - 1 : text.length();
    }

    @Override public HexfusePath getRoot() { return isAbsolute() ? with(ROOT) : null; }

    @Override public HexfusePath getFileName() {
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            return this;
        }
        return text.length() == 1 ? null : with(text.substring(slash + 1));
    }

    @Override public HexfusePath getParent() {
        int slash = text.lastIndexOf('/');
        if (slash < 0 || text.length() == 1) {
            return null;
        }
        return with(slash == 0 ? ROOT : text.substring(0, slash));
    }

    @Override public int getNameCount() { return starts().length; }

    @Override public HexfusePath getName(int index) {
        if (index < 0 || index >= getNameCount()) {
            throw new IllegalArgumentException(index + " of " + getNameCount() + " names");
        }
        return with(name(index));
    }

    @Override public HexfusePath subpath(int beginIndex, int endIndex) {
        int[] all = starts();
        if (beginIndex < 0 || endIndex > all.length || beginIndex >= endIndex) {
            throw new IllegalArgumentException(beginIndex + " to " + endIndex + " of " + all.length + " names");
        }
        return with(text.substring(all[beginIndex], end(all, endIndex - 1)));
    }

    private boolean isOfThisMount(Path other) {
        return other instanceof HexfusePath ours && ours.mount == mount;
    }

    @Override public boolean startsWith(Path other) {
        if (!isOfThisMount(Objects.requireNonNull(other))) {
            return false;
        }
        String start = ((HexfusePath) other).text;
        if (start.isEmpty() || text.isEmpty()) {
            return start.isEmpty() && text.isEmpty();
        }
        return text.startsWith(start) && (text.length() == start.length() || start.equals(ROOT)
                || text.charAt(start.length()) == '/');
    }

    @Override public boolean endsWith(Path other) {
        if (!isOfThisMount(Objects.requireNonNull(other))) {
            return false;
        }
        String end = ((HexfusePath) other).text;
        if (end.isEmpty() || text.isEmpty() || isAbsolute(end)) {
            return end.equals(text);
        }
        int before = text.length() - end.length() - 1;
        return text.endsWith(end) && (before < 0 || text.charAt(before) == '/');
    }

    @Override public HexfusePath normalize() {
        if (!hasDots()) {
            return this;
        }
        Deque<String> names = new ArrayDeque<>();
        for (int i = 0; i < getNameCount(); i++) {
            String name = name(i);
            boolean up = name.equals("..");
            if (up && !names.isEmpty() && !names.getLast().equals("..")) {
                names.removeLast();
            } else if (up ? !isAbsolute() : !name.equals(".")) {
                names.add(name);
            }
        }
        return with((isAbsolute() ? ROOT : "") + String.join("/", names));
    }

    private boolean hasDots() {
        int[] all = starts();
        for (int i = 0; i < all.length; i++) {
            int length = end(all, i) - all[i];
            if (length > 0 && length <= 2 && text.charAt(all[i]) == '.' && text.charAt(all[i] + length - 1) == '.') {
                return true;
            }
        }
        return false;
    }

    @Override public HexfusePath resolve(Path other) {
        HexfusePath ours = of(other);
        if (ours.isAbsolute()) {
            return ours;
        }
        return ours.text.isEmpty() ? this : with(PathText.join(text, ours.text));
    }

    @Override public HexfusePath resolve(String other) {
        return resolve(of(mount, other));
    }

    @Override public HexfusePath relativize(Path other) {
        HexfusePath child = of(other);
        if (child.equals(this)) {
            return with("");
        }
        if (isAbsolute() != child.isAbsolute()) {
            throw new IllegalArgumentException("one of " + this + " and " + other + " is absolute, the other is not");
        }
        if (text.isEmpty()) {
            return child;
        }
        HexfusePath base = normalize();
        HexfusePath goal = child.normalize();
        int baseCount = base.text.isEmpty() ? 0 : base.getNameCount();
        int goalCount = goal.text.isEmpty() ? 0 : goal.getNameCount();
        int common = 0;
        while (common < Math.min(baseCount, goalCount) && base.name(common).equals(goal.name(common))) {
            common++;
        }
        for (int i = common; i < baseCount; i++) {
            if (base.name(i).equals("..")) {
                throw new IllegalArgumentException("the way from " + this + " to " + other + " is not known without"
                        + " the names of the directories above");
            }
        }
        String up = String.join("/", Collections.nCopies(baseCount - common, ".."));
        return with(PathText.join(up, common < goalCount ? goal.subpath(common, goalCount).text : ""));
    }

    @Override public URI toUri() {
        return mount.uri(linux());
    }

    @Override public HexfusePath toAbsolutePath() {
        return isAbsolute() ? this : with(linux());
    }

    @Override public HexfusePath toRealPath(LinkOption... options) throws IOException {
        return with(RealPath.of(this, options.length == 0));
    }

    @Override public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events,
            WatchEvent.Modifier... modifiers) throws IOException {
        if (Objects.requireNonNull(watcher) instanceof DirectoryWatchService service) {
            return service.register(this, events, modifiers);
        }
        throw new ProviderMismatchException(watcher.getClass().getName() + " is no watch service of this filesystem");
    }

    @Override public int compareTo(Path other) {
        return PathText.compare(text, ((HexfusePath) other).text);
    }

    @Override public boolean equals(Object other) {
        return other instanceof HexfusePath path && path.mount == mount && path.text.equals(text);
    }

    @Override public int hashCode() {
        return text.hashCode();
    }

    @Override public String toString() {
        return text;
    }
}
