package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.libc.AtCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileAttributes;
import org.hexfuse.libc.InodeCalls;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;

/**
 * A file of the mirrored directory, of any type. A filesystem that adds something to a directory, such as a filter, a log or a cipher, is
 * a subclass: it overrides operations and calls those here. {@link #newChild} makes the nodes below, {@link #newFile} the open files,
 * {@link #attributes} sees all attributes on their way to a kernel.
 *
 * {@snippet :
 * class Lowercase extends PassthroughNode {
 *     Lowercase(BackingInode inode) { super(inode); }
 *
 *     @Override protected PassthroughNode newChild(BackingInode inode) { return new Lowercase(inode); }
 *
 *     @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
 *         return super.lookup(op.withName(Name.of(op.name().toString().toLowerCase(Locale.ROOT))));
 *     }
 * }
 * }
 *
 * <p>Methods run concurrently and wait in native code. Errors are those of the system calls. Names are single components: EINVAL for
 * one with a slash, or for {@code .} and {@code ..}.
 *
 * <p>Source: libfuse {@code example/passthrough_hp.cc}, virtiofsd, go-fuse {@code fs/loopback.go}.
 */
public class PassthroughNode extends Node {
    private static final byte[] SELF = {'.'};
    private static final String TRUSTED = "trusted.";

    private final BackingInode inode;

    /** The node of a file. */
    @SuppressWarnings("this-escape") // Only kept, to send notifications about it.
    public PassthroughNode(BackingInode inode) {
        super(inode.type());
        this.inode = inode;
        inode.belongsTo(this);
    }

    /** Makes the node of a file that was looked up in this directory, or created in it. */
    protected PassthroughNode newChild(BackingInode child) {
        return new PassthroughNode(child);
    }

    /** Makes the handle of an open file. */
    protected PassthroughFile newFile(BackingFile file) {
        return new PassthroughFile(file);
    }

    /** The attributes that a kernel gets for those of the file. By default the same. */
    protected Attr attributes(Attr backing) {
        return backing;
    }

    /** The file. */
    public final BackingInode inode() {
        return inode;
    }

    @Override public final long ino() {
        return inode.ino();
    }

    @Override public final Object key() {
        return inode.key();
    }

    private Mirror mirror() {
        return inode.mirror();
    }

