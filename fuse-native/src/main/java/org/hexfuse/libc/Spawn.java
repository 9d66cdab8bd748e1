package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hexfuse.abi.Errno;

/**
 * A process to be started by {@code posix_spawn(3)}, which, unlike {@link ProcessBuilder}, can pass descriptors on. Unless
 * changed, the child inherits standard streams and environment; it inherits no descriptors but those that are added.
 */
public final class Spawn {
    private static final MethodHandle POSIX_SPAWNP = Libc.find("posix_spawnp", JAVA_INT, ADDRESS, ADDRESS, ADDRESS,
            ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ACTIONS_INIT = Libc.find("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
    private static final MethodHandle ACTIONS_DESTROY = Libc.find("posix_spawn_file_actions_destroy", JAVA_INT,
            ADDRESS);
    private static final MethodHandle ADD_DUP2 = Libc.find("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS,
            JAVA_INT, JAVA_INT);
    private static final MethodHandle ATTRIBUTES_INIT = Libc.find("posix_spawnattr_init", JAVA_INT, ADDRESS);
    private static final MethodHandle ATTRIBUTES_DESTROY = Libc.find("posix_spawnattr_destroy", JAVA_INT, ADDRESS);
    private static final MethodHandle SET_FLAGS = Libc.find("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
    private static final Optional<MethodHandle> ADD_CLOSE_FROM = Libc
            .findIfPresent("posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);
    private static final short SETPGROUP = 0x02;
    /** At least the size of {@code posix_spawn_file_actions_t} in any C library. */
    private static final int ACTIONS_SIZE = 256;
    /** At least the size of {@code posix_spawnattr_t} in any C library. */
    private static final int ATTRIBUTES_SIZE = 512;

    private final List<String> command;
    private final Map<String, String> environment = new TreeMap<>(System.getenv());
    private final List<Given> descriptors = new ArrayList<>();
    private boolean ownGroup;
    private int closedFrom = -1;

    /** A descriptor for the child and its number there; -1 for the number here. */
    private record Given(Fd fd, int number) {}

    private Spawn(List<String> command) {
        this.command = List.copyOf(command);
    }

    /** A program, searched in {@code PATH} if its name has no slash, and its arguments. */
    public static Spawn command(String program, String... arguments) {
        var command = new ArrayList<String>();
        command.add(program);
        command.addAll(List.of(arguments));
        return new Spawn(command);
    }

    /** A program, searched in {@code PATH} if its name has no slash, and its arguments. */
    public static Spawn command(List<String> programAndArguments) {
        if (programAndArguments.isEmpty()) {
            throw new IllegalArgumentException("a command has at least a program");
        }
        return new Spawn(programAndArguments);
    }

    /** Sets a variable of the child's environment. */
    public Spawn environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Passes a descriptor to the child, with the number that it has here ({@link Fd#value}). */
    public Spawn inherit(Fd fd) {
        descriptors.add(new Given(fd, -1));
        return this;
    }

    /** Passes a descriptor to the child as {@code number}: 0, 1 and 2 are the standard streams. */
    public Spawn connect(Fd fd, int number) {
        descriptors.add(new Given(fd, number));
        return this;
    }

    /**
     * Closes the descriptors of the child from {@code number} on, such as those that this program, or the JDK, opens without O_CLOEXEC.
     * Does nothing where the C library cannot: glibc before 2.34, musl.
     */
    public Spawn closeFrom(int number) {
        closedFrom = number;
        return this;
    }

    /** Makes the child the leader of a new process group, which the signals of a terminal do not reach. */
    public Spawn ownGroup() {
        ownGroup = true;
        return this;
    }

    /**
     * Starts the process.
     *
     * @throws LibcException ENOENT if the program does not exist
     */
    public ChildProcess start() throws LibcException {
        String what = "start " + command.getFirst();
        int held = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS_SIZE, 16);
            check(what, Libc.certain(s -> (int) ACTIONS_INIT.invokeExact(s, actions)));
            try {
                for (Given given : descriptors) {
                    int from = given.fd.acquireOrThrow(what);
                    held++;
                    // For equal numbers dup2 clears FD_CLOEXEC, in the child only.
                    int to = given.number < 0 ? from : given.number;
                    check(what, Libc.certain(s -> (int) ADD_DUP2.invokeExact(s, actions, from, to)));
                }
                if (closedFrom >= 0 && ADD_CLOSE_FROM.isPresent()) {
                    MethodHandle closeFrom = ADD_CLOSE_FROM.get();
                    check(what, Libc.certain(s -> (int) closeFrom.invokeExact(s, actions, closedFrom)));
                }
                return start(what, arena, actions);
            } finally {
                Libc.certain(s -> (int) ACTIONS_DESTROY.invokeExact(s, actions));
            }
        } finally {
            for (int i = 0; i < held; i++) {
                descriptors.get(i).fd.release();
            }
        }
    }

    private ChildProcess start(String what, Arena arena, MemorySegment actions) throws LibcException {
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment program = arena.allocateFrom(command.getFirst());
        MemorySegment argv = strings(arena, command);
        MemorySegment envp = strings(arena,
                environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
        MemorySegment attributes = arena.allocate(ATTRIBUTES_SIZE, 16);
        check(what, Libc.certain(s -> (int) ATTRIBUTES_INIT.invokeExact(s, attributes)));
        try {
            // The process group of the attributes is 0 then, which stands for a new one.
            short flags = ownGroup ? SETPGROUP : 0;
            check(what, Libc.certain(s -> (int) SET_FLAGS.invokeExact(s, attributes, flags)));
            check(what, Libc.certain(
                    s -> (int) POSIX_SPAWNP.invokeExact(s, pid, program, actions, attributes, argv, envp)));
        } finally {
            Libc.certain(s -> (int) ATTRIBUTES_DESTROY.invokeExact(s, attributes));
        }
        return new ChildProcess(command.getFirst(), pid.get(JAVA_INT, 0));
    }

    /** A null-terminated array of C strings. */
    private static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return array;
    }

    /** The functions of this family return errno. */
    private static void check(String what, long code) throws LibcException {
        if (code != Errno.OK.code()) {
            throw LibcException.of(what, (int) code);
        }
    }
}
