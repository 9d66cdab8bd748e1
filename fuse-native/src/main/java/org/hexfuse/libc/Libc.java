package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Binds functions and captures errno. The only class that calls restricted methods.
 *
 * <p>Each thread, virtual ones included, has an errno buffer, allocated with its first call.
 */
@SuppressWarnings("restricted") final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final long ERRNO_OFFSET = Linker.Option.captureStateLayout()
            .byteOffset(PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATE = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Libc() {}

    /** A cold call, with the errno buffer as first argument. */
    @FunctionalInterface interface Call {
        long invoke(MemorySegment state) throws Throwable;
    }

    /** The function {@code name}; the handle's first argument is {@link #state}. */
    static MethodHandle find(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments), CAPTURE);
    }

    /** The function {@code name}, which has {@code fixed} arguments before the ellipsis. */
    static MethodHandle findVariadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments), CAPTURE, Linker.Option.firstVariadicArg(fixed));
    }

    /** The function {@code name}, if the C library has it. */
    static Optional<MethodHandle> findIfPresent(String name, MemoryLayout result, MemoryLayout... arguments) {
        return SYMBOLS.find(name).isPresent() ? Optional.of(find(name, result, arguments)) : Optional.empty();
    }

    /** The address of a function, to be passed to another one. */
    static MemorySegment address(String name) {
        return SYMBOLS.find(name).orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        try {
            return LINKER.downcallHandle(address(name), descriptor, options);
        } catch (IllegalCallerException e) {
            Module module = Libc.class.getModule();
            throw new IllegalCallerException("start java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), e);
        }
    }

    /** Memory that a function returned, with its size. */
    static MemorySegment resized(MemorySegment memory, long size) {
        return memory.reinterpret(size);
    }

    /** The errno buffer of this thread. */
    static MemorySegment state() {
        return STATE.get();
    }

    /** The errno of the last call that failed with {@code state}, a positive number. */
    static int errno(MemorySegment state) {
        return state.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** The result of a hot call: the value, or the negated errno. */
    static long result(long returned, MemorySegment state) {
        return returned < 0 ? -errno(state) : returned;
    }

    /** A call whose failure is an ordinary result: the value, or the negated errno, as {@link #result} has it. */
    static long attempt(Call call) {
        MemorySegment state = state();
        try {
            return result(call.invoke(state), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Makes a cold call.
     *
     * @param what the call and its object, such as {@code "mount /mnt"}
     */
    static long call(String what, Call call) throws LibcException {
        MemorySegment state = state();
        long returned;
        try {
            returned = call.invoke(state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
        if (returned < 0) {
            throw LibcException.of(what, errno(state));
        }
        return returned;
    }

    /** A call that cannot fail. */
    static long certain(Call call) {
        try {
            return call.invoke(state());
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Rethrows what a method handle threw before or after the function ran, such as for a closed arena. */
    static RuntimeException unexpected(Throwable t) {
        return switch (t) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(t);
        };
    }
}
