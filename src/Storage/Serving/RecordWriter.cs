using Microsoft.Data.Sqlite;
using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>Inserts query records; used by one thread.</summary>
internal sealed class RecordWriter : IDisposable
{
    private readonly Dictionary<Origin, long> origins = [];
    private readonly SqliteStatement selectLast;
    private readonly SqliteStatement selectOrigins;
    private readonly SqliteStatement insertOrigin;
    private readonly SqliteStatement insertRecord;
    private readonly SqliteStatement insertId;
    private long last;

    public RecordWriter(SqliteConnection connection)
    {
        selectLast = new SqliteStatement(connection, "SELECT ifnull(max(seq), 0) FROM records");
        selectOrigins = new SqliteStatement(connection, "SELECT id, project, release, generation, arm, reason FROM origins");
        insertOrigin = new SqliteStatement(
            connection, "INSERT INTO origins (project, release, generation, arm, reason) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id");
        insertRecord = new SqliteStatement(
            connection,
            """
            INSERT INTO records (seq, origin, at, hash, query_id, entity, fields, augmented, prediction, error, rules, latency)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """);
        insertId = new SqliteStatement(connection, "INSERT INTO record_ids (block, hash, seq) VALUES (?1, ?2, ?3)");
        Reload();
    }

    /// <summary>Reads anew what is kept in memory of the file.</summary>
    public void Reload()
    {
        selectLast.Step();
        last = selectLast.Int64(0);
        selectLast.Reset();
        origins.Clear();
        while (selectOrigins.Step())
        {
            var origin = new Origin(
                selectOrigins.Text(1), selectOrigins.Text(2), (int)selectOrigins.Int64(3), selectOrigins.Text(4), selectOrigins.Text(5));
            origins.Add(origin, selectOrigins.Int64(0));
        }

        selectOrigins.Reset();
    }

    /// <summary>Appends records within the transaction that is open; returns the sequence number of the last one.</summary>
    public long Append(IReadOnlyList<QueryRecord> records)
    {
        Span<byte> latency = stackalloc byte[QueryCodes.MaxLatencyBytes];
        foreach (var record in records)
        {
            var sequence = ++last;
            var hash = QueryCodes.Hash(record.Project, record.QueryId);
            insertRecord.Bind(1, sequence);
            insertRecord.Bind(2, OriginOf(record));
            insertRecord.Bind(3, QueryCodes.Encode(record.At));
            insertRecord.Bind(4, hash);
            insertRecord.Bind(5, record.QueryId);
            insertRecord.Bind(6, record.Entity);
            insertRecord.Bind(7, record.Fields);
            insertRecord.Bind(8, record.Augmented);
            insertRecord.Bind(9, record.Prediction);
            insertRecord.Bind(10, record.Error);
            insertRecord.Bind(11, record.Rules);
            insertRecord.Bind(12, latency[..QueryCodes.Encode(record.Latency, latency)]);
            insertRecord.Execute();
            insertId.Bind(1, sequence >> QuerySchema.BlockShift);
            insertId.Bind(2, hash);
            insertId.Bind(3, sequence);
            insertId.Execute();
        }

        return last;
    }

    public void Dispose()
    {
        selectLast.Dispose();
        selectOrigins.Dispose();
        insertOrigin.Dispose();
        insertRecord.Dispose();
        insertId.Dispose();
    }

    private long OriginOf(QueryRecord record)
    {
        var origin = new Origin(record.Project, record.Release, record.Generation, record.Arm, record.Reason);
        if (origins.TryGetValue(origin, out var known))
            return known;
        insertOrigin.Bind(1, origin.Project);
        insertOrigin.Bind(2, origin.Release);
        insertOrigin.Bind(3, origin.Generation);
        insertOrigin.Bind(4, origin.Arm);
        insertOrigin.Bind(5, origin.Reason);
        try
        {
            insertOrigin.Step();
            var id = insertOrigin.Int64(0);
            // Without running to its end the INSERT … RETURNING is not done.
            insertOrigin.Step();
            return origins[origin] = id;
        }
        finally
        {
            insertOrigin.Reset();
        }
    }

    private readonly record struct Origin(string Project, string Release, int Generation, string Arm, string Reason);
}
