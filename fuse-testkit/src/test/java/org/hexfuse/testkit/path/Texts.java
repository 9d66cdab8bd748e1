package org.hexfuse.testkit.path;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.*;
import org.hexfuse.server.path.NumberedHandle;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;

/** Texts by path, null for directories; a file is open by its path, with a number. */
class Texts implements PathOperations {
    final TreeMap<String, String> files = new TreeMap<>(Map.of("/d", "", "/f", "content", "/d/g", "deep"));
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<Long> reads = new CopyOnWriteArrayList<>();
    private final AtomicLong last = new AtomicLong();
    volatile CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
    volatile CompletableFuture<String> entered = new CompletableFuture<>();

    @Override public Blocking blocking() {
        return Blocking.IN_JAVA;
    }

    final synchronized String text(String path) {
        String text = files.get(path);
        if (text == null) {
            throw FuseException.of(Errno.ENOENT);
        }
        return text;
    }

    private static boolean isDirectory(String path) {
        return path.equals("/") || path.matches(".*/[d-e][0-9]*");
    }

    @Override public Attr getattr(String path, GetAttr op) {
        return isDirectory(path) && (path.equals("/") || text(path) != null) ? Attr.directory(0755)
                : Attr.file(0644, text(path).length());
    }

    @Override public synchronized Attr setattr(String path, SetAttr op) {
        op.size().ifPresent(size -> files.put(path, text(path).substring(0, (int) size)));
        return getattr(path, null);
    }

    @Override public synchronized void mkdir(String path, MkDir op) {
        files.put(path, "");
    }

    @Override public synchronized void mknod(String path, MkNod op) {
        files.put(path, "");
    }

    @Override public synchronized void unlink(String path, Unlink op) {
        text(path);
        calls.add("unlink " + path);
        files.remove(path);
    }

    @Override public synchronized void rmdir(String path, RmDir op) {
        files.remove(path);
    }

    @Override public synchronized void rename(String from, String to, Rename op) {
        move(from, to);
    }

    final synchronized void move(String from, String to) {
        text(from);
        for (String path : List.copyOf(files.keySet())) {
            if (path.equals(from) || path.startsWith(from + "/")) {
                files.put(to + path.substring(from.length()), files.remove(path));
            }
        }
    }

    @Override public FileHandle open(String path, Open op) {
        text(path);
        return NumberedHandle.of(last.incrementAndGet());
    }

    @Override public void read(String path, Read op, DataReply out) {
        entered.complete(path);
        reading.join();
        reads.add(op.handle());
        out.writeSlice(text(path).getBytes(UTF_8), op.offset());
    }

    @Override public synchronized int write(String path, Write op) {
        byte[] bytes = new byte[op.size()];
        op.data().copyTo(0, bytes, 0, bytes.length);
        files.put(path, text(path).substring(0, (int) op.offset()) + new String(bytes, UTF_8));
        return op.size();
    }

    @Override public void release(String path, Release op) {
        calls.add("release " + op.handle() + " of " + path);
    }

    @Override public synchronized Stream<Listed> readdir(String path, ReadDir op) {
        int start = path.equals("/") ? 1 : path.length() + 1;
        return files.keySet().stream()
                .filter(each -> each.startsWith(path) && each.length() > start && each.indexOf('/', start) < 0)
                .map(each -> Listed.of(each.substring(start),
                        isDirectory(each) ? FileType.DIRECTORY : FileType.REGULAR))
                .toList().stream();
    }
}
