using System.Data.Common;
using Dapper;
using Progeny.Core.Security.Audit;

namespace Progeny.Storage.Security;

/// <summary>What the audit log is on every database: its rows, and how they are read.</summary>
public abstract class AuditLog : IAuditLog
{
    private const int FirstText = 3;

    private const string ByItsWords = " as '";

    private static readonly string Columns = $"sequence, at, status, {string.Join(", ", StoredAuditEntry.TextNames)}, previous, hash";

    private static readonly string SelectAfter = $"SELECT {Columns} FROM audit WHERE sequence > @after ORDER BY sequence LIMIT @limit";

    private static readonly string SelectNewest =
        $"""
        SELECT {Columns} FROM audit
        WHERE sequence < @before AND at >= @from AND at < @to
            AND (@by IS NULL OR decided_by = @by OR substr(decided_by, 1, length(@byWords)) = @byWords)
            AND (@project IS NULL OR project = @project)
            AND (@action IS NULL OR action = @action OR substr(action, 1, length(@noun)) = @noun)
        ORDER BY sequence DESC LIMIT @limit
        """;

    private protected static readonly string Insert =
        $"INSERT INTO audit ({Columns}) VALUES (@sequence, @at, @status, "
            + $"{string.Join(", ", StoredAuditEntry.TextNames.Select(name => $"@{name}"))}, @previous, @hash)";

    private protected const string SelectEnd = "SELECT last, hash, seal FROM audit_end";

    private protected const string UpdateEnd = "UPDATE audit_end SET last = @Last, hash = @Hash, seal = @Seal";

    /// <inheritdoc/>
    public abstract Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<long> BeginAsync(AuditEntry intent, string node, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<long> CompleteAsync(long intent, AuditEntry entry, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<int> CompleteLostAsync(string node, DateTimeOffset before, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<long> PruneAsync(TimeSpan kept, DateTimeOffset now, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<int> SendAsync(
        string receiver,
        int limit,
        Func<IReadOnlyList<StoredAuditEntry>, CancellationToken, Task> send,
        CancellationToken cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => ReadRowsAsync(
            connection,
            SelectNewest,
            new
            {
                before = filter.Before ?? long.MaxValue,
                from = filter.From?.ToUnixTimeMilliseconds() ?? long.MinValue,
                to = filter.To?.ToUnixTimeMilliseconds() ?? long.MaxValue,
                by = filter.By,
                byWords = filter.By + ByItsWords,
                project = filter.Project,
                action = filter.Action,
                noun = filter.Action + ".",
                limit = filter.Limit,
            },
            token),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAuditEntry>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => ReadAfterAsync(connection, after, limit, token), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditEnd> GetEndAsync(CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => connection.QuerySingleAsync<AuditEnd>(new CommandDefinition(SelectEnd, cancellationToken: token)),
        cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    private protected static Task<IReadOnlyList<StoredAuditEntry>> ReadAfterAsync(
        DbConnection connection, long after, int limit, CancellationToken cancellationToken) =>
        ReadRowsAsync(connection, SelectAfter, new { after, limit }, cancellationToken);

    /// <summary>The columns of an entry, as parameters.</summary>
    private protected static DynamicParameters Parameters(StoredAuditEntry entry)
    {
        var parameters = new DynamicParameters();
        parameters.Add("sequence", entry.Sequence);
        parameters.Add("at", entry.At);
        parameters.Add("status", entry.Status);
        parameters.Add("previous", entry.Previous);
        parameters.Add("hash", entry.Hash);
        for (var i = 0; i < StoredAuditEntry.TextNames.Count; i++)
            parameters.Add(StoredAuditEntry.TextNames[i], entry.Text(i));
        return parameters;
    }

    private static async Task<IReadOnlyList<StoredAuditEntry>> ReadRowsAsync(
        DbConnection connection, string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var rows = await connection.ExecuteReaderAsync(
            new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
        var entries = new List<StoredAuditEntry>();
        while (await rows.ReadAsync(cancellationToken))
            entries.Add(Read(rows));
        return entries;
    }

    // The texts as they are stored: bytes that are no text would be read as others.
    private static StoredAuditEntry Read(DbDataReader row)
    {
        var texts = new byte[]?[StoredAuditEntry.TextNames.Count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = row.IsDBNull(FirstText + i) ? null : row.GetFieldValue<byte[]>(FirstText + i);
        var last = FirstText + texts.Length;
        return new StoredAuditEntry(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), texts, row.GetFieldValue<byte[]>(last), row.GetFieldValue<byte[]>(last + 1));
    }
}
