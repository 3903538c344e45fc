using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>Turns the records of the first version, a row each, into segments; each keeps its sequence number.</summary>
internal static class OldRecords
{
    private const int BatchRecords = 1_000;

    // What a manifest says unless it says otherwise; the next query of a generation brings its own.
    private static readonly TimeSpan Retention = new Core.Lifecycle.ServingManifest().Retention;

    public static void Convert(SqliteConnection connection)
    {
        using (var ids = new IdIndexWriter(connection))
        using (var segments = new SegmentWriter(connection, ids))
        using (var records = connection.ExecuteReader(
            """
            SELECT r.seq, r.at, r.query_id, o.project, o.release, o.generation, o.arm, o.reason, r.entity, r.fields, r.augmented, r.prediction, r.error, r.rules,
                r.latency
            FROM records AS r CROSS JOIN old_origins AS o ON o.id = r.origin ORDER BY r.seq
            """))
        {
            Convert(records, segments);
        }

        connection.Execute("DROP TABLE record_ids; DROP TABLE records; DROP TABLE old_origins;");
    }

    private static void Convert(System.Data.IDataReader records, SegmentWriter segments)
    {
        QueryBatchBuilder? builder = null;
        GenerationReference? generation = null;
        var first = 0L;
        while (records.Read())
        {
            var record = Read(records);
            var sequence = records.GetInt64(0);
            var own = new GenerationReference(record.Project, record.Release, record.Generation);
            if (builder is not null && (own != generation || sequence != first + builder.Count || builder.Count == BatchRecords))
            {
                Write(builder, first, segments);
                builder = null;
            }

            if (builder is null)
            {
                builder = new QueryBatchBuilder(record.Project, own, Retention);
                (generation, first) = (own, sequence);
            }

            builder.Add(record);
        }

        if (builder is not null)
            Write(builder, first, segments);
    }

    private static void Write(QueryBatchBuilder builder, long first, SegmentWriter segments)
    {
        using (builder)
        {
            foreach (var batch in builder.Take())
            {
                segments.Insert(first, batch);
                first += batch.Count;
            }
        }
    }

    private static QueryRecord Read(System.Data.IDataRecord row) => new()
    {
        At = QueryCodes.DecodeTime(row.GetInt64(1)),
        QueryId = row.GetString(2),
        Project = row.GetString(3),
        Release = row.GetString(4),
        Generation = row.GetInt32(5),
        Arm = row.GetString(6),
        Reason = row.GetString(7),
        Entity = Text(row, 8),
        Fields = row.GetString(9),
        Augmented = Text(row, 10),
        Prediction = Text(row, 11),
        Error = Text(row, 12),
        Rules = Text(row, 13),
        Latency = ReadLatency((byte[])row.GetValue(14)),
    };

    private static string? Text(System.Data.IDataRecord row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static QueryLatency ReadLatency(byte[] source)
    {
        var at = 0;
        return new QueryLatency(Next(), Next(), Next(), Next());

        int Next()
        {
            uint value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = source[at++];
                value |= (uint)(part & 0x7f) << shift;
                if (part <= 0x7f)
                    return (int)value;
            }
        }
    }
}
