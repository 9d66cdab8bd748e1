package org.hexfuse.nio.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.nio.HexfuseFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lucene on the files of a server. {@code -Dhexfuse.documents=N} for another number of documents. */
final class LuceneTest {
    private static final int DOCUMENTS = Integer.getInteger("hexfuse.documents", 3000);

    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path index;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        index = files.getPath("/index");
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    private static Document document(int number) {
        var document = new Document();
        document.add(new StringField("id", Integer.toString(number), Field.Store.YES));
        document.add(new IntPoint("number", number));
        document.add(new TextField("text", "document " + number + " of group" + number % 10 + " and some more words w"
                + number * 31L % 5003, Field.Store.YES));
        return document;
    }

    private static void write(Directory directory, int from, int to) throws IOException {
        try (var writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            for (int i = from; i < to; i++) {
                writer.addDocument(document(i));
            }
        }
    }

    private static void requireDocuments(Directory directory, int count) throws IOException {
        try (IndexReader reader = DirectoryReader.open(directory)) {
            assertThat(reader.numDocs()).isEqualTo(count);
            var searcher = new IndexSearcher(reader);
            assertThat(searcher.count(new TermQuery(new Term("text", "group3")))).isEqualTo(count / 10);
            assertThat(searcher.count(IntPoint.newRangeQuery("number", 5, 104))).isEqualTo(100);
            StoredFields stored = searcher.storedFields();
            for (int i = 0; i < reader.maxDoc(); i++) {
                int number = Integer.parseInt(stored.document(i).get("id"));
                assertThat(stored.document(i).get("text")).startsWith("document " + number + " of");
            }
        }
    }

    @Test void anIndexIsWrittenAndReadAgain() throws IOException {
        try (var directory = new NIOFSDirectory(index)) {
            write(directory, 0, DOCUMENTS / 2);
        }
        try (var directory = new NIOFSDirectory(index)) {
            write(directory, DOCUMENTS / 2, DOCUMENTS);
        }
        kernel.vfs().dropCaches();
        try (var directory = new NIOFSDirectory(index)) {
            requireDocuments(directory, DOCUMENTS);
            try (var check = new CheckIndex(directory)) {
                check.setInfoStream(null);
                assertThat(check.checkIndex().clean).isTrue();
            }
        }
    }

    @Test void theDirectoryThatMapsIsRefusedByName() throws IOException {
        try (var directory = new MMapDirectory(index)) {
            assertThatThrownBy(() -> {
                write(directory, 0, 1);
                requireDocuments(directory, 1);
            }).hasStackTraceContaining("is a copy").hasStackTraceContaining("read the channel");
        }
    }

    @Test void anIndexHasOneWriter() throws IOException {
        try (var directory = new NIOFSDirectory(index);
                var _ = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            assertThatThrownBy(() -> write(directory, 0, 1)).isInstanceOf(LockObtainFailedException.class);
        }
        try (var directory = new NIOFSDirectory(index)) {
            write(directory, 0, 1);
            assertThat(DirectoryReader.indexExists(directory)).isTrue();
        }
    }

    @Test void mergedSegmentsAreRemoved() throws IOException {
        try (var directory = new NIOFSDirectory(index);
                var writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            for (int i = 0; i < 4; i++) {
                writer.addDocument(document(i));
                writer.commit();
            }
            assertThat(directory.listAll()).anyMatch(name -> name.startsWith("_0."));
            writer.forceMerge(1);
            writer.commit();
            assertThat(directory.listAll()).noneMatch(name -> name.startsWith("_0."));
        }
    }
}
