package org.hexfuse.nio.server;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.FileHandle;

/**
 * The members of a zip as files. What is written goes to the archive's filesystem in memory when the file is closed, if it is small, and
 * else when the archive is written.
 */
final class MemberContents implements Contents {
    /** A larger file that was written to waits for the archive to be written, in bytes. */
    private static final long SMALL = 4L << 20;
    /** As many larger files wait at most, each with a descriptor. */
    private static final int WAITING = 64;

    private final OpenNodes<Member> members;

    MemberContents(ZipArchive archive) {
        this.members = new OpenNodes<>(path -> new Member(path, archive));
    }

    @Override public FileHandle open(String path, Path file, int flags) throws IOException {
        Member member = members.opened(path);
        if ((flags & OpenFlags.TRUNC) != 0) {
            boolean done = false;
            try {
                member.resize(0);
                done = true;
            } finally {
                if (!done) {
                    closed(member);
                }
            }
        }
        return new MemberHandle(member, this);
    }

    @Override public FileHandle create(String path, Path file, int flags, int mode) throws IOException {
        Files.newOutputStream(file, CREATE_NEW, WRITE).close();
        Files.setAttribute(file, "zip:permissions", FileView.permissions(mode));
        return new MemberHandle(members.opened(path), this);
    }

    @Override public void truncate(String path, Path file, long size) throws IOException {
        Member member = members.opened(path);
        try {
            member.resize(size);
        } finally {
            closed(member);
        }
    }

    @Override public Attr seen(String path, Attr attr) throws IOException {
        Member member = members.find(path);
        return member == null ? attr : member.seen(attr);
    }

    @Override public void timed(String path, Optional<Timespec> modified) {
        Member member = members.find(path);
        if (member != null) {
            member.timed(modified.map(time -> new Timespec(time.seconds(), 0)));
        }
    }

    /** Whoever has it open keeps its content. */
    @Override public void removing(String path, Path file) throws IOException {
        Member member = members.find(path);
        if (member != null && member.handles > 0) {
            member.unpack();
        }
    }

    @Override public void removed(String path, Attr attr) throws IOException {
        Member member = members.removed(path, attr);
        if (member != null) {
            member.forsake();
            if (member.handles == 0) {
                member.closed();
            }
        }
    }

    /** The provider renames no directories: their members are renamed one by one. */
    @Override public void move(Path source, Path target) throws IOException {
        if (!Files.isDirectory(source)) {
            Files.move(source, target, REPLACE_EXISTING, COPY_ATTRIBUTES);
            return;
        }
        if (!Files.exists(target)) {
            Files.createDirectory(target);
            copyPermissions(source, target);
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(source)) {
            for (Path child : children) {
                move(child, target.resolve(child.getFileName().toString()));
            }
        }
        Files.delete(source);
    }

    private static void copyPermissions(Path source, Path target) throws IOException {
        Object permissions = Files.getAttribute(source, "zip:permissions");
        if (permissions != null) {
            Files.setAttribute(target, "zip:permissions", permissions);
        }
    }

    @Override public void moved(String from, String to) {
        members.moved(from, to);
    }

    /** A handle was released. */
    void closed(Member member) throws IOException {
        if (members.closed(member) && !member.isDirty()) {
            member.closed();
        }
    }

    /** Whether a file is closed, and may go to the archive now: to be asked after each release. */
    boolean isPushDue() throws IOException {
        int waiting = 0;
        for (Member member : members.all()) {
            if (member.isDirty() && member.handles == 0) {
                waiting++;
                if (member.spooled() <= SMALL) {
                    return true;
                }
            }
        }
        return waiting > WAITING;
    }

    /** Puts closed files into the archive, small ones or as many as wait. Called in its exclusive section. */
    void pushClosed() throws IOException {
        boolean all = members.all().stream().filter(member -> member.isDirty() && member.handles == 0)
                .count() > WAITING;
        for (Member member : members.all()) {
            if (member.isDirty() && member.handles == 0 && (all || member.spooled() <= SMALL)) {
                push(member);
            }
        }
    }

    private void push(Member member) throws IOException {
        member.push();
        if (member.handles == 0) {
            members.dropUnused(member);
            member.closed();
        }
    }

    /** Puts everything into the archive, which is about to be closed. Called in its exclusive section. */
    void pushAll() throws IOException {
        for (Member member : members.all()) {
            push(member);
            member.closeReader();
        }
    }

    /** Closes what is still open. Called in the exclusive section. */
    void closeAll() throws IOException {
        for (Member member : members.all()) {
            member.forsake();
            member.closed();
        }
    }

    /** The bytes that are not in the archive yet. */
    long unwritten() {
        return members.all().stream().filter(Member::isDirty).mapToLong(member -> {
            try {
                return member.spooled();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).sum();
    }
}
