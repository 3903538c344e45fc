namespace Progeny.Storage.Datasets;

/// <summary>
/// The schema of the catalog of datasets, the same on both databases: what is searched by has a column, everything else is in the JSON of
/// <c>document</c>. A part belongs to the versions from <c>first</c> up to <c>last</c>, without an end where that is NULL. The keys of rows
/// are known up to the version <c>keyed</c> of a dataset; those of rows that are appended always are.
/// </summary>
internal static class DatasetSchema
{
    /// <summary>The version that <see cref="Script"/> has in a file.</summary>
    public const int Version = 1;

    public const string Script =
        """
        CREATE TABLE datasets (
            name TEXT PRIMARY KEY,
            latest INTEGER NOT NULL,
            keyed INTEGER NOT NULL DEFAULT 0,
            document TEXT NOT NULL
        );

        CREATE TABLE dataset_versions (
            dataset TEXT NOT NULL,
            version INTEGER NOT NULL,
            state TEXT NOT NULL,
            once TEXT,
            document TEXT NOT NULL,
            PRIMARY KEY (dataset, version)
        );
        CREATE UNIQUE INDEX dataset_versions_once ON dataset_versions (dataset, once) WHERE once IS NOT NULL;

        CREATE TABLE dataset_parts (
            dataset TEXT NOT NULL,
            first INTEGER NOT NULL,
            number INTEGER NOT NULL,
            last INTEGER,
            digest TEXT NOT NULL,
            rows BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            PRIMARY KEY (dataset, first, number)
        );
        CREATE INDEX dataset_parts_by_digest ON dataset_parts (digest);

        CREATE TABLE apply_plans (
            job TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            document TEXT NOT NULL
        );

        CREATE TABLE apply_chunks (
            job TEXT NOT NULL,
            number INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (job, number)
        );

        CREATE TABLE dataset_contracts (
            dataset TEXT NOT NULL,
            version INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (dataset, version)
        );

        CREATE TABLE dataset_quarantine (
            dataset TEXT NOT NULL,
            version INTEGER NOT NULL,
            state TEXT NOT NULL,
            digest TEXT NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (dataset, version)
        );
        """;
}
