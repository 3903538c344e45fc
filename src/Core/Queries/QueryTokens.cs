using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Queries;

/// <summary>
/// A query by rows, tokenized once for all who read it: for each row its cells, as positions in the request. The schemas of the readers may
/// differ; a cell names its field among those of all of them.
/// </summary>
public sealed class QueryTokens
{
    private readonly ReadOnlyMemory<byte> json;
    private readonly List<Cell> cells;
    private readonly List<int> rowEnds;

    private QueryTokens(ReadOnlyMemory<byte> json, FieldNames fields, List<Cell> cells, List<int> rowEnds)
    {
        this.json = json;
        this.cells = cells;
        this.rowEnds = rowEnds;
        Fields = fields;
    }

    /// <summary>The fields of all schemas that may be asked for.</summary>
    public FieldNames Fields { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows => rowEnds.Count;

    /// <summary>How much memory the query takes: the request's bytes, and the positions.</summary>
    public int Bytes =>
        (int)Math.Min(int.MaxValue, json.Length + ((long)cells.Capacity * Unsafe.SizeOf<Cell>()) + ((long)rowEnds.Capacity * sizeof(int)));

    /// <summary>The client's id for the query; null: none was given.</summary>
    public string? QueryId { get; private init; }

    /// <summary>The entity named beside the rows; null: none was.</summary>
    public string? Entity { get; private init; }

    /// <summary>Tokenizes <c>{"rows": [{field: value, …}, …], "query_id"?: text, "entity"?: text}</c>.</summary>
    /// <param name="json">The request, which must stay as it is while the tokens are used.</param>
    /// <param name="fields">The fields of all schemas that the query may be read by.</param>
    /// <returns>The tokens, or what is wrong with the request.</returns>
    public static (QueryTokens? Tokens, ServingError? Error) Read(ReadOnlyMemory<byte> json, FieldNames fields)
    {
        var builder = new Builder(fields);
        if (RequestReader.Read(json.Span, ref builder) is { } error)
            return (null, error);
        var tokens = new QueryTokens(json, fields, builder.Cells, builder.RowEnds)
        {
            QueryId = builder.QueryId,
            Entity = builder.Entity,
        };
        return (tokens, null);
    }

    /// <summary>The same query with its own copy of the request.</summary>
    public QueryTokens Copy() => new(json.ToArray(), Fields, cells, rowEnds) { QueryId = QueryId, Entity = Entity };

    /// <summary>The last value that a row has of a field, as the choice of an arm takes it.</summary>
    /// <returns>False where the row has none.</returns>
    internal bool TryFind(int row, int field, out JsonToken value)
    {
        var own = CellsOf(row);
        for (var i = own.Length - 1; i >= 0; i--)
        {
            if (own[i].Field != field)
                continue;
            value = TokenOf(own[i]);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Reads a row into the columns of a schema.</summary>
    /// <param name="map">Which fields of the query are which of the schema.</param>
    /// <returns>What is wrong with a text of the request; null: nothing.</returns>
    internal ServingError? ReadRow(int row, QueryRows rows, FieldMap map)
    {
        var to = rows.AddRow();
        var position = 0;
        try
        {
            foreach (var cell in CellsOf(row))
            {
                position = cell.Start - 1; // only texts are decoded, and they begin with a quote
                var field = map.Of(cell.Field);
                if (field >= 0)
                    CellReader.Set(rows, to, field, TokenOf(cell));
                else if (field == FieldMap.Unknown)
                    CellReader.RefuseUnknown(rows, to, TokenOf(cell));
            }

            return null;
        }
        catch (InvalidOperationException exception)
        {
            return RequestReader.InvalidText(position, exception);
        }
    }

    private ReadOnlySpan<Cell> CellsOf(int row)
    {
        var start = row == 0 ? 0 : rowEnds[row - 1];
        return CollectionsMarshal.AsSpan(cells)[start..rowEnds[row]];
    }

    private JsonToken TokenOf(Cell cell) => new(cell.Type, json.Span.Slice(cell.Start, cell.Length), cell.IsEscaped);

    /// <summary>A field of a row and its value; of a field that no schema has its name.</summary>
    /// <param name="Field">The index of the field; negative: no schema has it.</param>
    /// <param name="Start">Where the token begins in the request, behind its quote.</param>
    private readonly record struct Cell(int Field, int Start, int Length, JsonTokenType Type, bool IsEscaped)
    {
        public static Cell At(int field, ref Utf8JsonReader reader)
        {
            var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            var start = (int)reader.TokenStartIndex + (isText ? 1 : 0);
            return new(field, start, reader.ValueSpan.Length, reader.TokenType, reader.ValueIsEscaped);
        }
    }

    private struct Builder(FieldNames fields) : IRequestRows
    {
        public List<Cell> Cells { get; } = new(fields.All.Count);

        public List<int> RowEnds { get; } = [];

        public readonly int Count => RowEnds.Count;

        public string? QueryId { get; set; }

        public string? Entity { get; set; }

        // What a schema holds is bounded by who reads the rows into it.
        public readonly string? Refusal => null;

        public readonly void ReadRow(ref Utf8JsonReader reader)
        {
            var expected = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = fields.IndexOf(JsonToken.At(ref reader), expected);
                if (field < 0)
                    Cells.Add(Cell.At(field, ref reader));
                reader.Read();
                if (field >= 0)
                {
                    Cells.Add(Cell.At(field, ref reader));
                    expected = field + 1;
                }

                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    reader.Skip();
            }

            RowEnds.Add(Cells.Count);
        }
    }
}
