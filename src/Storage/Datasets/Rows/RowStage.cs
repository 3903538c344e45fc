using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Loads lines of JSON into the table <c>staged</c> of a session, whose columns are <c>c0</c>, <c>c1</c> …</summary>
internal sealed class RowStage
{
    private readonly IReadOnlyList<StagedColumn> columns;
    private readonly byte[][] names;
    private readonly Dictionary<string, int> places;
    private readonly Value[] row;

    private RowStage(IReadOnlyList<StagedColumn> columns)
    {
        this.columns = columns;
        names = [.. columns.Select(column => Encoding.UTF8.GetBytes(column.Name))];
        places = columns.Index().ToDictionary(pair => pair.Item.Name, pair => pair.Index, StringComparer.OrdinalIgnoreCase);
        row = new Value[columns.Count];
    }

    /// <summary>Loads the rows of batches, in their order.</summary>
    public static async Task LoadAsync(
        DuckDbSession session,
        IReadOnlyList<StagedColumn> columns,
        IReadOnlyList<WaitingBatch> batches,
        CancellationToken cancellationToken)
    {
        var list = string.Join(", ", columns.Select((column, i) => $"c{i} {TypeOf(column.Typing.Staged)}"));
        await session.ExecuteAsync($"CREATE TABLE staged ({list})", cancellationToken);
        var stage = new RowStage(columns);
        await session.RunAsync(
            "",
            _ =>
            {
                using var appender = session.Connection.CreateAppender("staged");
                foreach (var batch in batches)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    stage.Load(batch.Body.Span, appender);
                }

                return true;
            },
            cancellationToken);
    }

    private static string TypeOf(StagedAs staged) => staged switch
    {
        StagedAs.Boolean => "BOOLEAN",
        StagedAs.Whole => "BIGINT",
        StagedAs.Number => "DOUBLE",
        _ => "VARCHAR",
    };

    private void Load(ReadOnlySpan<byte> text, DuckDBAppender appender)
    {
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        while (!text.IsEmpty)
        {
            var length = text.IndexOf((byte)'\n');
            var line = length < 0 ? text : text[..length];
            text = length < 0 ? [] : text[(length + 1)..];
            if (line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0)
                continue;
            Read(line);
            Append(appender.CreateRow());
        }
    }

    private void Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(row);
        var reader = new Utf8JsonReader(line);
        reader.Read();
        for (var expected = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; expected++)
        {
            var place = expected < names.Length && reader.ValueTextEquals(names[expected]) ? expected
                : places.GetValueOrDefault(reader.GetString()!, -1);
            reader.Read();
            if (place >= 0)
                row[place] = ValueOf(ref reader, line, columns[place].Typing.Staged);
            else
                reader.Skip();
        }
    }

    private static Value ValueOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, StagedAs staged)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        var start = (int)reader.TokenStartIndex;
        switch (staged)
        {
            case StagedAs.Boolean:
                return new Value(true, reader.GetBoolean() ? 1 : 0, 0, null);
            case StagedAs.Whole:
                return new Value(true, reader.GetInt64(), 0, null);
            case StagedAs.Number:
                return new Value(true, 0, reader.GetDouble(), null);
            case StagedAs.Text when reader.TokenType == JsonTokenType.String:
                return new Value(true, 0, 0, reader.GetString());
            default:
                reader.Skip();
                return new Value(true, 0, 0, Encoding.UTF8.GetString(line[start..(int)reader.BytesConsumed]));
        }
    }

    private void Append(IDuckDBAppenderRow to)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var value = row[i];
            _ = !value.IsSet ? to.AppendNullValue() : columns[i].Typing.Staged switch
            {
                StagedAs.Boolean => to.AppendValue(value.Whole == 1),
                StagedAs.Whole => to.AppendValue(value.Whole),
                StagedAs.Number => to.AppendValue(value.Number),
                _ => to.AppendValue(value.Text),
            };
        }

        to.EndRow();
    }

    private readonly record struct Value(bool IsSet, long Whole, double Number, string? Text);
}
