namespace Progeny.Storage.Datasets.Rows;

/// <summary>The tables of appended rows, beside those of the catalog.</summary>
internal static class RowsSchema
{
    /// <summary>For a file of SQLite.</summary>
    public const string Sqlite =
        $"""
        CREATE TABLE dataset_batches (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            dataset TEXT NOT NULL,
            rows INTEGER NOT NULL,
            bytes BIGINT NOT NULL,
            at BIGINT NOT NULL,
            document TEXT NOT NULL,
            body BLOB NOT NULL
        );
        {Common}
        ) WITHOUT ROWID;
        """;

    /// <summary>For the cluster's database.</summary>
    public const string Postgres =
        $"""
        CREATE TABLE dataset_batches (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            dataset TEXT NOT NULL,
            rows INTEGER NOT NULL,
            bytes BIGINT NOT NULL,
            at BIGINT NOT NULL,
            document TEXT NOT NULL,
            body BYTEA NOT NULL
        );
        {Common}
        );
        """;

    private const string Common =
        """
        CREATE INDEX dataset_batches_by_dataset ON dataset_batches (dataset, number, rows, bytes, at);

        CREATE TABLE dataset_batch_ids (
            dataset TEXT NOT NULL,
            id TEXT NOT NULL,
            digest TEXT NOT NULL,
            at BIGINT NOT NULL,
            receipt TEXT NOT NULL,
            PRIMARY KEY (dataset, id)
        );
        CREATE INDEX dataset_batch_ids_by_time ON dataset_batch_ids (at);

        CREATE TABLE dataset_keys (
            dataset TEXT NOT NULL,
            key1 BIGINT NOT NULL,
            key2 BIGINT NOT NULL,
            contents1 BIGINT NOT NULL,
            contents2 BIGINT NOT NULL,
            PRIMARY KEY (dataset, key1, key2)
        """;
}
