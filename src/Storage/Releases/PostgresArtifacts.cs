using System.Buffers;
using System.Buffers.Binary;
using System.Data;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using Progeny.Core.Releases;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Releases;

/// <summary>
/// Artifacts in the cluster's database, in chunks. The chunks belong to an upload, not to a digest: two nodes that store the same contents
/// at once write chunks of their own, and the digest points to those of the last.
/// </summary>
/// <param name="table">The table of their digests: <see cref="Table"/> or <see cref="DataTable"/>.</param>
internal sealed class PostgresArtifacts(ClusterDatabase database, string table = PostgresArtifacts.Table) : ISharedArtifacts
{
    /// <summary>The digests of packages, models and states.</summary>
    public const string Table = "artifacts";

    /// <summary>The digests of the files of datasets and batch applies.</summary>
    public const string DataTable = "data_artifacts";

    /// <summary>The tables. Packages and models are compressed already, or hardly can be: PostgreSQL does not try.</summary>
    public const string Schema =
        """
        CREATE TABLE artifacts (
            digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
            upload uuid NOT NULL,
            size bigint NOT NULL,
            stored_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE data_artifacts (
            digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
            upload uuid NOT NULL,
            size bigint NOT NULL,
            stored_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE staged_artifacts (
            upload uuid PRIMARY KEY,
            size bigint NOT NULL,
            staged_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE artifact_chunks (
            upload uuid NOT NULL,
            number int NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (upload, number));
        ALTER TABLE artifact_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
        """;

    private const int ChunkBytes = 1 << 20;

    // The chunks of an artifact of many gigabytes are not removed within the time of an ordinary statement.
    private const int RemovalSeconds = 120;

    // Locks that PostgreSQL holds by two numbers are apart from those by one, such as that of the schema.
    private const int LockClass = 0x61727466;

