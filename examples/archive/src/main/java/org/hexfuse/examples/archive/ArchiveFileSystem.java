package org.hexfuse.examples.archive;

import java.io.Closeable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Handover;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.server.tree.TreeHandover;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of an archive. It may be served to several kernels at once. Closing it closes the archive's file.
 */
public final class ArchiveFileSystem extends TreeFileSystem implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveFileSystem.class);
    /** Inode numbers of directories that are no members of their own, apart from those of members. */
    private static final long IMPLIED = 1L << 40;

    private final Archive archive;
    private final Version version;

    /** By which a successor knows that it has the same archive. The time is in milliseconds. */
    private record Version(long size, long modified) {
        static Version of(Path file) throws IOException {
            return new Version(Files.size(file), Files.getLastModifiedTime(file).toMillis());
        }
    }

    private ArchiveFileSystem(MemberNode root, Archive archive, Version version) {
        super(root);
        this.archive = archive;
        this.version = version;
    }

    /**
     * Opens an archive and reads the list of its members.
     *
     * @throws IOException if the file can't be read, or is no archive; the message is one line
     */
    public static ArchiveFileSystem open(Path file) throws IOException {
        Archive archive = Archives.open(file);
        try {
            var tree = new Tree();
            long place = 1;
            for (Member member : archive.members()) {
                tree.add(++place, member);
            }
            return new ArchiveFileSystem(tree.root, archive, Version.of(file));
        } catch (IOException e) {
            archive.close();
            throw Archives.naming(file, e);
        } catch (RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    @Override public boolean kernelChecksPermissions() {
        return true;
    }

    /** To skip much of a compressed member takes long. */
    @Override public Blocking blocking() {
        return Blocking.IN_JAVA;
    }

    /** All members are found by their names, in the same archive. */
    @Override public Optional<Handover> handover() {
        return Optional.of(new TreeHandover(this, "archive 1") {
            @Override protected void saveState(DataOutput out) throws IOException {
                out.writeLong(version.size);
                out.writeLong(version.modified);
            }

            @Override protected void restoreState(DataInput in) throws IOException {
                if (!new Version(in.readLong(), in.readLong()).equals(version)) {
                    throw new IOException("this is another archive, or it was changed");
                }
            }
        });
    }

    @Override public void close() throws IOException {
        archive.close();
    }

    /** The nodes while members are added. */
    private static final class Tree {
        private final MemberNode root = new MemberNode(1, directory());
        private long implied = IMPLIED;

        private static Member directory() {
            return new Member(List.of(), FileType.DIRECTORY, 0755, 0, 0, 0, Instant.EPOCH, 0, null, null);
        }

        void add(long ino, Member member) {
            if (member.path().isEmpty()) {
                if (member.type() == FileType.DIRECTORY) {
                    root.member(member);
                }
                return;
            }
            Node parent = parent(member.path());
            Node node = member.isHardLink() ? target(member) : new MemberNode(ino, member);
            if (parent == null || node == null) {
                LOG.warn("left out: {}, whose {}", member.path(),
                        parent == null ? "directory is a file" : "target is not in the archive before it");
                return;
            }
            Name name = member.path().getLast();
            Optional<Node> former = parent.child(name);
            if (former.isPresent() && former.get().type() == FileType.DIRECTORY) {
                if (member.type() == FileType.DIRECTORY) {
                    ((MemberNode) former.get()).member(member);
                } else {
                    LOG.warn("left out: {}, a file in the place of a directory", member.path());
                }
                return;
            }
            former.ifPresent(_ -> parent.removeChild(name));
            parent.addChild(name, node);
        }

        /** The directory of a path, with those above; null if one of them is no directory. */
        private Node parent(List<Name> path) {
            Node at = root;
            for (Name name : path.subList(0, path.size() - 1)) {
                Node directory = at;
                at = directory.child(name).orElseGet(() -> {
                    Node made = new MemberNode(implied++, directory());
                    directory.addChild(name, made);
                    return made;
                });
                if (at.type() != FileType.DIRECTORY) {
                    return null;
                }
            }
            return at;
        }

        private Node target(Member link) {
            Node at = root;
            for (Name name : Archive.path(link.target().bytes()).orElse(List.of())) {
                at = at == null ? null : at.child(name).orElse(null);
            }
            return at == null || at.type() == FileType.DIRECTORY ? null : at;
        }
    }
}
