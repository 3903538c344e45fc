using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Native;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>The predictions of a chunk on their way into a Parquet file: columns of the input, then what was found.</summary>
internal sealed class OutputTable : IAsyncDisposable
{
    private const string RowColumn = "row_number";
    private const string PredictionColumn = "prediction";
    private const string GenerationColumn = "generation";
    private const string RulesColumn = "rules";
    private const string QueryColumn = "query_id";

    private readonly DuckDbSession session;
    private readonly IReadOnlyList<string> classes;
    private readonly List<DuckDBLogicalType> types = [];
    private readonly List<int> widths = [];
    private readonly int[] sources;
    private readonly string create;
    private readonly string select;
    private readonly bool hasRules;
    private readonly int[] good = new int[ApplyEngine.MaxBatchRows];
    private DuckDBDataChunk? chunk;
    private DuckDBAppender? appender;

    /// <param name="classes">The classes of the project; none: its prediction is a number.</param>
    /// <param name="generation">The generation that predicts.</param>
    /// <param name="job">The job whose rows are in the query log; null: they are not.</param>
    /// <exception cref="ApplyException">A column that is kept has the name of one that is added.</exception>
    public OutputTable(
        DuckDbSession session,
        InputColumns input,
        ChunkStream stream,
        IReadOnlyList<string> classes,
        bool hasRules,
        string generation,
        string? job)
    {
        this.session = session;
        this.classes = classes;
        this.hasRules = hasRules;
        sources = [.. input.Kept.Select(kept => kept.Column)];
        foreach (var (_, column) in input.Kept)
            types.Add(stream.TypeOf(column));
        widths.AddRange(types.Select(OutputVectors.WidthOf));
        Add(DuckDBType.BigInt);
        Add(classes.Count > 0 ? DuckDBType.Integer : DuckDBType.Float);
        foreach (var _ in classes)
            Add(DuckDBType.Float);
        if (hasRules)
            Add(DuckDBType.Varchar);
        var names = input.Kept.Select(kept => kept.Name).ToList();
        List<string> added =
        [
            RowColumn, PredictionColumn, .. classes.Select(name => $"probability_{name}"), GenerationColumn,
            .. hasRules ? [RulesColumn] : (string[])[], .. job is null ? (string[])[] : [QueryColumn],
        ];
        if (names.Find(name => added.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } twice)
            throw new ApplyException(
                $"The input's column '{twice}' has the name of a column of the predictions; name the columns to keep without it (keep).");
        create = CreateStatement();
        select = SelectStatement(names, added, generation, job);
    }

    /// <summary>The predictions since the last file.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds the predictions of a batch.</summary>
    public void Add(ApplyBatch batch)
    {
        var answers = batch.Answers;
        var count = 0;
        for (var row = 0; row < answers.Rows; row++)
        {
            if (answers.Bad == 0 || answers.ProblemOf(row) is null)
                good[count++] = row;
        }

        if (count == 0)
            return;
        Begin();
        var rows = good.AsSpan(0, count);
        for (var column = 0; column < sources.Length; column++)
        {
            var from = new InputVector(batch.Source.Chunk, sources[column]);
            OutputVectors.Copy(chunk!, column, from, batch.Offset, count, rows, answers.Bad > 0, widths[column]);
        }

        var next = sources.Length;
        var numbers = OutputVectors.Values<long>(chunk!, next++, count);
        for (var row = 0; row < count; row++)
            numbers[row] = batch.First + rows[row];
        if (classes.Count > 0)
        {
            var labels = OutputVectors.Values<int>(chunk!, next++, count);
            for (var row = 0; row < count; row++)
                labels[row] = answers.Labels[rows[row]] + 1;
        }

        for (var score = 0; score < answers.Width; score++)
        {
            var scores = OutputVectors.Values<float>(chunk!, next++, count);
            for (var row = 0; row < count; row++)
                scores[row] = answers.Scores[(rows[row] * answers.Width) + score];
        }

        for (var row = 0; row < count && hasRules; row++)
            OutputVectors.SetText(chunk!, next, row, answers.RulesOf(rows[row]));
        NativeMethods.DataChunks.DuckDBDataChunkSetSize(chunk!, (ulong)count);
        Check(NativeMethods.Appender.DuckDBAppendDataChunk(appender!, chunk!));
        Rows += count;
    }

