package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Random programs, the same for every provider, whose results a model in memory predicts. The seed is the repetition's number. */
public interface RandomContract extends NioFixture {
    /** The number of calls of a program. */
    int CALLS = 200;

    @RepeatedTest(5) default void aRandomProgramOnAChannelHasTheResultsOfAnArray(RepetitionInfo seed)
            throws IOException {
        var random = new Random(seed.getCurrentRepetition());
        byte[] model = new byte[0];
        int position = 0;
        try (SeekableByteChannel channel = Files.newByteChannel(at("f"), CREATE, READ, WRITE)) {
            for (int i = 0; i < CALLS; i++) {
                int number = random.nextInt(5000);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        position = number;
                        channel.position(number);
                    }
                    case 1 -> {
                        byte[] bytes = new byte[1 + number];
                        random.nextBytes(bytes);
                        model = Arrays.copyOf(model, Math.max(model.length, position + bytes.length));
                        System.arraycopy(bytes, 0, model, position, bytes.length);
                        position += bytes.length;
                        assertThat(channel.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
                    }
                    case 2 -> {
                        model = Arrays.copyOf(model, Math.min(model.length, number));
                        position = Math.min(position, number);
                        channel.truncate(number);
                    }
                    default -> {
                        ByteBuffer target = ByteBuffer.allocate(1 + number);
                        fill(channel, target);
                        int end = Math.max(position, Math.min(model.length, position + 1 + number));
                        byte[] expected = position < end ? Arrays.copyOfRange(model, position, end) : new byte[0];
                        assertThat(Arrays.copyOf(target.array(), target.position())).isEqualTo(expected);
                        position = end;
                    }
                }
                assertThat(channel.position()).isEqualTo(position);
                assertThat(channel.size()).isEqualTo(model.length);
            }
        }
        assertThat(Files.readAllBytes(at("f"))).isEqualTo(model);
    }

    @RepeatedTest(5) default void aRandomProgramOnATreeHasTheFilesOfAMap(RepetitionInfo seed) throws IOException {
        var random = new Random(seed.getCurrentRepetition());
        var model = new TreeMap<String, String>();
        for (int i = 0; i < CALLS; i++) {
            String name = randomName(random);
            String other = randomName(random);
            boolean parent = !name.contains("/") || "directory".equals(model.get(name.substring(0, 1)));
            boolean full = model.keySet().stream().anyMatch(key -> key.startsWith(name + "/"));
            boolean otherParent = !other.contains("/") || "directory".equals(model.get(other.substring(0, 1)));
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (does(parent && !model.containsKey(name), () -> Files.writeString(at(name), "text " + name,
                            CREATE_NEW, WRITE))) {
                        model.put(name, "text " + name);
                    }
                }
                case 1 -> {
                    if (does(parent && !model.containsKey(name), () -> Files.createDirectory(at(name)))) {
                        model.put(name, "directory");
                    }
                }
                case 2 -> {
                    if (does(model.containsKey(name) && !full, () -> {
                        Files.delete(at(name));
                        return at(name);
                    })) {
                        model.remove(name);
                    }
                }
                default -> {
                    boolean same = name.equals(other) && model.containsKey(name);
                    boolean moves = model.containsKey(name) && otherParent && !model.containsKey(other)
                            && !other.startsWith(name + "/") && !full;
                    if (full) {
                        continue;
                    }
                    if (does(same || moves, () -> Files.move(at(name), at(other))) && moves) {
                        model.put(other, model.remove(name));
                    }
                }
            }
            assertThat(tree()).isEqualTo(model.entrySet().stream().map(Object::toString).toList());
        }
    }

    /** A call on a path. */
    @FunctionalInterface interface PathCall {
        /** Makes the call. */
        Path make() throws IOException;
    }

    private static String randomName(Random random) {
        String name = "abc".substring(random.nextInt(3)).substring(0, 1);
        return random.nextBoolean() ? name : name + "/" + "xyz".charAt(random.nextInt(3));
    }

    private static boolean does(boolean expected, PathCall call) {
        boolean done = true;
        try {
            call.make();
        } catch (IOException _) {
            done = false;
        }
        assertThat(done).isEqualTo(expected);
        return done;
    }

    private List<String> tree() throws IOException {
        var lines = new ArrayList<String>();
        try (Stream<Path> paths = Files.walk(directory())) {
            for (Path path : paths.skip(1).sorted().toList()) {
                lines.add(directory().relativize(path) + "="
                        + (Files.isDirectory(path) ? "directory" : content(path)));
            }
        }
        return lines;
    }
}
