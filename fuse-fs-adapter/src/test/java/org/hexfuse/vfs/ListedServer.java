package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Map;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;

/** Lets a {@link StandInServer} list its directories, by READDIR and by READDIRPLUS; the offset of an entry is its number from 1 on. */
final class ListedServer {
    private ListedServer() {}

    static void install(StandInServer server) {
        server.answers.put(Opcode.READDIR, request -> list(server, request, false));
        server.answers.put(Opcode.READDIRPLUS, request -> list(server, request, true));
    }

    /** One reply. */
    static int list(StandInServer server, Request request, boolean plus) {
        var children = new ArrayList<>(server.node(request).children.entrySet());
        int room = (int) ReadIn.SIZE_FIELD.getUnsigned(request.arguments(), 0);
        int at = 0;
        for (int i = (int) ReadIn.OFFSET.get(request.arguments()); i < children.size(); i++) {
            byte[] name = children.get(i).getKey().getBytes(UTF_8);
            int size = plus ? DirentPlus.recordSize(name.length) : Dirent.recordSize(name.length);
            if (at + size > room) {
                break;
            }
            at = add(server, request, at, plus, i + 1, name, children.get(i));
        }
        return at;
    }

    private static int add(StandInServer server, Request request, int at, boolean plus, long offset, byte[] name,
            Map.Entry<String, Node> child) {
        MemorySegment out = request.reply();
        int size = plus ? DirentPlus.recordSize(name.length) : Dirent.recordSize(name.length);
        out.asSlice(at, size).fill((byte) 0);
        int dirent = at;
        if (plus) {
            server.entry(request, at, child.getValue());
            dirent += DirentPlus.DIRENT.offset();
        }
        Dirent.INO.set(out, dirent, child.getValue().number);
        Dirent.OFF.set(out, dirent, offset);
        Dirent.NAMELEN.set(out, dirent, name.length);
        Dirent.TYPE.set(out, dirent, child.getValue().mode >>> 12);
        MemorySegment.copy(name, 0, out, JAVA_BYTE, dirent + (long) Dirent.SIZE, name.length);
        return at + size;
    }
}