    /// <summary>Writes the predictions since the last file into a Parquet file, which may have none.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        if (Rows == 0)
            await session.ExecuteAsync(create, cancellationToken);
        End();
        await session.WriteParquetAsync(select, path, DuckDbSession.QuickParquet, cancellationToken);
        Rows = 0;
    }

    public async ValueTask DisposeAsync()
    {
        chunk?.Dispose();
        appender?.Dispose();
        foreach (var type in types)
            type.Dispose();
        await session.DisposeAsync();
    }

    private void Add(DuckDBType type) => types.Add(NativeMethods.LogicalType.DuckDBCreateLogicalType(type));

    private void Begin()
    {
        if (Rows == 0)
        {
            using var command = session.Connection.CreateCommand();
            command.CommandText = create;
            command.ExecuteNonQuery();
            Check(NativeMethods.Appender.DuckDBAppenderCreate(session.Connection.NativeConnection, null!, "part", out var made));
            appender = made;
        }

        if (chunk is null)
        {
            var handles = types.ConvertAll(type => type.DangerousGetHandle());
            chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk([.. handles], (ulong)types.Count);
        }
        else
        {
            NativeMethods.DataChunks.DuckDBDataChunkReset(chunk);
        }
    }

    private void End()
    {
        if (appender is null)
            return;
        Check(NativeMethods.Appender.DuckDBAppenderClose(appender));
        appender.Dispose();
        appender = null;
    }

    private void Check(DuckDBState state)
    {
        if (state != DuckDBState.Success)
            throw new ApplyException($"The predictions cannot be written: {ProblemOfAppender()}");
    }

    private string ProblemOfAppender()
    {
        if (appender is null)
            return "DuckDB refuses the table";
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(appender);
        return NativeMethods.ErrorData.DuckDBErrorDataMessage(error);
    }

    private string CreateStatement()
    {
        var columns = types.Select((type, i) => string.Create(CultureInfo.InvariantCulture, $"c{i} {SqlOf(type)}"));
        return $"CREATE OR REPLACE TABLE part ({string.Join(", ", columns)})";
    }

    private string SelectStatement(List<string> kept, List<string> added, string generation, string? job)
    {
        var parts = new List<string>();
        for (var column = 0; column < kept.Count; column++)
            parts.Add($"c{column} AS {SqlText.Name(kept[column])}");
        var next = kept.Count;
        var names = CollectionsMarshal.AsSpan(added);
        var row = $"c{next}";
        parts.Add($"c{next++} AS {names[0]}");
        var list = string.Join(", ", classes.Select(SqlText.Literal));
        parts.Add(classes.Count > 0 ? $"[{list}][c{next++}] AS {names[1]}" : $"c{next++} AS {names[1]}");
        for (var score = 0; score < classes.Count; score++)
            parts.Add($"c{next++} AS {SqlText.Name(names[2 + score])}");
        parts.Add($"{SqlText.Literal(generation)} AS {GenerationColumn}");
        if (hasRules)
            parts.Add($"c{next} AS {RulesColumn}");
        if (job is not null)
            parts.Add($"{SqlText.Literal(job + ":")} || {row} AS {QueryColumn}");
        return $"SELECT {string.Join(", ", parts)} FROM part";
    }

    private static string SqlOf(DuckDBLogicalType type) => NativeMethods.LogicalType.DuckDBGetTypeId(type) switch
    {
        DuckDBType.Decimal => string.Create(
            CultureInfo.InvariantCulture,
            $"DECIMAL({NativeMethods.LogicalType.DuckDBDecimalWidth(type)},{NativeMethods.LogicalType.DuckDBDecimalScale(type)})"),
        DuckDBType.Boolean => "BOOLEAN",
        DuckDBType.TinyInt => "TINYINT",
        DuckDBType.SmallInt => "SMALLINT",
        DuckDBType.Integer => "INTEGER",
        DuckDBType.BigInt => "BIGINT",
        DuckDBType.UnsignedTinyInt => "UTINYINT",
        DuckDBType.UnsignedSmallInt => "USMALLINT",
        DuckDBType.UnsignedInteger => "UINTEGER",
        DuckDBType.UnsignedBigInt => "UBIGINT",
        DuckDBType.HugeInt => "HUGEINT",
        DuckDBType.UnsignedHugeInt => "UHUGEINT",
        DuckDBType.Float => "FLOAT",
        DuckDBType.Double => "DOUBLE",
        DuckDBType.Varchar => "VARCHAR",
        DuckDBType.Blob => "BLOB",
        DuckDBType.Date => "DATE",
        DuckDBType.Time => "TIME",
        DuckDBType.Timestamp => "TIMESTAMP",
        DuckDBType.TimestampS => "TIMESTAMP_S",
        DuckDBType.TimestampMs => "TIMESTAMP_MS",
        DuckDBType.TimestampNs => "TIMESTAMP_NS",
        DuckDBType.TimestampTz => "TIMESTAMPTZ",
        DuckDBType.Uuid => "UUID",
        DuckDBType.Interval => "INTERVAL",
        var other => throw new NotSupportedException($"Columns of the type {other} cannot be kept."),
    };
}