    @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
        Name name = op.name();
        try (PathDescriptor directory = inode.borrow()) {
            int opened = mirror().tryOpenPath(directory.fd(), name);
            return opened == -Errno.ENOENT.code() ? absent()
                    : find(name, Fd.of(SystemCall.check(opened))).child();
        }
    }

    private Child absent() {
        PassthroughOptions options = mirror().options();
        return Child.absent(
                options.cache() == PassthroughOptions.Cache.ALWAYS ? options.entryTimeout() : Duration.ZERO);
    }

    /** A node, with what a kernel gets of it. */
    private record Found(PassthroughNode node, Child child) {}

    /** The node of a file that is open with O_PATH; {@code name} is null if it has none. */
    private Found find(Name name, Fd path) {
        FileAttributes attributes;
        try {
            attributes = Mirror.attributes(path);
        } catch (FuseException e) {
            path.close();
            throw e;
        }
        Attr attr = mirror().attr(attributes);
        PassthroughNode known = name == null ? null : known(name).orElse(null);
        BackingInode same = mirror().identify(path, attributes, known == null ? null : known.inode);
        try {
            PassthroughNode node = known != null && known.inode == same ? known : newChild(same);
            return new Found(node, node.with(node.attributes(attr), mirror().options().entryTimeout()));
        } catch (RuntimeException | Error e) {
            // It has no node, which would be forgotten.
            same.forget();
            throw e;
        }
    }

    /** The file that a kernel knows under a name in this directory. */
    private Optional<PassthroughNode> known(Name name) {
        return child(name).filter(PassthroughNode.class::isInstance).map(PassthroughNode.class::cast);
    }

    /** The node of a file that was just created. */
    private Child created(PathDescriptor directory, Name name) {
        return find(name, mirror().openPath(directory.fd(), name)).child();
    }

    @Override public Child mknod(MkNod op) throws IOException, InterruptedException {
        Name name = Mirror.component(op.name());
        try (PathDescriptor directory = inode.borrow()) {
            try (CallerCredentials.Assumed caller = mirror().credentials().assume(op, op.umask())) {
                SystemCall.check(AtCalls.mknodat(directory.fd(), name, caller.mode(op.mode()), op.device()));
            }
            return created(directory, name);
        }
    }

    @Override public Child mkdir(MkDir op) throws IOException, InterruptedException {
        Name name = Mirror.component(op.name());
        try (PathDescriptor directory = inode.borrow()) {
            try (CallerCredentials.Assumed caller = mirror().credentials().assume(op, op.umask())) {
                SystemCall.check(AtCalls.mkdirat(directory.fd(), name, caller.mode(op.mode())));
            }
            return created(directory, name);
        }
    }

    @Override public Child symlink(SymLink op) throws IOException, InterruptedException {
        Name name = Mirror.component(op.name());
        try (PathDescriptor directory = inode.borrow()) {
            try (var _ = mirror().credentials().assume(op, 0)) {
                SystemCall.check(AtCalls.symlinkat(op.target(), directory.fd(), name));
            }
            return created(directory, name);
        }
    }

    @Override public NewFile create(Create op) throws IOException, InterruptedException {
        Name name = Mirror.component(op.name());
        int flags = OpenedFlags.of(op.flags(), mirror().options());
        try (PathDescriptor directory = inode.borrow()) {
            Fd fd;
            try (CallerCredentials.Assumed caller = mirror().credentials().assume(op, op.umask())) {
                fd = mirror().opened(() -> AtCalls.openat(directory.fd(), name,
                        flags | OpenFlags.CREAT | OpenFlags.EXCL | OpenFlags.NOFOLLOW, caller.mode(op.mode())));
            } catch (FuseException e) {
                if (e.errno() == Errno.EEXIST && (op.flags() & OpenFlags.EXCL) == 0) {
                    return existing(op, directory, name, flags);
                }
                throw e;
            }
            return opened(op.session(), name, fd, flags);
        }
    }

    /** Somebody else has created it meanwhile. */
    private NewFile existing(Create op, PathDescriptor directory, Name name, int flags) {
        try (Fd path = mirror().openPath(directory.fd(), name)) {
            if (!FileType.REGULAR.is(Mirror.attributes(path).mode())) {
                throw FuseException.of(Errno.EEXIST);
            }
            Fd fd;
            try (var _ = mirror().credentials().withoutSetId(op.killSuidgid())) {
                fd = mirror().reopen(path, flags);
            }
            return opened(op.session(), name, fd, flags);
        }
    }

    /** The node and the handle of a file that was just opened; {@code name} is null if it has none. */
    private NewFile opened(Session session, Name name, Fd fd, int flags) {
        Found found = null;
        boolean done = false;
        try {
            found = find(name, mirror().reopen(fd, OpenFlags.PATH));
            BackingInode opened = found.node().inode;
            if (name == null) {
                opened.keep();
            }
            PassthroughFile file = found.node().newFile(new BackingFile(opened, fd, flags));
            file.opened(session);
            done = true;
            return new NewFile(found.child(), file);
        } finally {
            if (!done) {
                fd.close();
                if (found != null) {
                    found.node().inode.forget();
                }
            }
        }
    }

    @Override public NewFile tmpfile(TmpFile op) throws IOException, InterruptedException {
        int flags = OpenedFlags.of(op.flags(), mirror().options());
        try (PathDescriptor directory = inode.borrow()) {
            Fd fd;
            try (CallerCredentials.Assumed caller = mirror().credentials().assume(op, op.umask())) {
                fd = mirror().opened(() -> AtCalls.openat(directory.fd(), Name.of(SELF),
                        flags | OpenFlags.TMPFILE | (op.flags() & OpenFlags.EXCL), caller.mode(op.mode())));
            }
            return opened(op.session(), null, fd, flags);
        }
    }

    @Override public void link(Link op, Node target) throws IOException, InterruptedException {
        Name name = Mirror.component(op.name());
        if (!(target instanceof PassthroughNode file)) {
            throw FuseException.of(Errno.EXDEV);
        }
        try (PathDescriptor directory = inode.borrow(); PathDescriptor path = file.inode.borrow()) {
            SystemCall.check(AtCalls.linkat(mirror().openFiles(), path.fd(), directory.fd(), name));
        }
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        remove(op.name(), 0);
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        remove(op.name(), AtCalls.AT_REMOVEDIR);
    }

    private void remove(Name name, int flags) {
        keepKnown(name);
        try (PathDescriptor directory = inode.borrow()) {
            SystemCall.check(AtCalls.unlinkat(directory.fd(), Mirror.component(name), flags));
        }
    }

    /** A file that is removed may be used on by those who have it open, and cannot be opened by its handle then. */
    private void keepKnown(Name name) {
        known(name).ifPresent(node -> {
            try {
                node.inode.keep();
            } catch (FuseException _) {
                // It is gone already.
            }
        });
    }

    @Override public void rename(Rename op, Node directory) throws IOException, InterruptedException {
        if (!(directory instanceof PassthroughNode there)) {
            throw FuseException.of(Errno.EXDEV);
        }
        Name name = Mirror.component(op.name());
        Name targetName = Mirror.component(op.targetName());
        if ((op.flags() & Rename.EXCHANGE) == 0) {
            there.keepKnown(targetName);
        }
        try (PathDescriptor from = inode.borrow(); PathDescriptor to = there.inode.borrow()) {
            SystemCall.check(AtCalls.renameat2(from.fd(), name, to.fd(), targetName, op.flags()));
        }
    }

    @Override public Name readlink(ReadLink op) throws IOException, InterruptedException {
        try (PathDescriptor link = inode.borrow()) {
            return Name.of(SystemCall.get(() -> InodeCalls.readlink(link.fd())));
        }
    }

    @Override public Stream<Listed> readdir(ReadDir op) throws IOException, InterruptedException {
        return BackingListing.of(mirror(), inode.open(OpenFlags.RDONLY | OpenFlags.DIRECTORY));
    }

    @Override public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        try (Fd fd = inode.open(OpenFlags.RDONLY | OpenFlags.DIRECTORY)) {
            PassthroughFile.sync(fd, op.dataOnly());
        }
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
        Optional<PassthroughFile> file = op.handle().isPresent() ? file(op.handle().getAsLong()) : Optional.empty();
        return attributes(file.isPresent() ? mirror().attr(Mirror.attributes(file.get().fd())) : inode.attr());
    }

    /** The open file of a handle, if it is one of ours. */
    private Optional<PassthroughFile> file(long number) {
        return handle(number).filter(PassthroughFile.class::isInstance).map(PassthroughFile.class::cast);
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        Optional<PassthroughFile> file = op.handle().isPresent() ? file(op.handle().getAsLong()) : Optional.empty();
        try (PathDescriptor path = inode.borrow()) {
            AttributeChange.apply(op, inode, path.fd(), file.map(PassthroughFile::fd));
            return attributes(mirror().attr(Mirror.attributes(path.fd())));
        }
    }

    @Override public FileHandle open(Open op) throws IOException, InterruptedException {
        int flags = OpenedFlags.of(op.flags(), mirror().options());
        Fd fd;
        try (var _ = mirror().credentials().withoutSetId(op.killSuidgid())) {
            fd = inode.open(flags);
        }
        PassthroughFile file = newFile(new BackingFile(inode, fd, flags));
        file.opened(op.session());
        return file;
    }

    @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        try (PathDescriptor path = inode.borrow()) {
            return SystemCall.get(() -> PosixFiles.fstatfs(path.fd()));
        }
    }

    private void requireXattr() {
        if (!mirror().options().xattr()) {
            throw FuseException.of(Errno.ENOSYS);
        }
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        requireXattr();
        try (PathDescriptor path = inode.borrow();
                var _ = mirror().credentials().asNonMember(op, op.has(SetxattrFlag.ACL_KILL_SGID))) {
            SystemCall.check(InodeCalls.setxattr(path.fd(), op.name(), op.value(), op.flags()));
        }
    }

    @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        requireXattr();
        try (PathDescriptor path = inode.borrow()) {
            return InodeCalls.value(SystemCall.check(InodeCalls.getxattr(path.fd(), op.name())));
        }
    }

    @Override public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        requireXattr();
        try (PathDescriptor path = inode.borrow()) {
            List<Name> names = SystemCall.get(() -> InodeCalls.listxattr(path.fd()));
            // Linux lists these for CAP_SYS_ADMIN, which this process may have and the caller not.
            return op.uid() == 0 ? names : names.stream().filter(name -> !name.toString().startsWith(TRUSTED)).toList();
        }
    }

    @Override public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        requireXattr();
        try (PathDescriptor path = inode.borrow()) {
            SystemCall.check(InodeCalls.removexattr(path.fd(), op.name()));
        }
    }

    @Override public LockRange getlk(Lock op) throws IOException, InterruptedException {
        return mirror().passesLocks() ? mirror().locks().getlk(inode, op) : super.getlk(op);
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        if (!mirror().passesLocks()) {
            super.setlk(op);
        } else if (op.isFlock()) {
            BackingLocks.flock(op, file(op.handle()).orElseThrow(() -> FuseException.of(Errno.EBADF)).fd());
        } else {
            mirror().locks().setlk(inode, op);
        }
    }

    /** Closes the descriptor of the file, if there is one. A subclass that overrides this calls it. */
    @Override public void forgotten() {
        inode.forget();
    }
}
