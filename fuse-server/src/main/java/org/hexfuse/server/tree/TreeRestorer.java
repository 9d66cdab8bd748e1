package org.hexfuse.server.tree;

import java.io.DataInput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.handover.SavedName;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.KernelReferences.OpenHandle;
import org.hexfuse.server.Session;
import org.hexfuse.server.handover.SectionInput;

/**
 * Reads what {@link TreeSaver} has written. Nodes are found by the operations that kernels send, and then get the ids by which the kernel
 * knows them; while there is more to read, each has a reference of this.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class TreeRestorer {
    /** Ids and numbers are far below. */
    private static final long LARGEST = 1L << 60;

    private final TreeHandover handover;
    private final TreeFileSystem fileSystem;
    private final Session session;
    private final DataInput in;
    private final SectionInput sections;
    private final ByHand operations;
    private final KernelReferences held;
    private final Set<Long> open = new HashSet<>();
    private final List<Saved> nodes = new ArrayList<>();
    private final List<FileHandle> handles = new ArrayList<>();
    /** The nodes of this process that are those of the predecessor. */
    private final Set<Node> bound = Collections.newSetFromMap(new IdentityHashMap<>());
    private long last;

    /** A node of the predecessor. */
    private static final class Saved {
        private final long id;
        private final FileType type;
        private final long ino;
        /** Whether the author has saved it. */
        private boolean authors;
        private boolean kept;
        /** Null if this process has none. */
        private Node node;
        /** Whether the node has a reference of this. */
        private boolean referenced;
        private String place = "";

        Saved(long id, FileType type, long ino) {
            this.id = id;
            this.type = type;
            this.ino = ino;
        }

        boolean matches(Node found) {
            return found.type() == type && (ino == 0 || found.ino() == ino);
        }

        @Override public String toString() {
            return type + " " + id + (place.isEmpty() ? "" : " (" + place + ")");
        }
    }

    TreeRestorer(TreeHandover handover, TreeFileSystem fileSystem, Session session, DataInput in) {
        this.handover = handover;
        this.fileSystem = fileSystem;
        this.session = session;
        this.in = in;
        this.sections = new SectionInput(in);
        this.operations = new ByHand(fileSystem, session);
        this.held = session.references();
        held.handles().stream().map(OpenHandle::node).forEach(open::add);
    }

    void restore() throws IOException {
        if (fileSystem.sessions().size() > 1 || fileSystem.referencedNodes() > 1) {
            throw new IOException("its files are served to another kernel already");
        }
        try {
            int version = in.readInt();
            if (version != TreeSaver.VERSION) {
                throw new IOException("nodes are saved by version " + version + ", and version " + TreeSaver.VERSION
                        + " is wanted");
            }
            last = number();
            Node.continueAfter(last);
            restoreState();
            restoreNodes();
            restoreHandles();
            fileSystem.locks().restore(session, in);
            settle();
        } catch (FuseException | IllegalArgumentException | IllegalStateException e) {
            throw new IOException("the files do not fit here: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private long number() throws IOException {
        long number = in.readLong();
        if (number < 0 || number > LARGEST) {
            throw new IOException("the number " + number);
        }
        return number;
    }

    private void restoreState() throws IOException, InterruptedException {
        if (sections.next()) {
            handover.restoreState(sections.data());
            sections.expectEnd("the filesystem");
        }
        // Ids that were looked at before are ids of the predecessor's nodes.
        var directories = new ArrayList<Node>(List.of(fileSystem.root()));
        while (!directories.isEmpty()) {
            for (Dentry entry : Namespace.children(directories.removeLast(), false)) {
                entry.node.id = 0;
                if (entry.node.type() == FileType.DIRECTORY) {
                    directories.add(entry.node);
                }
            }
        }
    }

    private void restoreNodes() throws IOException, InterruptedException {
        var root = new Saved(FuseFileSystem.ROOT, FileType.DIRECTORY, 0);
        root.node = fileSystem.root();
        nodes.add(root);
        int kind = in.readUnsignedByte();
        while (kind != TreeSaver.END) {
            kind = switch (kind) {
                case TreeSaver.DIRECTORY -> restoreDirectory(at(in.readInt()));
                case TreeSaver.NAMELESS -> {
                    restoreNode();
                    yield in.readUnsignedByte();
                }
                default -> throw new IOException("a node of kind " + kind);
            };
        }
        checkOpen();
    }

    /** A name, and the node that it led to. */
    private record Place(Name name, boolean kept, Saved child) {}

    /** The names of a directory; it has no others then, if it keeps its children. Returns the kind of what follows. */
    private int restoreDirectory(Saved directory) throws IOException, InterruptedException {
        var places = new ArrayList<Place>();
        int kind = in.readUnsignedByte();
        while (kind == TreeSaver.NAME) {
            places.add(restoreName(directory));
            kind = in.readUnsignedByte();
        }
        if (directory.node != null) {
            find(directory.node, places);
            if (directory.node.keepsChildren()) {
                keepOnly(directory.node, places);
            }
        }
        return kind;
    }

    private static void keepOnly(Node directory, List<Place> places) throws IOException {
        Set<Name> names = new HashSet<>();
        for (Place place : places) {
            names.add(place.name);
            if (place.kept && place.child.node == null) {
                throw new IOException("there is no " + place.child + " here");
            }
        }
        for (Dentry entry : Namespace.children(directory, true)) {
            if (!names.contains(entry.name)) {
                Namespace.remove(directory, entry.name);
            }
        }
    }

    private Saved at(int number) throws IOException {
        if (number < 0 || number >= nodes.size()) {
            throw new IOException("a node of number " + number + " of " + nodes.size());
        }
        return nodes.get(number);
    }

    private Place restoreName(Saved directory) throws IOException, InterruptedException {
        Name name = SavedName.read(in);
        boolean kept = in.readBoolean();
        int number = in.readInt();
        Saved child = number == nodes.size() ? restoreNode() : at(number);
        if (child.place.isEmpty()) {
            child.place = directory.place + "/" + name;
            child.kept = kept;
        }
        return new Place(name, kept, child);
    }

    private Saved restoreNode() throws IOException, InterruptedException {
        long id = number();
        var saved = new Saved(id, SavedName.type(in), in.readLong());
        if (id == FuseFileSystem.ROOT || id > last) {
            throw new IOException("a node has the id " + id);
        }
        boolean removed = in.readBoolean();
        nodes.add(saved);
        if (sections.next()) {
            Node node = handover.restoreNode(saved.type, sections.data());
            sections.expectEnd(saved.toString());
            if (node == null || !saved.matches(node) || bound.contains(node)) {
                throw new IOException("it has restored " + node + " in place of " + saved);
            }
            Namespace.adopt(fileSystem.root(), node);
            bind(saved, node);
            node.removed = removed;
            saved.authors = true;
        }
        return saved;
    }

    /** A node has the id of one of the predecessor's. One that has none there was not known to the kernel. */
    private void bind(Saved saved, Node node) throws IOException {
        saved.node = node;
        bound.add(node);
        if (saved.id != 0) {
            fileSystem.nodes().restore(node, saved.id);
        }
        saved.referenced = node.references > 0;
    }

    private static void addName(Node directory, Name name, Node node, boolean kept) {
        Dentry there = Namespace.find(directory, name);
        if (!kept) {
            Namespace.attach(directory, name, node);
        } else if (there == null || there.node != node || !there.kept) {
            if (there != null) {
                Namespace.remove(directory, name);
            }
            Namespace.create(directory, name, node, true);
        }
    }

    /** Finds nodes by their names: in what the directory keeps, or by lookups. */
    private void find(Node directory, List<Place> places) throws IOException, InterruptedException {
        var wanted = new ArrayList<Place>();
        for (Place place : places) {
            Dentry known = Namespace.find(directory, place.name);
            if (place.child.authors) {
                addName(directory, place.name, place.child.node, place.kept);
            } else if (known == null || !known.kept) {
                wanted.add(place);
            } else if (isFree(known.node, place.child)) {
                bind(place.child, known.node);
            }
        }
        List<Optional<Node>> found = operations.lookup(directory, wanted.stream().map(Place::name).toList());
        for (int i = 0; i < wanted.size(); i++) {
            if (found.get(i).isPresent()) {
                found(directory, wanted.get(i), found.get(i).get());
            }
        }
    }

    /** Whether a node is that of the predecessor, which has none yet; it may have another name that was restored. */
    private boolean isFree(Node node, Saved saved) {
        return saved.node == null && !bound.contains(node) && saved.matches(node);
    }

    /** A lookup has found a node, which is used or dropped. */
    private void found(Node directory, Place place, Node node) throws IOException {
        Saved child = place.child;
        if (isFree(node, child)) {
            bind(child, node);
            return;
        }
        if (child.node != null && child.node.named && node.named && !bound.contains(node) && child.matches(node)) {
            // They were known to be one file, as which nothing but the link that was made shows them.
            Namespace.attach(directory, place.name, child.node);
        }
        fileSystem.drop(node, 1);
    }

    private void checkOpen() throws IOException {
        for (Saved each : nodes) {
            if (each.node == null && open.contains(each.id)) {
                throw new IOException("there is no " + each + " here, which is open");
            }
        }
    }

    private void restoreHandles() throws IOException, InterruptedException {
        fileSystem.handles().continueAfter(number());
        for (int kind = in.readUnsignedByte(); kind != TreeSaver.END; kind = in.readUnsignedByte()) {
            long number = in.readLong();
            Saved saved = at(in.readInt());
            int flags = in.readInt();
            if (saved.node == null) {
                throw new IOException("an open file of " + saved);
            }
            switch (kind) {
                case TreeSaver.LISTING -> fileSystem.handles()
                        .renumberListing(number, operations.opendir(saved.node, flags)).restore(in);
                case TreeSaver.FILE -> fileSystem.handles()
                        .renumberFile(number, openFile(saved.node, flags, in.readInt()));
                default -> throw new IOException("an open file of kind " + kind);
            }
        }
    }

    /** Returns the number that the open file has for now. */
    private long openFile(Node node, int flags, int earlier) throws IOException, InterruptedException {
        if (earlier >= handles.size()) {
            throw new IOException("an open file of number " + earlier + " of " + handles.size());
        }
        if (earlier < 0 && !sections.next()) {
            return operations.open(node, flags);
        }
        if (earlier < 0) {
            handles.add(handover.restoreHandle(node, flags, sections.data()));
            sections.expectEnd("an open file of " + node);
        }
        return fileSystem.handles().open(node, handles.get(earlier < 0 ? handles.size() - 1 : earlier), flags);
    }

    /** Each node has the lookups of the kernel, in place of the reference that it was restored with. */
    private void settle() {
        Map<Long, Long> lookups = held.lookups();
        for (Saved each : nodes.subList(1, nodes.size()).reversed()) {
            if (each.referenced) {
                long count = lookups.getOrDefault(each.id, 0L);
                if (count > 0) {
                    fileSystem.nodes().add(each.node, count - 1);
                } else if (each.kept || each.authors) {
                    // The kernel did not know it, and does not forget it.
                    fileSystem.nodes().drop(each.node, 1);
                } else {
                    fileSystem.drop(each.node, 1);
                }
            }
        }
    }
}
