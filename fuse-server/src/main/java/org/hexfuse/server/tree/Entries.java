package org.hexfuse.server.tree;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.Entry;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Link;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Session;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.TmpFile;
import org.hexfuse.server.dispatch.Failures;
import org.hexfuse.server.operation.LookupView;
import org.hexfuse.server.operation.NestedOperations;

/**
 * From the child that an author returns to the entry of the reply: the node gets a reference and a dentry, and its attributes are
 * gotten. What was done is undone if the attributes cannot be gotten.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class Entries {
    /** What is returned where the reply was deferred; nothing looks at it. */
    private static final Entry PLACEHOLDER = Entry.absent(Duration.ZERO);
    private static final Created CREATED_PLACEHOLDER = new Created(PLACEHOLDER, Opened.stateless());

    private final TreeFileSystem owner;
    private final NodeTable nodes;

    Entries(TreeFileSystem owner, NodeTable nodes) {
        this.owner = owner;
        this.nodes = nodes;
    }

    /** Looks a name up: in what the directory keeps, else by its author's method. */
    Entry lookup(Lookup op, Node directory, Name name, Supplier<LateReply<Entry>> later)
            throws IOException, InterruptedException {
        if (name.isDotOrDotDot()) {
            return answer(op, directory, null, later).entry(name.length() == 1 ? directory : directory.parent());
        }
        Dentry known = Namespace.find(directory, name);
        if (known != null && known.kept) {
            return answer(op, directory, null, later).entry(known.node);
        }
        if (directory.keepsChildren()) {
            Namespace.checkLength(name);
        }
        Child child = authorsChild(op, directory, name);
        return child == ChildEntry.DEFERRED ? PLACEHOLDER : answer(op, directory, name, later).entry(child);
    }

    private static Child authorsChild(Lookup op, Node directory, Name name) throws IOException, InterruptedException {
        try {
            return directory.lookup(op instanceof LookupView view ? view.withRead(name) : op);
        } catch (IOException | RuntimeException e) {
            forgetIfAbsent(e, directory, name);
            throw e;
        }
    }

    private static void forgetIfAbsent(Throwable failure, Node directory, Name name) {
        if (Failures.errno(failure).filter(errno -> errno == Errno.ENOENT).isPresent()) {
            Namespace.forgetName(directory, name);
        }
    }

    private EntryAnswer answer(Operation<?> op, Node directory, Name name, Supplier<LateReply<Entry>> later) {
        return new EntryAnswer(op, directory, name, false, later);
    }

    private EntryAnswer created(Operation<?> op, Node directory, Name name, Supplier<LateReply<Entry>> later) {
        return new EntryAnswer(op, directory, name, true, later);
    }

    /** The entry of a child that was created. */
    <O extends Operation<O> & Deferrable<O, Entry>> Entry created(O op, Node directory, Name name, Child child)
            throws IOException, InterruptedException {
        return child == ChildEntry.DEFERRED ? PLACEHOLDER
                : created(op, directory, name, op::deferred).entry(child);
    }

    /** The entry and the handle of a file that was created; {@code name} is null if it has none. */
    <O extends Operation<O> & Deferrable<O, Created>> Created created(O op, Node directory, Name name, NewFile file)
            throws IOException, InterruptedException {
        return file == NewFile.DEFERRED ? CREATED_PLACEHOLDER
                : new CreatedAnswer(op, directory, name, file.handle(), op::deferred).entry(file.child());
    }

    /** The entry of a new name of a node. */
    Entry linked(Link op, Node directory, Name name, Node target) throws IOException, InterruptedException {
        return created(op, directory, name, op::deferred).entry(target);
    }

    /** The same for a late reply. */
    LateReply<Entry> lateLink(Link op, Node directory, Name name, Node target, LateReply<Entry> reply) {
        return new MappedReply<>(reply,
                (_, origin) -> created(op, directory, name, () -> origin).give(target, origin));
    }

    /** The late reply of an operation on {@code directory} whose author gives a child. */
    LateReply<Child> late(Node directory, Deferrable<?, Entry> op) {
        return switch (op) {
            case Lookup lookup -> {
                LateReply<Entry> reply = lookup.deferred();
                Name name = lookup.name();
                yield new MappedReply<>(reply,
                        (child, origin) -> answer(lookup, directory, name, () -> origin).give(child, origin),
                        failure -> forgetIfAbsent(failure, directory, name));
            }
            case MkDir mkdir -> late(directory, mkdir, mkdir.name(), mkdir.deferred());
            case MkNod mknod -> late(directory, mknod, mknod.name(), mknod.deferred());
            case SymLink symlink -> late(directory, symlink, symlink.name(), symlink.deferred());
            default -> throw new IllegalArgumentException(op + " is replied to late by op.later");
        };
    }

    private LateReply<Child> late(Node directory, Operation<?> op, Name name, LateReply<Entry> reply) {
        return new MappedReply<>(reply,
                (child, origin) -> created(op, directory, name, () -> origin).give(child, origin));
    }

    /** The late reply of an operation whose author gives an open file; {@code name} is null if the file has none. */
    LateReply<NewFile> lateCreate(Node directory, Operation<?> op, Name name, LateReply<Created> reply) {
        return new MappedReply<>(reply,
                (file, origin) -> new CreatedAnswer(op, directory, name, file.handle(), () -> origin)
                        .give(file.child(), origin));
    }

    /** Attributes as the kernel gets them: with the node's inode number, and with its file type. */
    static Attr checked(Node node, Attr attr) {
        if (!node.isOfTypeOf(attr.mode())) {
            throw new IllegalStateException("the attributes of " + node + " have another type: " + attr);
        }
        long ino = node.ino();
        return attr.ino() != 0 || ino == node.id() ? attr : attr.toBuilder().ino(ino).build();
    }

    /**
     * The steps from a child that the author has returned to the reply: a reference, a dentry, the attributes. If one fails, those before
     * are undone, once. The author may defer the attributes; then this supplies the late reply.
     */
    private abstract class Answer<R> implements Supplier<LateReply<Attr>> {
        private final Operation<?> op;
        private final Node directory;
        private final Name name;
        private final boolean creates;
        private final Supplier<LateReply<R>> later;
        private final R placeholder;
        private Node node;
        private Duration timeout;
        private boolean attached;
        private boolean deferred;
        private boolean undone;

        /** {@code name} is null if no dentry is to be added. */
        Answer(Operation<?> op, Node directory, Name name, boolean creates, Supplier<LateReply<R>> later,
                R placeholder) {
            this.op = op;
            this.directory = directory;
            this.name = name;
            this.creates = creates;
            this.later = later;
            this.placeholder = placeholder;
        }

        abstract R result(Entry entry);

        R entry(Child child) throws IOException, InterruptedException {
            ChildEntry found = ChildEntry.of(child);
            timeout = found.timeout();
            boolean done = false;
            try {
                R answer = found.node() == null ? absent() : answer(found);
                done = true;
                return answer;
            } finally {
                if (!done) {
                    undo();
                }
            }
        }

        private R absent() {
            Namespace.forgetName(directory, name);
            return result(Entry.absent(timeout));
        }

        private R answer(ChildEntry found) throws IOException, InterruptedException {
            node = reference(found.node());
            if (node != found.node()) {
                owner.unused(found.node());
            }
            attach();
            Attr attr = found.attr() == null ? node.getattr(NestedOperations.getAttr(op, node.id(), this))
                    : found.attr();
            return deferred ? placeholder : answer(attr);
        }

        /** Gives the reply, unless the attributes are late as well. */
        Errno give(Child child, LateReply<R> origin) throws IOException, InterruptedException {
            R answer = entry(child);
            try {
                return deferred ? Errno.OK : origin.reply(answer);
            } catch (RuntimeException | Error e) {
                undo();
                throw e;
            }
        }

        private Node reference(Node child) {
            boolean named = child.named && name != null && !creates && child.key() == null;
            return named ? Namespace.referenceNamed(nodes, directory, name, child) : nodes.reference(child);
        }

        private void attach() {
            if (name == null) {
                Namespace.adopt(directory, node);
            } else if (creates) {
                Namespace.create(directory, name, node, directory.keepsChildren());
                attached = true;
            } else {
                Namespace.attach(directory, name, node);
            }
        }

        private R answer(Attr attr) {
            Entry entry = Entry.of(node.id(), checked(node, attr));
            return result(timeout == null ? entry : entry.timeout(timeout));
        }

        /** The author defers the attributes, and with them the reply. */
        @Override public LateReply<Attr> get() {
            LateReply<R> reply = later.get();
            deferred = true;
            return new MappedReply<>(reply, (attr, origin) -> origin.reply(answer(attr)), _ -> undo());
        }

        /** Undoes, once, what was done for a reply that is not given. */
        final void undo() {
            synchronized (this) {
                if (undone) {
                    return;
                }
                undone = true;
            }
            close();
            Dentry there = attached ? Namespace.find(directory, name) : null;
            if (there != null && there.node == node) {
                Namespace.remove(directory, name);
            }
            if (node != null) {
                owner.drop(node, 1);
            }
        }

        final Node node() {
            return node;
        }

        /** Closes what was opened. */
        void close() {}
    }

    /** A reply that is an entry. */
    private final class EntryAnswer extends Answer<Entry> {
        EntryAnswer(Operation<?> op, Node directory, Name name, boolean creates, Supplier<LateReply<Entry>> later) {
            super(op, directory, name, creates, later, PLACEHOLDER);
        }

        @Override Entry result(Entry entry) {
            return entry;
        }
    }

    /** A reply that is an entry and an open file. */
    private final class CreatedAnswer extends Answer<Created> {
        /** The operation is another one when its reply was given. */
        private final Session session;
        private final FileHandle handle;
        private final int flags;
        private Opened opened;

        CreatedAnswer(Operation<?> op, Node directory, Name name, FileHandle handle,
                Supplier<LateReply<Created>> later) {
            super(op, directory, name, true, later, CREATED_PLACEHOLDER);
            this.session = op.session();
            this.handle = handle;
            this.flags = switch (op) {
                case Create create -> create.flags();
                case TmpFile tmpfile -> tmpfile.flags();
                default -> throw new IllegalArgumentException(op + " opens nothing");
            };
        }

        @Override Created result(Entry entry) {
            opened = owner.opens().opened(nodes.get(entry.node()), handle, flags);
            return new Created(entry, opened);
        }

        @Override void close() {
            if (opened != null) {
                owner.opens().discard(opened);
            }
            owner.opens().release(session, node(), handle);
        }
    }
}