    public Task PutAsync(string path, string digest, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            await PutAsync(connection, table, path, digest, token);
            return true;
        },
        cancellationToken);

    /// <inheritdoc cref="PutAsync(string, string, CancellationToken)"/>
    /// <param name="connection">A connection with a transaction that is open.</param>
    internal static async Task PutAsync(
        NpgsqlConnection connection, string table, string path, string digest, CancellationToken cancellationToken)
    {
        var upload = Guid.NewGuid();
        await PublishAsync(
            connection,
            table,
            Convert.FromHexString(digest),
            upload,
            await UploadAsync(connection, upload, path, cancellationToken),
            cancellationToken);
    }

    public Task ReadAsync(string digest, FileStream destination, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            await ReadAsync(connection, table, digest, destination, token);
            return true;
        },
        cancellationToken);

    /// <inheritdoc cref="ReadAsync(string, FileStream, CancellationToken)"/>
    internal static async Task ReadAsync(
        NpgsqlConnection connection, string table, string digest, FileStream destination, CancellationToken cancellationToken)
    {
        if (!await DownloadAsync(connection, $"{table} WHERE digest = $1", Convert.FromHexString(digest), destination, cancellationToken))
            throw new ArtifactMissingException(digest);
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => ListAsync(connection, table, token), cancellationToken);

    /// <inheritdoc cref="ListAsync(CancellationToken)"/>
    internal static async Task<IReadOnlyList<string>> ListAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        [
            .. await connection.QueryAsync<string>(
                new CommandDefinition($"SELECT encode(digest, 'hex') FROM {table} ORDER BY digest", cancellationToken: cancellationToken)),
        ];

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"SELECT EXISTS (SELECT FROM {table} WHERE digest = @digest)",
            new { digest = Convert.FromHexString(digest) },
            cancellationToken: token)),
        cancellationToken);

    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            var name = Convert.FromHexString(digest);
            await connection.ExecuteAsync(new CommandDefinition(
                "SELECT pg_advisory_xact_lock(@LockClass, @key)",
                new { LockClass, key = BinaryPrimitives.ReadInt32BigEndian(name) },
                cancellationToken: token));
            var upload = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
                $"DELETE FROM {table} WHERE digest = @name AND stored_at < @before RETURNING upload",
                new { name, before = before.UtcDateTime },
                cancellationToken: token));
            if (upload is null)
                return false;
            await connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM artifact_chunks WHERE upload = @upload",
                new { upload },
                commandTimeout: RemovalSeconds,
                cancellationToken: token));
            return true;
        },
        cancellationToken);

    public Task<string> StageAsync(string path, string digest, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            var ticket = ArtifactNames.NewTicket(digest);
            var upload = ArtifactNames.Ticket(ticket).Id;
            var size = await UploadAsync(connection, upload, path, token);
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO staged_artifacts (upload, size) VALUES (@upload, @size)", new { upload, size }, cancellationToken: token));
            return ticket;
        },
        cancellationToken);

    public Task ReadStagedAsync(string ticket, FileStream destination, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
            await DownloadAsync(connection, "staged_artifacts WHERE upload = $1", ArtifactNames.Ticket(ticket).Id, destination, token)
            ? true
            : throw new ArtifactMissingException(ticket),
        cancellationToken);

    public Task KeepAsync(string ticket, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            var (upload, digest) = ArtifactNames.Ticket(ticket);
            var size = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "DELETE FROM staged_artifacts WHERE upload = @upload RETURNING size", new { upload }, cancellationToken: token));
            await PublishAsync(
                connection, table, Convert.FromHexString(digest), upload, size ?? throw new ArtifactMissingException(ticket), token);
            return true;
        },
        cancellationToken);

    public Task DropAsync(string ticket, CancellationToken cancellationToken) =>
        RemoveStagedAsync("upload = @Upload", new { Upload = ArtifactNames.Ticket(ticket).Id }, cancellationToken);

    public Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        RemoveStagedAsync("staged_at < @Before", new { Before = before.UtcDateTime }, cancellationToken);

    private static async Task<long> UploadAsync(NpgsqlConnection connection, Guid upload, string path, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            await using var file = ArtifactFile.Open(path, path);
            await using var writer = await connection.BeginBinaryImportAsync(
                "COPY artifact_chunks (upload, number, data) FROM STDIN (FORMAT BINARY)", cancellationToken);
            var chunk = buffer.AsMemory(0, ChunkBytes);
            long size = 0;
            for (var number = 0; await file.ReadAtLeastAsync(chunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken) is var read
                and > 0; number++)
            {
                await writer.StartRowAsync(cancellationToken);
                await writer.WriteAsync(upload, NpgsqlDbType.Uuid, cancellationToken);
                await writer.WriteAsync(number, NpgsqlDbType.Integer, cancellationToken);
                await writer.WriteAsync(chunk[..read], NpgsqlDbType.Bytea, cancellationToken);
                size += read;
            }

            await writer.CompleteAsync(cancellationToken);
            return size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Who stores the same contents at the same time waits here for the other's commit, and then replaces its chunks.
    private static Task PublishAsync(
        NpgsqlConnection connection, string table, byte[] digest, Guid upload, long size, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
            SELECT pg_advisory_xact_lock(@LockClass, @key);
            DELETE FROM artifact_chunks WHERE upload = (SELECT upload FROM {table} WHERE digest = @digest);
            INSERT INTO {table} (digest, upload, size) VALUES (@digest, @upload, @size)
                ON CONFLICT (digest) DO UPDATE SET upload = excluded.upload, size = excluded.size, stored_at = excluded.stored_at;
            """,
            new { LockClass, key = BinaryPrimitives.ReadInt32BigEndian(digest), digest, upload, size },
            commandTimeout: RemovalSeconds,
            cancellationToken: cancellationToken));

    // One statement and so one snapshot: chunks that are replaced meanwhile are read to their end.
    private static async Task<bool> DownloadAsync(
        NpgsqlConnection connection, string source, object key, FileStream destination, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT data FROM (SELECT upload FROM {source}) AS artifact LEFT JOIN artifact_chunks USING (upload) ORDER BY number",
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        var isThere = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            isThere = true;
            if (await reader.IsDBNullAsync(0, cancellationToken))
                break;
            await using var chunk = await reader.GetStreamAsync(0, cancellationToken);
            await chunk.CopyToAsync(destination, cancellationToken);
        }

        return isThere;
    }

    private Task<int> RemoveStagedAsync(string condition, object parameters, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(
            $"""
            WITH gone AS (DELETE FROM staged_artifacts WHERE {condition} RETURNING upload)
            DELETE FROM artifact_chunks WHERE upload IN (SELECT upload FROM gone)
            """,
            parameters,
            commandTimeout: RemovalSeconds,
            cancellationToken: token)),
        cancellationToken);
}
