package org.hexfuse.server.tree;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Created;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.Entry;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Operation;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.dispatch.Failures;
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
            return answer(op, directory, null, name.length() == 1 ? directory : directory.parent(), later);
        }
        Dentry known = Namespace.find(directory, name);
        if (known != null && known.kept) {
            return answer(op, directory, null, known.node, later);
        }
        if (directory.keepsChildren()) {
            Namespace.checkLength(name);
        }
        Child child = authorsChild(op, directory, name);
        return child == ChildEntry.DEFERRED ? PLACEHOLDER : answer(op, directory, name, child, later);
    }

    private static Child authorsChild(Lookup op, Node directory, Name name) throws IOException, InterruptedException {
        try {
            return directory.lookup(op);
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

    private Entry answer(Operation<?> op, Node directory, Name name, Child child, Supplier<LateReply<Entry>> later)
            throws IOException, InterruptedException {
        return new Answer<>(op, directory, name, false, later, Function.identity(), PLACEHOLDER).entry(child);
    }

    /** The entry of a child that was created. */
    <O extends Operation<O> & Deferrable<O, Entry>> Entry created(O op, Node directory, Name name, Child child)
            throws IOException, InterruptedException {
        return child == ChildEntry.DEFERRED ? PLACEHOLDER
                : new Answer<>(op, directory, name, true, op::deferred, Function.identity(), PLACEHOLDER).entry(child);
    }

    /** The entry and the handle of a file that was created; {@code name} is null if it has none. */
    <O extends Operation<O> & Deferrable<O, Created>> Created created(O op, Node directory, Name name, NewFile file)
            throws IOException, InterruptedException {
        return file == NewFile.DEFERRED ? CREATED_PLACEHOLDER : created(op, directory, name, file, op::deferred);
    }

    private Created created(Operation<?> op, Node directory, Name name, NewFile file,
            Supplier<LateReply<Created>> later) throws IOException, InterruptedException {
        FileHandle handle = file.handle();
        return new Answer<Created>(op, directory, name, true, later,
                entry -> new Created(entry, owner.opened(nodes.get(entry.node()), handle)), CREATED_PLACEHOLDER) {
            @Override void undo() {
                owner.discard(op, handle);
                super.undo();
            }
        }.entry(file.child());
    }

    /** The entry of a new name of a node. */
    <O extends Operation<O> & Deferrable<O, Entry>> Entry linked(O op, Node directory, Name name, Node target,
            Supplier<LateReply<Entry>> later) throws IOException, InterruptedException {
        return new Answer<>(op, directory, name, true, later, Function.identity(), PLACEHOLDER).entry(target);
    }

    /** The late reply of an operation on {@code directory} whose author gives a child. */
    LateReply<Child> late(Node directory, Deferrable<?, Entry> op) {
        return switch (op) {
            case Lookup lookup -> {
                LateReply<Entry> reply = lookup.deferred();
                Name name = lookup.name();
                yield new MappedReply<>(reply, (child, origin) -> give(origin,
                        answer(lookup, directory, name, child, () -> origin))) {
                    @Override public Errno fail(Throwable failure) {
                        forgetIfAbsent(failure, directory, name);
                        return super.fail(failure);
                    }
                };
            }
            case MkDir mkdir -> late(directory, mkdir, mkdir.name(), mkdir.deferred());
            case MkNod mknod -> late(directory, mknod, mknod.name(), mknod.deferred());
            case SymLink symlink -> late(directory, symlink, symlink.name(), symlink.deferred());
            default -> throw new IllegalArgumentException(op + " is replied to late by op.later");
        };
    }

    private LateReply<Child> late(Node directory, Operation<?> op, Name name, LateReply<Entry> reply) {
        return new MappedReply<>(reply, (child, origin) -> give(origin,
                new Answer<>(op, directory, name, true, () -> origin, Function.identity(), PLACEHOLDER).entry(child)));
    }

    /** The late reply of an operation whose author gives an open file; {@code name} is null if the file has none. */
    LateReply<NewFile> lateCreate(Node directory, Operation<?> op, Name name, LateReply<Created> reply) {
        return new MappedReply<>(reply, (file, origin) -> {
            Created created = created(op, directory, name, file, () -> origin);
            return created == CREATED_PLACEHOLDER ? Errno.OK : origin.reply(created);
        });
    }

    private static Errno give(LateReply<Entry> origin, Entry entry) {
        return entry == PLACEHOLDER ? Errno.OK : origin.reply(entry);
    }

    /** Attributes as the kernel gets them: with the node's inode number, and with its file type. */
    static Attr checked(Node node, Attr attr) {
        if (!node.isOfTypeOf(attr.mode())) {
            throw new IllegalStateException("the attributes of " + node + " have another type: " + attr);
        }
        long ino = node.ino();
        return attr.ino() != 0 || ino == node.id() ? attr : attr.toBuilder().ino(ino).build();
    }

    /** What is left to do when the author has returned a child. */
    private class Answer<R> implements Supplier<LateReply<Attr>> {
        private final Operation<?> op;
        private final Node directory;
        private final Name name;
        private final boolean creates;
        private final Supplier<LateReply<R>> later;
        private final Function<Entry, R> result;
        private final R placeholder;
        private Node node;
        private Duration timeout;
        private boolean attached;
        private boolean deferred;

        /** {@code name} is null if no dentry is to be added. */
        Answer(Operation<?> op, Node directory, Name name, boolean creates, Supplier<LateReply<R>> later,
                Function<Entry, R> result, R placeholder) {
            this.op = op;
            this.directory = directory;
            this.name = name;
            this.creates = creates;
            this.later = later;
            this.result = result;
            this.placeholder = placeholder;
        }

        R entry(Child child) throws IOException, InterruptedException {
            ChildEntry found = ChildEntry.of(child);
            if (found.node() == null) {
                Namespace.forgetName(directory, name);
                return result.apply(Entry.absent(found.timeout()));
            }
            timeout = found.timeout();
            boolean done = false;
            try {
                node = nodes.reference(found.node());
                attach();
                Attr attr = found.attr() == null ? node.getattr(NestedOperations.getAttr(op, node.id(), this))
                        : found.attr();
                R answer = deferred ? placeholder : answer(attr);
                done = true;
                return answer;
            } finally {
                if (!done) {
                    undo();
                }
            }
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
            return result.apply(timeout == null ? entry : entry.timeout(timeout));
        }

        /** The author defers the attributes, and with them the reply. */
        @Override public LateReply<Attr> get() {
            LateReply<R> reply = later.get();
            deferred = true;
            return new MappedReply<>(reply, (attr, origin) -> origin.reply(answer(attr)), this::undo);
        }

        void undo() {
            if (attached) {
                Namespace.remove(directory, name);
            }
            if (node != null) {
                owner.drop(node, 1);
            }
        }
    }
}
