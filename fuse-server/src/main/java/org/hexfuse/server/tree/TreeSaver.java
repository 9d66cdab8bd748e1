package org.hexfuse.server.tree;

import java.io.DataOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.handover.SavedName;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.KernelReferences.OpenHandle;
import org.hexfuse.server.Session;
import org.hexfuse.server.handover.SectionOutput;

/**
 * Writes a tree for a successor: the nodes with their names, from the root down, those without a name, the open files and directories,
 * and the locks. Nodes are numbered in the order in which they come; the root is 0.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class TreeSaver {
    static final int VERSION = 1;
    /** A directory, whose names follow. */
    static final int DIRECTORY = 1;
    /** A name, and the number of its node, which follows if it is the next one. */
    static final int NAME = 2;
    /** A node without a name. */
    static final int NAMELESS = 3;
    static final int FILE = 4;
    static final int LISTING = 5;
    static final int END = 0;

    private final TreeHandover handover;
    private final TreeFileSystem fileSystem;
    private final Session session;
    private final DataOutput out;
    private final SectionOutput sections;
    private final IdentityHashMap<Node, Integer> numbers = new IdentityHashMap<>();
    private final Queue<Node> directories = new ArrayDeque<>();
    private final IdentityHashMap<FileHandle, Integer> saved = new IdentityHashMap<>();
    /** The last node id. A node that gets one meanwhile is unknown to the kernel. */
    private final long last = Node.lastId();

    TreeSaver(TreeHandover handover, TreeFileSystem fileSystem, Session session, DataOutput out) {
        this.handover = handover;
        this.fileSystem = fileSystem;
        this.session = session;
        this.out = out;
        this.sections = new SectionOutput(out);
    }

    void save() throws IOException {
        int others = fileSystem.sessions().size() - 1;
        if (others > 0) {
            throw new IOException("its files are served to " + others + " other kernels");
        }
        try {
            out.writeInt(VERSION);
            out.writeLong(last);
            sections.section(state -> {
                handover.saveState(state);
                return true;
            });
            KernelReferences held = session.references();
            saveNodes(held);
            saveHandles(held.handles());
            fileSystem.locks().save(session, out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private void saveNodes(KernelReferences held) throws IOException, InterruptedException {
        number(fileSystem.root());
        saveNames();
        Set<Long> open = held.handles().stream().map(OpenHandle::node).collect(Collectors.toSet());
        var ids = new TreeSet<>(held.lookups().keySet());
        ids.addAll(open);
        for (long id : ids) {
            Node node = id == FuseFileSystem.ROOT ? null : fileSystem.nodes().find(id);
            if (node != null && !numbers.containsKey(node)) {
                out.writeByte(NAMELESS);
                if (!saveNode(node) && open.contains(id)) {
                    throw new IOException(node + " is open and has no name, by which another process could find it");
                }
                saveNames();
            }
        }
        out.writeByte(END);
    }

    private void number(Node node) {
        numbers.put(node, numbers.size());
        if (node.type() == FileType.DIRECTORY) {
            directories.add(node);
        }
    }

    /** The names in the directories that were numbered and in all below. */
    private void saveNames() throws IOException, InterruptedException {
        while (!directories.isEmpty()) {
            Node directory = directories.remove();
            out.writeByte(DIRECTORY);
            out.writeInt(numbers.get(directory));
            for (Dentry entry : Namespace.children(directory, false)) {
                out.writeByte(NAME);
                SavedName.write(entry.name, out);
                out.writeBoolean(entry.kept);
                Integer known = numbers.get(entry.node);
                out.writeInt(known == null ? numbers.size() : known);
                if (known == null) {
                    saveNode(entry.node);
                }
            }
        }
    }

    /** A node; its id is 0 if it has none. Returns whether the author has saved it. */
    private boolean saveNode(Node node) throws IOException, InterruptedException {
        number(node);
        long id = node.id <= last ? node.id : 0;
        long ino = id == 0 ? 0 : node.ino();
        out.writeLong(id);
        out.writeByte(node.type().dtype());
        out.writeLong(ino == id ? 0 : ino);
        out.writeBoolean(node.removed);
        return sections.section(section -> handover.saveNode(node, section));
    }

    private void saveHandles(List<OpenHandle> handles) throws IOException, InterruptedException {
        out.writeLong(fileSystem.handles().last());
        for (OpenHandle open : handles.stream().sorted(Comparator.comparingLong(OpenHandle::handle)).toList()) {
            if (open.directory()) {
                OpenListing listing = fileSystem.handles().listing(open.handle());
                begin(LISTING, open.handle(), listing.directory(), listing.flags());
                listing.save(out);
            } else {
                saveFile(open.handle(), fileSystem.handles().file(open.handle()));
            }
        }
        out.writeByte(END);
    }

    private void begin(int kind, long number, Node node, int flags) throws IOException {
        out.writeByte(kind);
        out.writeLong(number);
        out.writeInt(numbers.get(node));
        out.writeInt(flags);
    }

    /** An open file, with the number of the object that was saved for an earlier one, or -1. */
    private void saveFile(long number, HandleTable.OpenFile file) throws IOException, InterruptedException {
        begin(FILE, number, file.node(), file.flags());
        FileHandle handle = file.handle();
        int earlier = saved.getOrDefault(handle, -1);
        out.writeInt(earlier);
        if (earlier < 0 && sections
                .section(section -> handle != file.node() && handover.saveHandle(file.node(), handle, section))) {
            saved.put(handle, saved.size());
        }
    }
}
